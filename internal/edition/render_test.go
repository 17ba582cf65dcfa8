package edition

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/markdown"
	"github.com/community-digest/digest/internal/report"
)

// busyWeek has an entry with a long text a minute, releases that say nothing, and one about security.
func busyWeek(t *testing.T, cfg *config.Config, entries, releases int) digest.Snapshot {
	t.Helper()
	period := cfg.Calendar.Containing(time.Date(2023, 12, 14, 0, 0, 0, 0, time.UTC))
	s := digest.Snapshot{Period: period}
	item := func(id, address string) digest.Item {
		u, err := markdown.ParseURL(address)
		if err != nil {
			t.Fatal(err)
		}
		return digest.Item{ID: digest.NewID(id), URL: u, Section: digest.Project}
	}
	for i := range entries {
		title := fmt.Sprintf("Entry %d", i)
		e := digest.Entry{
			Item: item(title, fmt.Sprintf("https://example.org/%d", i)), Title: markdown.Untrusted(title),
			Summary: markdown.UntrustedBody(strings.Repeat("So it was said. ", 20)), PublishedAt: period.From.Add(time.Duration(i) * time.Minute),
		}
		if i == entries-1 {
			e.Notes.Identifiers = []markdown.Text{markdown.Untrusted("CVE-2023-44487")}
		}
		s.Entries = append(s.Entries, e)
	}
	for i := range releases {
		r := digest.Release{Item: item(fmt.Sprint("r", i), fmt.Sprintf("https://github.com/acme/tool%d/releases/tag/v1.0.0", i)),
			Tag: markdown.Untrusted("v1.0.0"), PublishedAt: period.From.Add(time.Hour)}
		r.Repo = digest.Repo{Owner: "acme", Name: fmt.Sprint("tool", i)}
		s.Releases = append(s.Releases, r)
	}
	return s
}

func TestPageNeverExceedsItsLimit(t *testing.T) {
	for _, limits := range []string{"{per_section: 0, page: 20KB}", "{per_section: 300, page: 20KB}", "{per_section: 0}"} {
		text := "title: Busy\nsources: {releases: [{repos: [acme/tool]}]}\neditions: [{language: en}, {language: zh-CN}]\nlimits: " + limits + "\n"
		cfg, err := config.Parse("config.yaml", []byte(text), nil, os.DirFS("../../templates"))
		if err != nil {
			t.Fatal(err)
		}
		s := busyWeek(t, cfg, 1500, 4000)
		e, pages, err := fit(t.Context(), cfg, s, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pages {
			if len(p.text) > cfg.Page || !strings.Contains(p.text, "CVE-2023-44487") {
				t.Errorf("%s: %s has %d bytes, the limit is %d; the story about security is there: %t",
					limits, p.language, len(p.text), cfg.Page, strings.Contains(p.text, "CVE-2023-44487"))
			}
		}
		shown := len(e.Project.Stories) + len(e.Project.Also)
		if r := report.ForEdition(e, s); shown < 2 || r.Cut[digest.Project] != 5500-shown || len(r.LeftOut) != 5500-shown {
			t.Errorf("%s: %d stories are shown, %d counted and %d listed as left out", limits, shown, r.Cut[digest.Project], len(r.LeftOut))
		}
	}
}

func TestPageHasNoLimitIfThatIsZero(t *testing.T) {
	text := "title: Busy\nsources: {releases: [{repos: [acme/tool]}]}\neditions: [{language: en}]\nlimits: {per_section: 0, page: 0}\n"
	cfg, err := config.Parse("config.yaml", []byte(text), nil, os.DirFS("../../templates"))
	if err != nil {
		t.Fatal(err)
	}
	e, pages, err := fit(t.Context(), cfg, busyWeek(t, cfg, 2500, 0), 1)
	if err != nil || e.Project.Cut != 0 || len(pages[0].text) < 500<<10 {
		t.Errorf("%v: %d items were cut", err, e.Project.Cut)
	}
}

package merge

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
	"github.com/community-digest/digest/templates"
)

// world is what a collector would have found. Drafts are rendered from it with the house
// templates; time passes, and another draft of the same edition is rendered.
type world struct {
	rng  *rand.Rand
	s    digest.Snapshot
	next int
}

var titles = []string{
	"Gateway keeps old certificates", "How do I route by header?", "Ambient mode: what is missing", "升级后 sidecar 无法启动", "请问如何配置出口网关？",
	"エンボイのバージョンについて", "Почему растёт память?", "كيف أضبط البوابة", "Wie testet man das?", "x @admin #12 [a](b) {{< ref >}} *bold* _under_score",
	"a | b | c & <script>", "1. First", "- dash", "# hash", "`code` in title", "CVE in the CNI 🎉", "What happened to v1.20?", "Proposal: office hours",
}

func newWorld(seed uint64) *world {
	w := &world{rng: rand.New(rand.NewPCG(seed, 1))}
	from := time.Date(2023, 12, 11, 0, 0, 0, 0, time.UTC)
	w.s.Period = digest.Period{From: from, To: from.AddDate(0, 0, 7)}
	for range 3 + w.rng.IntN(8) {
		w.add()
	}
	return w
}

func (w *world) text(kind string) markdown.Text {
	words := strings.Fields("the gateway talks to istiod before anybody has signed a certificate for it and nobody knows which version of envoy is inside this release 升级 之后 无法 启动 我们 正在 讨论 新的 方案")
	n := 4 + w.rng.IntN(30)
	out := []string{kind}
	for range n {
		out = append(out, words[w.rng.IntN(len(words))])
	}
	return markdown.Untrusted(strings.Join(out, " ") + ".")
}

func (w *world) item(path string, repo digest.Repo, section digest.SectionName) digest.Item {
	u, err := markdown.ParseURL("https://github.com/" + repo.String() + "/" + path)
	if err != nil {
		panic(err)
	}
	return digest.Item{ID: digest.ID("id-" + path), Repo: repo, URL: u, Section: section}
}

func (w *world) at() time.Time {
	return w.s.Period.From.Add(time.Duration(w.rng.IntN(160)) * time.Hour)
}

// add adds one fact.
func (w *world) add() {
	w.next++
	n := w.next
	repo := digest.Repo{Owner: "istio", Name: []string{"istio", "ztunnel", "proxy"}[w.rng.IntN(3)]}
	section := digest.SectionNames[w.rng.IntN(2)]
	switch w.rng.IntN(5) {
	case 0, 1:
		d := digest.Discussion{Item: w.item(fmt.Sprintf("discussions/%d", 100+n), repo, digest.Hot), Number: 100 + n,
			Title: markdown.Untrusted(titles[w.rng.IntN(len(titles))]), Category: digest.Category{Name: markdown.Untrusted("Q&A"), Answerable: true},
			CreatedAt: w.at(), Author: digest.Person{Login: markdown.Untrusted("ann")}}
		if w.rng.IntN(4) > 0 {
			d.Body = w.text("Body")
		}
		w.s.Discussions = append(w.s.Discussions, d)
		w.touch(len(w.s.Discussions) - 1)
	case 2, 3:
		at := w.at().Truncate(24 * time.Hour)
		for v := range 1 + w.rng.IntN(3) {
			r := digest.Release{Item: w.item(fmt.Sprintf("releases/tag/v1.%d.%d", n, v), repo, section),
				Tag: markdown.Untrusted(fmt.Sprintf("v1.%d.%d", n, v)), PublishedAt: at.Add(time.Duration(v) * time.Minute)}
			if w.rng.IntN(2) == 0 {
				r.Notes = digest.Notes{Lead: w.text("Notes")}
			}
			w.s.Releases = append(w.s.Releases, r)
		}
	case 4:
		if w.rng.IntN(2) == 0 {
			w.s.Entries = append(w.s.Entries, digest.Entry{Item: w.item(fmt.Sprintf("blog/%d", n), repo, section), Feed: markdown.Untrusted("News"),
				Title: markdown.Untrusted(titles[w.rng.IntN(len(titles))]), Summary: w.text("Summary"), PublishedAt: w.at()})
			return
		}
		w.s.Advisories = append(w.s.Advisories, digest.Advisory{Item: w.item(fmt.Sprintf("security/advisories/GHSA-%d", n), repo, digest.Project),
			Summary: markdown.Untrusted(titles[w.rng.IntN(len(titles))]), Severity: digest.High, PublishedAt: w.at(), Description: w.text("Description"),
			Packages: []digest.Package{{Name: markdown.Untrusted("app"), Patched: markdown.Untrusted("1.2.3")}}})
	}
}

// touch lets a discussion go on.
func (w *world) touch(i int) {
	d := &w.s.Discussions[i]
	switch w.rng.IntN(5) {
	case 0:
		d.Activity.Comments += 1 + w.rng.IntN(5)
		d.Activity.Participants = append(d.Activity.Participants, markdown.Untrusted(fmt.Sprintf("p%d", len(d.Activity.Participants))))
		d.Activity.Others = d.Activity.Comments
	case 1:
		d.Title = markdown.Untrusted(titles[w.rng.IntN(len(titles))])
	case 2:
		d.Body = w.text("Body")
	case 3:
		d.AnsweredAt = w.at()
		u, _ := markdown.ParseURL(d.URL.String() + "#discussioncomment-1")
		d.Answer = &digest.Answer{URL: u, Author: d.Author, Body: w.text("Answer")}
	case 4:
		d.AnsweredAt, d.Answer = time.Time{}, nil
	}
}

// pass lets time pass: facts come, change and go.
func (w *world) pass() {
	for range w.rng.IntN(4) {
		w.add()
	}
	for range w.rng.IntN(4) {
		if n := len(w.s.Discussions); n > 0 {
			w.touch(w.rng.IntN(n))
		}
	}
	if w.rng.IntN(3) == 0 {
		w.s.Discussions = drop(w.rng, w.s.Discussions)
	}
	if w.rng.IntN(3) == 0 {
		w.s.Releases = drop(w.rng, w.s.Releases)
	}
	if w.rng.IntN(4) == 0 && len(w.s.Releases) > 0 { // one more version of a train
		r := w.s.Releases[w.rng.IntN(len(w.s.Releases))]
		w.next++
		tag := fmt.Sprintf("v2.%d.0", w.next)
		r.Item, r.Tag = w.item("releases/tag/"+tag, r.Repo, r.Section), markdown.Untrusted(tag)
		w.s.Releases = append(w.s.Releases, r)
	}
}

func drop[T any](rng *rand.Rand, list []T) []T {
	if len(list) == 0 {
		return list
	}
	i := rng.IntN(len(list))
	return append(list[:i:i], list[i+1:]...)
}

// draft renders what is known now.
func (w *world) draft(t testing.TB, language string) string {
	t.Helper()
	s := w.s
	s.Findings = digest.Merge(s.Findings)
	return page(t, s, language)
}

func page(t testing.TB, s digest.Snapshot, language string) string {
	t.Helper()
	name := "weekly." + language + ".md.tmpl"
	text, err := templates.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := digest.ParseTemplate(name, string(text), language)
	if err != nil {
		t.Fatal(err)
	}
	e := digest.Edit(s, 7, digest.Rules{})
	e.Title = "Example Weekly"
	body, err := tmpl.Page(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("---\ntitle: \"Example Weekly 07\"\ndraft: true\ndate: 2023-12-18T00:00:00+08:00\nitems: %d\ncategories: [\"Istio\"]\ntags: [\"Istio\", \"Istio Weekly\"]\n---\n\n", len(s.Discussions)+len(s.Releases)) + body
}

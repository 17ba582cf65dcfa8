package digest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
)

// sizes are the numbers of items that benchmarks go through.
var sizes = []int{100, 10_000}

// BenchmarkRender makes a draft of a stored snapshot: read, edit and render. Run it with
//
//	go test ./digest -run '^$' -bench Render -benchmem
func BenchmarkRender(b *testing.B) {
	each(b, func(b *testing.B, data []byte, _ digest.Snapshot) {
		tmpl := house(b, "en")
		for b.Loop() {
			s, err := digest.DecodeSnapshot(data)
			if err != nil {
				b.Fatal(err)
			}
			page, err := tmpl.Page(b.Context(), digest.Edit(s, 1, digest.Rules{}))
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(page)))
		}
	})
}

// The steps of BenchmarkRender, and writing the snapshot, each by itself.

func BenchmarkDecodeSnapshot(b *testing.B) {
	each(b, func(b *testing.B, data []byte, _ digest.Snapshot) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := digest.DecodeSnapshot(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEncodeSnapshot(b *testing.B) {
	each(b, func(b *testing.B, data []byte, s digest.Snapshot) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := digest.EncodeSnapshot(s); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEdit(b *testing.B) {
	each(b, func(b *testing.B, _ []byte, s digest.Snapshot) {
		for b.Loop() {
			digest.Edit(s, 1, digest.Rules{})
		}
	})
}

func BenchmarkPage(b *testing.B) {
	each(b, func(b *testing.B, _ []byte, s digest.Snapshot) {
		tmpl := house(b, "en")
		e := digest.Edit(s, 1, digest.Rules{})
		for b.Loop() {
			if _, err := tmpl.Page(b.Context(), e); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// each runs a benchmark with snapshots of all sizes, as they are stored and as they are read.
func each(b *testing.B, bench func(b *testing.B, data []byte, s digest.Snapshot)) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			s := large(n)
			s.Findings = digest.Merge(s.Findings) // as a run stores them
			data, err := digest.EncodeSnapshot(s)
			if err != nil {
				b.Fatal(err)
			}
			bench(b, data, s)
		})
	}
}

// large makes a snapshot of n items from 1,000 repositories, with texts of ordinary
// length: half are discussions, a quarter releases, an eighth each advisories and entries
// of feeds. An advisory in four is fixed by a release.
func large(n int) digest.Snapshot {
	loc, err := digest.LoadZone("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	from := time.Date(2024, 6, 17, 0, 0, 0, 0, loc)
	s := digest.Snapshot{Period: digest.Period{From: from, To: from.AddDate(0, 0, 7)}}
	text := markdown.Untrusted
	body := markdown.Prose("I run two clusters with **one** control plane.\n\nAfter a restart of the proxy, `GET /ready` answers 503 for a minute. See [the manual](https://example.org/). Is that expected?\n\n```\n503 Service Unavailable\n```\n")
	for i := range n {
		repo := digest.Repo{Owner: "example", Name: fmt.Sprintf("project-%d", i/8%1000)}
		link, err := markdown.ParseURL(fmt.Sprintf("https://github.com/%s/discussions/%d", repo, i))
		if err != nil {
			panic(err)
		}
		at := from.Add(time.Duration(i) * 6 * time.Second).UTC()
		item := digest.Item{ID: digest.ID(fmt.Sprintf("ID_%06d", i)), Repo: repo, URL: link, Section: digest.Project}
		title := text(fmt.Sprintf("How does item %d behave when the proxy is restarted?", i))
		switch i % 8 {
		case 0, 1, 2, 3:
			item.Section = digest.Hot
			s.Discussions = append(s.Discussions, digest.Discussion{
				Item: item, Number: i, Title: title, Body: body, Author: digest.Person{Login: text("ann")},
				Category: digest.Category{Name: text("Q&A"), Slug: text("q-a")}, CreatedAt: at,
				Activity: digest.Activity{Comments: i % 7, Participants: []markdown.Text{text("bob"), text(fmt.Sprint("p", i))}, Others: i % 7},
			})
		case 4, 5:
			s.Releases = append(s.Releases, digest.Release{Item: item, Tag: text(fmt.Sprintf("v1.%d.0", i)), Name: title, Notes: digest.Notes{Lead: body}, PublishedAt: at})
		case 6:
			s.Entries = append(s.Entries, digest.Entry{Item: item, Feed: text("News"), Title: title, Summary: text("A short summary of what is new."), PublishedAt: at})
		case 7:
			item.ID = digest.ID(fmt.Sprintf("GHSA-%04d-%04d-aaaa", i/10_000, i%10_000))
			s.Advisories = append(s.Advisories, digest.Advisory{
				Item: item, Summary: title, Description: body, Severity: digest.High, CVSS: digest.CVSS{Score: 7.5},
				CVEs:        []markdown.Text{text(fmt.Sprintf("CVE-2024-%d", i))},
				Packages:    []digest.Package{{Ecosystem: text("go"), Name: text(repo.Name), Affected: text("< 1.0"), Patched: text(fmt.Sprintf("1.%d.0", i-2-i/8%4))}},
				PublishedAt: at, UpdatedAt: at,
			})
		}
	}
	return s
}

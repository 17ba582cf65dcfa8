package digest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
)

// BenchmarkRender makes a draft of a stored snapshot: read, edit and render. Run it with
//
//	go test ./digest -run '^$' -bench Render -benchmem
func BenchmarkRender(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			data, err := digest.EncodeSnapshot(large(n))
			if err != nil {
				b.Fatal(err)
			}
			tmpl := house(b, "en")
			for b.Loop() {
				s, err := digest.DecodeSnapshot(data)
				if err != nil {
					b.Fatal(err)
				}
				page, err := tmpl.Page(digest.Edit(s, 1, digest.Rules{}))
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(page)))
			}
		})
	}
}

// large makes a snapshot of n items of all kinds, with texts of ordinary length.
func large(n int) digest.Snapshot {
	loc, err := digest.LoadZone("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	from := time.Date(2024, 6, 17, 0, 0, 0, 0, loc)
	s := digest.Snapshot{Period: digest.Period{From: from, To: from.AddDate(0, 0, 7)}}
	text := markdown.Untrusted
	for i := range n {
		repo := digest.Repo{Owner: "example", Name: fmt.Sprintf("project-%d", i%200)}
		link, err := markdown.ParseURL(fmt.Sprintf("https://github.com/%s/discussions/%d", repo, i))
		if err != nil {
			panic(err)
		}
		at := from.Add(time.Duration(i) * 6 * time.Second).UTC()
		item := digest.Item{ID: digest.ID(fmt.Sprintf("ID_%06d", i)), Repo: repo, URL: link, Section: digest.Project}
		title := text(fmt.Sprintf("How does item %d behave when the proxy is restarted?", i))
		body := markdown.Prose("I run two clusters with **one** control plane.\n\nAfter a restart of the proxy, `GET /ready` answers 503 for a minute. See [the manual](https://example.org/). Is that expected?\n\n```\n503 Service Unavailable\n```\n")
		switch i % 4 {
		case 0, 1:
			item.Section = digest.Hot
			s.Discussions = append(s.Discussions, digest.Discussion{
				Item: item, Number: i, Title: title, Body: body, Author: digest.Person{Login: text("ann")},
				Category: digest.Category{Name: text("Q&A"), Slug: text("q-a")}, CreatedAt: at,
				Activity: digest.Activity{Comments: i % 7, Participants: []markdown.Text{text("bob"), text(fmt.Sprint("p", i))}, Others: i % 7},
			})
		case 2:
			s.Releases = append(s.Releases, digest.Release{Item: item, Tag: text(fmt.Sprintf("v1.%d.0", i)), Name: title, Notes: body, PublishedAt: at})
		case 3:
			s.Entries = append(s.Entries, digest.Entry{Item: item, Feed: text("News"), Title: title, Summary: text("A short summary of what is new."), PublishedAt: at})
		}
	}
	return s
}

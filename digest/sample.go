package digest

import (
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

// Sample returns an edition in which every list has something in it and every kind
// has a gap. Templates are checked against it; its names are made up.
func Sample() Edition {
	e := Edit(sampleSnapshot(), 1, Rules{})
	e.Title = "Example Weekly"
	for _, section := range []*Section{&e.Community, &e.Project, &e.Hot, &e.Tips} {
		section.Cut = 1
	}
	return e
}

func sampleSnapshot() Snapshot {
	from := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)
	at := from.Add(36 * time.Hour)
	period := Period{From: from, To: from.AddDate(0, 0, 7)}
	repo := Repo{"example", "project"}
	link, _ := markdown.ParseURL("https://example.org/item") // a constant that parses
	text := markdown.Untrusted
	who := Person{Login: text("someone")}
	item := func(id ID, section SectionName) Item {
		return Item{ID: id, Repo: repo, URL: link, Section: section}
	}
	s := Snapshot{Period: period, Provisional: true}
	for _, section := range SectionNames {
		name := string(section)
		s.Discussions = append(s.Discussions, Discussion{
			Item: item(ID("D-"+name), section), Number: 1, Title: text("A question"), Body: text("It has a body."), Author: who,
			Category: Category{Name: text("Q&A"), Slug: text("q-a"), Answerable: section == Tips}, Labels: []markdown.Text{text("help")},
			CreatedAt: at, AnsweredAt: at, Answer: &Answer{URL: link, Author: who, Body: text("It has an answer.")},
			Upvotes: 1, Reactions: 1, Comments: 2, Locked: true, Closed: text("resolved"),
			Activity: Activity{Comments: 1, Replies: 1, Participants: []markdown.Text{text("other")}, Others: 2},
		})
		s.Releases = append(s.Releases, Release{
			Item: item(ID("R-"+name), section), Tag: text("v1.2.3"), Name: text("Project 1.2.3"),
			Notes: Notes{
				Lead: text("It has a lead."), Bumps: 2, Identifiers: []markdown.Text{text("CVE-2024-0002")}, Links: []markdown.URL{link},
				Groups: []NoteGroup{
					{Kind: ChangeFeature, Heading: text("Features"), Items: []NoteItem{{Text: text("It can do more."), Links: []markdown.URL{link}}}, Total: 3},
					{Kind: ChangeFix, Items: []NoteItem{{Text: text("It does less wrong.")}}, Total: 1},
				},
			},
			Author: who, Prerelease: true, PublishedAt: at,
		})
		s.Advisories = append(s.Advisories, Advisory{
			Item: item(ID("GHSA-"+name), section), Summary: text("A weakness"), Description: text("It has a description."),
			Severity: High, CVSS: CVSS{Score: 7.5, Vector: text("CVSS:3.1/AV:N")}, CVEs: []markdown.Text{text("CVE-2024-0001")},
			Packages: []Package{{text("go"), text("example.org/project"), text("< 1.2.3"), text("1.2.3")}},
			Credits:  []markdown.Text{text("finder")}, PublishedAt: at, UpdatedAt: at, Reviewed: true,
		})
		s.Late.Releases = append(s.Late.Releases, Release{
			Item: item(ID("L-"+name), section), Tag: text("v1.1.9"), PublishedAt: at.AddDate(0, 0, -7),
		})
		s.Entries = append(s.Entries, Entry{
			Item: item(ID("E-"+name), section), Feed: text("News"), Title: text("A bulletin"), Summary: text("It has a summary."), PublishedAt: at,
		})
		for _, kind := range Kinds {
			s.Receipts = append(s.Receipts, Receipt{Kind: kind, Source: repo.String(), Section: section, Outcome: Failed, Detail: text("the server is down")})
		}
	}
	return s
}

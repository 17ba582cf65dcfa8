package collectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
)

// busy is a world of repositories with something of every kind, and feeds.
func busy() (*githubtest.World, []digest.Repo) {
	w := &githubtest.World{Files: map[string]string{}}
	var names []string
	for i := range 12 {
		d := []githubtest.Discussion{{Number: i + 1, Author: "ann", CreatedAt: in, Comments: []githubtest.Comment{
			{Author: "bob", CreatedAt: in}, {Author: "cat", CreatedAt: in}, {Author: "dan", CreatedAt: in}}}}
		fill(d)
		a := githubtest.Advisory{GHSAID: fmt.Sprintf("GHSA-2222-3333-%04d", i), Summary: "Bad", Repo: fmt.Sprint("o/r", i), PublishedAt: in}
		w.Repos = append(w.Repos, &githubtest.Repo{Owner: "o", Name: fmt.Sprint("r", i), Discussions: d,
			Releases:   []githubtest.Release{{TagName: fmt.Sprint("v", i), PublishedAt: in}},
			Advisories: []githubtest.Advisory{a}})
		w.Advisories = append(w.Advisories, a)
		w.Files[fmt.Sprint(i)] = rss(item(fmt.Sprintf("<title>%d</title>", i)))
		names = append(names, fmt.Sprint("o/r", 11-i))
	}
	return w, repos(names...)
}

// all collects everything from a world with random latency.
func all(t *testing.T) digest.Findings {
	w, list := busy()
	s := githubtest.NewInProcess(t, w)
	shuffled := wire{s.Transport(), func(*http.Request) *http.Response {
		time.Sleep(time.Duration(rand.IntN(1000)) * time.Millisecond)
		return nil
	}}
	c := client(t, s, githubtest.Token, shuffled)
	var feeds []FeedSource
	for i := range list {
		feeds = append(feeds, FeedSource{URL: s.FileURL(fmt.Sprint(11 - i))})
	}
	var f digest.Findings
	for _, one := range []digest.Collector{
		newDiscussions(c, []DiscussionSource{{Repos: list}}),
		newReleases(c, []ReleaseSource{{Repos: list}}),
		newAdvisories(c, []AdvisorySource{{Repos: list}}),
		NewFeeds(&http.Client{Transport: shuffled}, feeds),
	} {
		got := collect(t, one)
		f.Discussions = append(f.Discussions, got.Discussions...)
		f.Releases = append(f.Releases, got.Releases...)
		f.Advisories = append(f.Advisories, got.Advisories...)
		f.Entries = append(f.Entries, got.Entries...)
		f.Receipts = append(f.Receipts, got.Receipts...)
	}
	return f
}

func TestFindingsAreInTheOrderOfTheConfigurationWhateverTheLatency(t *testing.T) {
	var first []byte
	for range 3 {
		bubble(t, func(t *testing.T) {
			f := all(t)
			got, err := json.MarshalIndent(f, "", "\t")
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = got
			}
			if diff := cmp.Diff(string(first), string(got)); diff != "" {
				t.Errorf("another run (-first +got)\n%s", diff)
			}
			for i := range 12 {
				want := fmt.Sprint("o/r", 11-i)
				if a, b, c := f.Receipts[i].Source, f.Receipts[12+i].Source, f.Receipts[24+i].Source; a != want || b != want || c != want {
					t.Errorf("receipt %d of %s, %s and %s, want %s", i, a, b, c, want)
				}
			}
			if got := f.Receipts[36].Source; got != digest.AdvisoryDatabase || len(f.Receipts) != 12*4+1 {
				t.Errorf("%d receipts, that of the database is of %s", len(f.Receipts), got)
			}
		})
	}
}

func TestReceiptsOfDiscussionsAreInTheOrderOfTheSources(t *testing.T) {
	w, _ := busy()
	s := githubtest.NewInProcess(t, w)
	f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{
		{Repos: repos("o/r2", "o/r1"), Categories: []string{"ideas"}, Section: "one"}, {Repos: repos("o/r3", "o/r2"), Section: "two"}}))
	var got []string
	for _, r := range f.Receipts {
		got = append(got, string(r.Section)+" "+r.Source)
	}
	if diff := cmp.Diff([]string{"one o/r2", "one o/r1", "two o/r3", "two o/r2"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEachReturnsTheFirstErrorByIndex(t *testing.T) {
	one, two := errors.New("one"), errors.New("two")
	err := each(3, func(i int) error { return []error{nil, one, two}[i] })
	if err != one || each(0, nil) != nil {
		t.Errorf("got %v, want %v", err, one)
	}
}

func TestPanicOfOneReaderReachesTheCaller(t *testing.T) {
	// In a goroutine of its own it would end the program, past any recover of the caller.
	defer func() {
		if r := recover(); fmt.Sprint(r) != "defect" {
			t.Errorf("recovered %v", r)
		}
	}()
	_ = each(3, func(i int) error {
		if i == 1 {
			panic("defect")
		}
		return nil
	})
	t.Error("each returned")
}

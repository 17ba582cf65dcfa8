package digest

import (
	"slices"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

func TestTrains(t *testing.T) {
	start := time.Date(2024, 6, 18, 12, 0, 0, 0, time.UTC)
	release := func(repo, tag string, after time.Duration) Release {
		return Release{Item: Item{ID: ID(repo + tag), Repo: Repo{"example", repo}}, Tag: markdown.Untrusted(tag), PublishedAt: start.Add(after)}
	}
	got := trains(Merge(Findings{Releases: []Release{
		release("app", "1.20.1", 0),
		release("app", "1.18.6", 2*time.Minute),
		release("app", "1.19.5", 24*time.Hour), // exactly a day after the first, less after the second
		release("app", "1.20.2", 49*time.Hour),
		release("lib", "1.0.0", time.Minute),
	}}).Releases)
	var tags [][]string
	for _, tr := range got {
		var one []string
		for _, tag := range tr.Labels() {
			one = append(one, tag.Unsafe())
		}
		tags = append(tags, one)
	}
	want := [][]string{{"1.20.1", "1.19.5", "1.18.6"}, {"1.20.2"}, {"1.0.0"}}
	if !slices.EqualFunc(tags, want, slices.Equal) {
		t.Errorf("got %v, want %v", tags, want)
	}
}

package digest

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

func TestVersionsAreOrderedAsPeopleReadThem(t *testing.T) {
	want := []string{"1.18.6", "1.19.5", "1.20.0-alpha.1", "1.20.0-rc.1", "1.20.0-rc.2", "1.20.0-rc.10", "1.20.0", "1.20.0+build", "1.20.1", "1.100.0"}
	got := slices.Clone(want)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	slices.SortFunc(got, compareVersions)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzVersionsHaveATotalOrder(f *testing.F) {
	f.Add("v1.2.3", "v1.2.3-rc.1", "v1.2.3+x")
	f.Add("1.2", "01.2", "1.2-")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		ab, ba, bc, ac := compareVersions(a, b), compareVersions(b, a), compareVersions(b, c), compareVersions(a, c)
		if ab != -ba {
			t.Errorf("%q, %q: %d one way, %d the other", a, b, ab, ba)
		}
		if (ab == 0) != (a == b) {
			t.Errorf("%q, %q compare as equal", a, b)
		}
		if ab < 0 && bc < 0 && ac >= 0 {
			t.Errorf("%q < %q < %q, but the first is not less than the last", a, b, c)
		}
	})
}

func TestTrainsJoinWhatWasPublishedTogether(t *testing.T) {
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
		for _, tag := range tr.Tags() {
			one = append(one, tag.Unsafe())
		}
		tags = append(tags, one)
	}
	want := [][]string{{"1.18.6", "1.19.5", "1.20.1"}, {"1.20.2"}, {"1.0.0"}}
	if !slices.EqualFunc(tags, want, slices.Equal) {
		t.Errorf("got %v, want %v", tags, want)
	}
}

func TestBareVersionDropsWhatProjectsPutBefore(t *testing.T) {
	for in, want := range map[string]string{
		"v1.2.3": "1.2.3", "istio-1.2.3": "1.2.3", "kustomize/v5.0.0": "5.0.0", "@scope/pkg@1.0.0": "1.0.0", "1.2.3": "1.2.3", "nightly": "nightly", "": "",
	} {
		if got := bareVersion(in); got != want {
			t.Errorf("bareVersion(%q) = %q, want %q", in, got, want)
		}
	}
}

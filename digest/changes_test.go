package digest

import (
	"testing"

	"github.com/community-digest/digest/internal/markdown"
)

func TestChangelogIsOfTheSameRepository(t *testing.T) {
	address := func(s string) markdown.URL {
		t.Helper()
		u, err := markdown.ParseURL(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for link, want := range map[string]bool{
		"https://github.com/Acme/Rocket/blob/v1/CHANGELOG.md": true,
		"https://github.com/acme/other/blob/v1/CHANGELOG.md":  false,
		"https://evil.example/changelog":                      false,
		"https://github.com/acme/rocket/blob/v1/README.md":    false,
	} {
		r := Release{Item: Item{Repo: Repo{"acme", "rocket"}, URL: address("https://github.com/acme/rocket/releases/tag/v1")}}
		r.Notes.Links = []markdown.URL{address(link)}
		if got := (&Train{Releases: []Release{r}}).Changelog(); got.IsZero() == want {
			t.Errorf("%s: %s", link, got)
		}
	}
}

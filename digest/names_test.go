package digest

import (
	"testing"

	"github.com/community-digest/digest/internal/markdown"
)

func TestReleaseLabel(t *testing.T) {
	tests := []struct{ tag, want string }{
		{"v1.29.0", "1.29.0"},
		{"app-1.2.3", "1.2.3"},
		{"acme-app/v1.2.3", "1.2.3"},
		{"kyaml/v0.17.2", "kyaml 0.17.2"},
		{"sdk-v2.0.0-rc.1", "sdk 2.0.0-rc.1"},
		{"@acme/core@3.1.0", "acme/core 3.1.0"},
		{"nightly", "nightly"},
		// These numbers do not follow the name of a package.
		{"qb00127x", "qb00127x"},
		{"rev5", "rev5"},
		{"#12-fix", "#12-fix"},
		{"v1<img/src=x/onerror=alert(b045)>", "v1<img/src=x/onerror=alert(b045)>"},
	}
	for _, tt := range tests {
		r := Release{Item: Item{Repo: Repo{Owner: "acme", Name: "app"}}, Tag: markdown.Untrusted(tt.tag)}
		if got := r.Label().Unsafe(); got != tt.want {
			t.Errorf("label of %s: got %q, want %q", tt.tag, got, tt.want)
		}
	}
}

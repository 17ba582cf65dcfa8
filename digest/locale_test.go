package digest

import "testing"

func TestGapsNameTheirSource(t *testing.T) {
	for _, tt := range []struct {
		kind        Kind
		source      string
		english, zh string
	}{
		{Releases, "istio/istio", "the releases of istio/istio", "istio/istio 的版本发布"},
		{Discussions, "org:istio", "the discussions of the repositories of istio", "istio 名下仓库的讨论"},
		{Advisories, "topic:mesh", "the security advisories of the repositories with the topic mesh", "主题为 mesh 的仓库的安全公告"},
		{Advisories, AdvisoryDatabase, "the GitHub Advisory Database", "GitHub 安全公告数据库"},
		{Feeds, "https://example.org/feed", "the feed https://example.org/feed", "订阅源 https://example.org/feed"},
		{Feeds, AllSources, "all feeds", "全部订阅源"},
		{Discussions, AllSources, "all discussions", "全部讨论"},
	} {
		if got := (Receipt{Kind: tt.kind, Source: tt.source}).Subject(); got != tt.english {
			t.Errorf("%s %s: %q, want %q", tt.kind, tt.source, got, tt.english)
		}
		if got := chinese.source(tt.kind, tt.source, tt.source); got != tt.zh {
			t.Errorf("%s %s: %q, want %q", tt.kind, tt.source, got, tt.zh)
		}
	}
}

func TestEveryGapHasAReason(t *testing.T) {
	for _, o := range outcomes {
		if gap := (Receipt{Outcome: o}).Gap(); gap != (o.Reason() != "") || gap != (chinese.reasons[o] != "") {
			t.Errorf("%s: %q, %q", o, o.Reason(), chinese.reasons[o])
		}
	}
}

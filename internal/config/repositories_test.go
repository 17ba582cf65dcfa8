package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRepositoriesAreSelectedByAccountAndTopic(t *testing.T) {
	for text, want := range map[string]Selection{
		"org: Istio":                                 {Org: "Istio"},
		"topic: Service-Mesh":                        {Topic: "service-mesh"},
		"{org: istio, topic: go, repos: }":           {Org: "istio", Topic: "go"},
		"{org: a_b, include: [istio, '*-api']}":      {Org: "a_b", Include: []string{"istio", "*-api"}},
		"{topic: go, exclude: ['x/*', '[a-c]?']}":    {Topic: "go", Exclude: []string{"x/*", "[a-c]?"}},
		"{org: a, include: [], archived: true}":      {Org: "a", Archived: true},
		"{org: a, forks: true, private: true}":       {Org: "a", Forks: true, Private: true},
		"{org: a, forks: false, include: , topic: }": {Org: "a"},
	} {
		for _, kind := range []string{"discussions", "releases", "advisories"} {
			c, err := Parse("config.yaml", []byte(source(kind, text)), nil, house())
			if err != nil {
				t.Fatal(err)
			}
			var got Repositories
			switch kind {
			case "discussions":
				got = c.Discussions[0].Repositories
			case "releases":
				got = c.Releases[0].Repositories
			case "advisories":
				got = c.Advisories[0].Repositories
			}
			if diff := cmp.Diff(Repositories{Selection: &want}, got); diff != "" {
				t.Errorf("%s: %s (-want +got)\n%s", kind, text, diff)
			}
		}
	}
}

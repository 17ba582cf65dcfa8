package github

import (
	"strings"
	"testing"
)

func TestParseEndpointsDerivesWhatIsNotGiven(t *testing.T) {
	for _, tc := range []struct{ api, gql, wantREST, wantQL, wantWeb string }{
		{"", "", "https://api.github.com/", "https://api.github.com/graphql", "github.com"},
		{"", "https://api.github.com/graphql", "https://api.github.com/", "https://api.github.com/graphql", "github.com"},
		{"https://api.github.com", "https://api.github.com/graphql", "https://api.github.com/", "https://api.github.com/graphql", "github.com"},
		{"https://ghes.corp/api/v3", "", "https://ghes.corp/api/v3/", "https://ghes.corp/api/graphql", "ghes.corp"},
		{"https://ghes.corp:8443/api/v3/", "", "https://ghes.corp:8443/api/v3/", "https://ghes.corp:8443/api/graphql", "ghes.corp:8443"},
		{"https://api.acme.ghe.com", "", "https://api.acme.ghe.com/", "https://api.acme.ghe.com/graphql", "acme.ghe.com"},
		{"http://127.0.0.1:8080", "", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/graphql", ""},
		{"http://localhost:1/api/v3", "http://localhost:1/api/graphql", "http://localhost:1/api/v3/", "http://localhost:1/api/graphql", ""},
		{"https://proxy.corp/github", "", "https://proxy.corp/github/", "https://proxy.corp/github/graphql", ""},
	} {
		e, err := ParseEndpoints(tc.api, tc.gql)
		if err != nil {
			t.Errorf("ParseEndpoints(%q, %q): %v", tc.api, tc.gql, err)
			continue
		}
		if e.REST.String() != tc.wantREST || e.GraphQL.String() != tc.wantQL || e.webHost() != tc.wantWeb {
			t.Errorf("ParseEndpoints(%q, %q) = %s, %s, web %q; want %s, %s, %q",
				tc.api, tc.gql, e.REST, e.GraphQL, e.webHost(), tc.wantREST, tc.wantQL, tc.wantWeb)
		}
	}
}

func TestParseEndpointsRefusesWithoutQuoting(t *testing.T) {
	for _, tc := range []struct{ api, gql, want string }{
		{"https://me:hunter2@ghes.corp/api/v3", "", "user name or password"},
		{"https://me:hunter2@ghes.corp:%zz/", "", "not a URL"},
		{"ftp://ghes.corp", "", "https://"},
		{"ghes.corp/api/v3", "", "https://"},
		{"https:///api/v3", "", "has no host"},
		{"https://ghes.corp/api/v3?hunter2", "", "query"},
		{"https://ghes.corp/api/v3#x", "", "fragment"},
		{"https://ghes.corp/api/v3", "gopher://hunter2/", "graphql address"},
		{"", "https://ghes.corp/api/graphql", "set the API address"},
	} {
		_, err := ParseEndpoints(tc.api, tc.gql)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ParseEndpoints(%q, %q) = %v, want it to say %q and no secret", tc.api, tc.gql, err, tc.want)
		}
	}
}

func TestInsecureNamesAnAddressThatIsNotEncrypted(t *testing.T) {
	for _, tc := range []struct{ rest, graphql, want string }{
		{"", "", ""},
		{"http://localhost:1", "", ""},
		{"http://127.0.0.1:1", "http://[::1]:1/graphql", ""},
		{"http://ghes.corp/api/v3", "", "http://ghes.corp/api/v3/"},
		{"https://ghes.corp/api/v3", "http://ghes.corp/api/graphql", "http://ghes.corp/api/graphql"},
	} {
		e, err := ParseEndpoints(tc.rest, tc.graphql)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Insecure(); got != tc.want {
			t.Errorf("%q, %q: %q, want %q", tc.rest, tc.graphql, got, tc.want)
		}
	}
}

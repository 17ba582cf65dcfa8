package github

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

const (
	publicREST    = "https://api.github.com/"
	publicGraphQL = "https://api.github.com/graphql"
)

// Endpoints are the addresses of one GitHub's APIs, as every Actions job sets them. ParseEndpoints makes them.
type Endpoints struct {
	REST    *url.URL // ends with a slash
	GraphQL *url.URL // the whole address queries are posted to
}

// ParseEndpoints reads the values of GITHUB_API_URL and GITHUB_GRAPHQL_URL. Both empty means github.com. Where only
// the first is given the second is derived from it, for GitHub Enterprise Server (https://host/api/v3) too. A GraphQL
// address alone is an error unless it is github.com's: the token of one GitHub must not be sent to another.
func ParseEndpoints(apiURL, graphqlURL string) (Endpoints, error) {
	if apiURL == "" {
		if graphqlURL != "" && graphqlURL != publicGraphQL {
			return Endpoints{}, errors.New("graphql address: set the API address of the same GitHub, too")
		}
		apiURL = publicREST
	}
	rest, err := parseAddress("api address", apiURL)
	if err != nil {
		return Endpoints{}, err
	}
	if graphqlURL == "" {
		return Endpoints{REST: withSlash(rest), GraphQL: graphqlOf(rest)}, nil
	}
	gql, err := parseAddress("graphql address", graphqlURL)
	if err != nil {
		return Endpoints{}, err
	}
	return Endpoints{REST: withSlash(rest), GraphQL: gql}, nil
}

// parseAddress never quotes raw: a mistyped address may hold a password.
func parseAddress(what, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: not a URL", what)
	case u.User != nil:
		return nil, fmt.Errorf("%s: must not hold a user name or password", what)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%s: must start with https://", what)
	case u.Hostname() == "":
		return nil, fmt.Errorf("%s: has no host", what)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("%s: must not hold a query or fragment", what)
	}
	return u, nil
}

func graphqlOf(rest *url.URL) *url.URL {
	u := *rest
	path := strings.TrimRight(u.Path, "/")
	if base, ok := strings.CutSuffix(path, "/api/v3"); ok {
		path = base + "/api"
	}
	u.Path, u.RawPath = path+"/graphql", ""
	return &u
}

func withSlash(u *url.URL) *url.URL {
	v := *u
	v.Path, v.RawPath = strings.TrimRight(v.Path, "/")+"/", ""
	return &v
}

func (e Endpoints) restBase() *url.URL { return withSlash(e.REST) }

// Insecure returns the address to which a token would be sent unencrypted over a network, or "".
func (e Endpoints) Insecure() string {
	for _, u := range []*url.URL{e.REST, e.GraphQL} {
		if host := strings.ToLower(u.Hostname()); u.Scheme == "http" && host != "localhost" && !isLoopback(host) {
			return u.String()
		}
	}
	return ""
}

// webHost returns the host of the pages that people see (html_url): github.com for api.github.com, acme.ghe.com for
// api.acme.ghe.com, the host itself for GitHub Enterprise Server, and "" where that cannot be derived.
func (e Endpoints) webHost() string {
	host := strings.ToLower(e.REST.Hostname())
	switch {
	case host == "localhost" || isLoopback(host):
		return ""
	case host == "api.github.com":
		return "github.com"
	case strings.HasPrefix(host, "api.") && strings.HasSuffix(host, ".ghe.com"):
		return strings.TrimPrefix(host, "api.")
	case strings.HasSuffix(strings.TrimRight(e.REST.Path, "/"), "/api/v3"):
		return strings.ToLower(e.REST.Host)
	}
	return ""
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// serves reports whether u is on one of the API's hosts: same scheme, host and port.
func (e Endpoints) serves(u *url.URL) bool {
	return origin(u) == origin(e.REST) || origin(u) == origin(e.GraphQL)
}

func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// isGraphQL reports whether u is the address queries are posted to.
func (e Endpoints) isGraphQL(u *url.URL) bool {
	return origin(u) == origin(e.GraphQL) && u.Path == e.GraphQL.Path
}

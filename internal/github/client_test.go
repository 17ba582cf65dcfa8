package github

import (
	"net/url"
	"testing"
)

func TestWebHostOfATestServerIsThatOfGitHub(t *testing.T) {
	for rest, want := range map[string]string{
		"https://api.github.com/": "github.com", "https://github.acme.com/api/v3/": "github.acme.com",
		"https://api.acme.ghe.com/": "acme.ghe.com", "http://127.0.0.1:8080/api/v3/": "github.com",
		"http://localhost:1/": "github.com", "https://proxy.example/": "github.com",
	} {
		u, err := url.Parse(rest)
		if err != nil {
			t.Fatal(err)
		}
		c := NewClient(Endpoints{REST: u, GraphQL: u}, nil, Limits{})
		if got := c.WebHost(); got != want {
			t.Errorf("%s: %s, want %s", rest, got, want)
		}
	}
}

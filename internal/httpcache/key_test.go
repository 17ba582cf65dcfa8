package httpcache

import (
	"bytes"
	"net/http"
	"testing"
)

func TestKeysDifferWhereRequestsDo(t *testing.T) {
	const address = "https://api.example.com/repos/a/b/releases?page=1"
	base := NewKey("one", request(t, address, "Accept: application/json"))
	if same := NewKey("one", request(t, address, "Accept: application/json")); same.name != base.name || !bytes.Equal(same.secret, base.secret) {
		t.Error("the same request has two keys")
	}
	post := request(t, address, "Accept: application/json")
	post.Method = http.MethodPost
	for what, k := range map[string]Key{
		"token":         NewKey("two", request(t, address, "Accept: application/json")),
		"no token":      NewKey("", request(t, address, "Accept: application/json")),
		"method":        NewKey("one", post),
		"host":          NewKey("one", request(t, "https://ghe.example.com/repos/a/b/releases?page=1", "Accept: application/json")),
		"query":         NewKey("one", request(t, "https://api.example.com/repos/a/b/releases?page=2", "Accept: application/json")),
		"media type":    NewKey("one", request(t, address, "Accept: application/xml")),
		"version":       NewKey("one", request(t, address, "Accept: application/json", "X-GitHub-Api-Version: 2022-11-28")),
		"two values":    NewKey("one", request(t, address, "Accept: application/json", "Accept: text/html")),
		"one with both": NewKey("one", request(t, address, `Accept: application/json" "text/html`)),
	} {
		if k.name == base.name || bytes.Equal(k.secret, base.secret) {
			t.Errorf("another %s has the same key", what)
		}
	}
}

func TestAnEntryIsReadWithItsOwnSecretOnly(t *testing.T) {
	req := request(t, "https://api.example.com/x")
	one, two := NewKey("one", req), NewKey("two", req)
	data, err := one.seal(entry("body"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.open(data); err != nil {
		t.Errorf("its own: %v", err)
	}
	two.name = one.name
	if e, err := two.open(data); err == nil {
		t.Errorf("another one reads %q", e.Body)
	}
}

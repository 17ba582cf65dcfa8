package markdown

import (
	"fmt"
	"strings"
	"testing"
)

func TestURLIsPrintedWithoutSyntax(t *testing.T) {
	for in, want := range map[string]string{
		"https://github.com/istio/istio/discussions/48064#discussioncomment-1": "https://github.com/istio/istio/discussions/48064#discussioncomment-1",
		"https://github.com/o/my_repo/releases/tag/v1.0~rc+1?a=1&b=2":          "https://github.com/o/my_repo/releases/tag/v1.0~rc+1?a=1&b=2",
		"HTTP://Example.ORG:8080/A":                                            "http://example.org:8080/A",
		"https://a.b":                                                          "https://a.b",
		"https://a.b?x#y#z":                                                    "https://a.b?x#y%23z",
		"https://a.b/(x) [y]":                                                  "https://a.b/%28x%29%20%5By%5D",
		"https://a.b/\"'`<>{}|\\^*$":                                           "https://a.b/%22%27%60%3C%3E%7B%7D%7C%5C%5E%2A%24",
		"https://a.b/%41?%zz":                                                  "https://a.b/%41?%25zz",
		"https://a.b/?q=&lt;x;y&b;":                                            "https://a.b/?q=&lt%3Bx;y&b%3B",
		"https://a.b/中":                                                        "https://a.b/%E4%B8%AD",
		"https://bücher.example/x":                                             "https://xn--bcher-kva.example/x",
		"https://10.0.0.1:80/":                                                 "https://10.0.0.1:80/",
	} {
		u, err := ParseURL(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if u.String() != want {
			t.Errorf("%q is printed as %q, want %q", in, u, want)
		}
	}
}

func TestInvalidURLsAreRefused(t *testing.T) {
	for _, in := range []string{
		"", "x", "/a", "//a.b/c", "https:", "https://", "https:///a", "https:a.b", "https:/a.b", "http://:80/", "http://../", "mailto:x@a.b",
		"javascript:alert(1)", "java\tscript:alert(1)", "JaVaScRiPt://a.b/%0aalert(1)", "data:text/html,x", "ftp://a.b", "vbscript:x",
		"https://user@a.b", "https://user:secret@a.b/", "https://a.b\\@c.d/", "https:\\\\a.b", " https://a.b", "https://a.b/\n", "https://a.b/\x00",
		"https://a.b/\u202ex", "https://a.b/\u200b", "https://a.b/\xff", "https://[::1]:80/", "https://a b/", "https://a.b／c.d/", "https://a.b%00/", "https://[::1%25eth0]/",
		"https://a.b/" + strings.Repeat("x", maxURL), "https://a<b/", "https://a|b/", "https://xn--\u00ad/",
	} {
		u, err := ParseURL(in)
		if err == nil || !u.IsZero() {
			t.Errorf("%.60q is taken as %q", in, u)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func TestLinkAlwaysShowsWhereItLeads(t *testing.T) {
	u, err := ParseURL("https://example.org:444/a?b=(c)")
	if err != nil {
		t.Fatal(err)
	}
	const target = "](https://example.org:444/a?b=%28c%29)"
	for in, want := range map[string]string{
		"A title":                        "[A title" + target,
		"Hello!":                         "[Hello!" + target,
		"- import # 1.":                  "[- import # 1." + target,
		"x":                              "[&#120;" + target,
		"a] [b](c":                       `[a\] \[b\](c` + target,
		"":                               `[example\.org:444` + target,
		"\u200b\u3164":                   `[example\.org:444` + target,
		"https://evil.com":               `[example\.org:444: https:/` + nothing + `/evil\.com` + target,
		"https://example.org:444 is new": `[https:/` + nothing + `/example\.org\:444 is new` + target,
	} {
		want = strings.ReplaceAll(want, "org:444: ", `org\:444: `)
		want = strings.ReplaceAll(want, `org:444]`, `org\:444]`)
		if got := Link(Untrusted(in), u); got != want {
			t.Errorf("Link(%q) = %s, want %s", in, got, want)
		}
	}
	if got := Link(Untrusted("- [a]"), URL{}); got != `\- \[a\]` {
		t.Errorf("without a link: %s", got)
	}
}

func TestLinkStaysOneLink(t *testing.T) {
	u, err := ParseURL("https://example.org/x")
	if err != nil || u.Host() != "example.org" {
		t.Fatal(u.Host(), err)
	}
	for _, s := range append(lines(t, "hostile.txt"), "") {
		checkLink(t, s, u)
	}
}

// checkLink fails unless the label of a link does nothing but be the label.
func checkLink(t testing.TB, s string, u URL) {
	t.Helper()
	link := Link(Untrusted(s), u)
	for _, form := range []string{"- %s tail", "%s", "## %s", "| a |\n|---|\n| %s |", "**%s**"} {
		want, _ := rendered(t, fmt.Sprintf(form, "[label]("+u.String()+")"))
		if got, _ := rendered(t, fmt.Sprintf(form, link)); got != want {
			t.Errorf("%q\n got %s\nwant %s", link, got, want)
		}
	}
}

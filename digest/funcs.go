package digest

import (
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

// funcs returns the functions that templates of a language can use.
func funcs(language string) template.FuncMap {
	l := localeOf(language)
	return template.FuncMap{
		// pad writes a number with leading zeros: {{pad 2 .Number}} is 01.
		"pad": func(width, n int) (string, error) {
			if width > maxPrinted {
				return "", errTooWide
			}
			return fmt.Sprintf("%0*d", width, n), nil
		},
		// day writes the day of a time in the language's form, and nothing for no time.
		"day": func(t time.Time) string {
			if t.IsZero() {
				return ""
			}
			return l.day(t)
		},
		// dayMonth writes a day without its year, which the period has.
		"dayMonth": func(t time.Time) string { return l.dayMonth(t) },
		// period writes the days that a period covers.
		"period": l.period,
		// source names what a gap is about: the releases of istio/istio.
		"source": func(g Gap) string { return l.source(g.Kind, g.Source.Unsafe(), g.Source.String()) },
		// reason says why a gap is one: access denied.
		"reason": func(o Outcome) string { return l.reasons[o] },
		// rfc3339 writes a time with the zone's offset, as front matter wants it.
		"rfc3339": func(t time.Time) string { return t.Format(time.RFC3339) },
		// texts writes a list of untrusted texts.
		"texts": func(texts []markdown.Text) string { return l.list(encoded(texts)) },
		// shows reports whether an untrusted text has anything visible in it.
		"shows": func(t markdown.Text) bool { return !t.Empty() },
		// link writes a Markdown link, or the label alone if the address is empty.
		"link": markdown.Link,
		// excerpt writes the first max characters of an untrusted text, ended where a
		// sentence ends: {{excerpt 280 .Body}}.
		"excerpt": func(max int, t markdown.Text) string { return t.Excerpt(max) },
		// unsafeRaw returns an untrusted text as it came. Printing it lets anyone
		// write into the page; it is there for comparing: {{if eq (unsafeRaw .Tag) "v1"}}.
		"unsafeRaw": markdown.Text.Unsafe,
		// named writes a release as an editor does, Cilium 1.14.5: {{named .Name .}}.
		"named": func(name markdown.Text, r Release) markdown.Text {
			return markdown.Untrusted(name.Unsafe() + " " + r.Label().Unsafe())
		},
		// listed links to a list on GitHub by the repository that it is of.
		"listed": func(u markdown.URL) string { return markdown.Link(markdown.Untrusted(listLabel(u.String())), u) },
		// last reports whether an index is the last one of a list of stories.
		"last": func(i int, stories []Story) bool { return i == len(stories)-1 },
		// s writes the ending of an English plural: {{.N}} comment{{s .N}}.
		"s": func(n int) string {
			if n == 1 {
				return ""
			}
			return "s"
		},
	}
}

// listLabel is the repository and the kind of list that an address leads to: istio/istio discussions.
func listLabel(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	parts := strings.Split(rest, "/")
	if len(parts) < 4 {
		return address
	}
	return parts[1] + "/" + parts[2] + " " + parts[len(parts)-1]
}

func encoded(texts []markdown.Text) []string {
	out := make([]string, 0, len(texts))
	for _, t := range texts {
		out = append(out, t.String())
	}
	return out
}

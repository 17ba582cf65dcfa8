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
		"pad": func(width, n int) string { return fmt.Sprintf("%0*d", width, n) },
		// day writes the day of a time in the language's form, and nothing for no time.
		"day": func(t time.Time) string {
			if t.IsZero() {
				return ""
			}
			return l.day(t)
		},
		// period writes the days that a period covers.
		"period": l.period,
		// rfc3339 writes a time with the zone's offset, as front matter wants it.
		"rfc3339": func(t time.Time) string { return t.Format(time.RFC3339) },
		// texts writes texts from outside in a row.
		"texts": func(texts []markdown.Text) string { return l.list(encoded(texts)) },
		// shows reports whether a text from outside has anything to see in it.
		"shows": func(t markdown.Text) bool { return !t.Empty() },
		// link writes a Markdown link, or the label alone when there is no address.
		"link": markdown.Link,
		// excerpt writes the first max characters of a text from outside, ended where a
		// sentence ends: {{excerpt 280 .Body}}.
		"excerpt": func(max int, t markdown.Text) string { return t.Excerpt(max) },
		// unsafeRaw returns a text from outside as it came. Printing it lets strangers
		// write into the page; it is there for comparing: {{if eq (unsafeRaw .Tag) "v1"}}.
		"unsafeRaw": markdown.Text.Unsafe,
		// s writes the ending of an English plural: {{.N}} comment{{s .N}}.
		"s": func(n int) string {
			if n == 1 {
				return ""
			}
			return "s"
		},
	}
}

func encoded(texts []markdown.Text) []string {
	out := make([]string, 0, len(texts))
	for _, t := range texts {
		out = append(out, t.String())
	}
	return out
}

// locale is how a language writes dates and lists.
type locale struct {
	day    func(t time.Time) string
	period func(p Period) string
	list   func(items []string) string
}

// localeOf finds a language's forms by its primary tag; a language without forms of
// its own gets dates in ISO 8601, which everyone can read.
func localeOf(language string) locale {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch primary {
	case "zh":
		return chinese
	case "en":
		return english
	default:
		return international
	}
}

var english = locale{
	day: func(t time.Time) string { return t.Format("2 January 2006") },
	period: func(p Period) string {
		from, to := p.From, p.LastDay()
		switch {
		case from.Equal(to):
			return to.Format("2 January 2006")
		case from.Year() != to.Year():
			return from.Format("2 January 2006") + " to " + to.Format("2 January 2006")
		case from.Month() != to.Month():
			return from.Format("2 January") + " to " + to.Format("2 January 2006")
		default:
			return from.Format("2") + " to " + to.Format("2 January 2006")
		}
	},
	list: func(items []string) string { return listing(items, ", ", " and ") },
}

var chinese = locale{
	day: func(t time.Time) string { return t.Format("2006 年 1 月 2 日") },
	period: func(p Period) string {
		from, to := p.From, p.LastDay()
		switch {
		case from.Equal(to):
			return from.Format("2006 年 1 月 2 日")
		case from.Year() != to.Year():
			return from.Format("2006 年 1 月 2 日") + "到 " + to.Format("2006 年 1 月 2 日")
		case from.Month() != to.Month():
			return from.Format("2006 年 1 月 2 日") + "到 " + to.Format("1 月 2 日")
		default:
			return from.Format("2006 年 1 月 2 日") + "到 " + to.Format("2 日")
		}
	},
	list: func(items []string) string { return listing(items, "、", " 和 ") },
}

var international = locale{
	day: func(t time.Time) string { return t.Format(time.DateOnly) },
	period: func(p Period) string {
		return p.From.Format(time.DateOnly) + " – " + p.LastDay().Format(time.DateOnly)
	},
	list: func(items []string) string { return strings.Join(items, ", ") },
}

// listing joins items with commas, and the last one with a conjunction.
func listing(items []string, comma, and string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], comma) + and + items[last]
}

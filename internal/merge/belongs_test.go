package merge

import (
	"strings"
	"testing"
)

func TestBelongs(t *testing.T) {
	head := func(title, date string) string {
		return "---\ntitle: \"" + title + "\"\ndate: " + date + "\ndraft: true\n---\n\n"
	}
	item := func(n string) string { return "### [Topic](https://github.com/o/r/discussions/" + n + ")\n\nText.\n\n" }
	const (
		welcome = "## Welcome\n\n**TODO:** a few words of welcome.\n\n## Hot\n\n"
		join    = "## How to join\n\n- [chat](https://chat.example.org/a)\n- [calendar](https://example.org/calendar)\n"
	)
	seven := head("Weekly 7", "2023-12-18") + welcome + item("1") + item("2") + item("3") + item("4") + join
	eight := head("Weekly 8", "2023-12-25") + welcome + item("4") + item("5") + item("6") + item("7") + item("8") + join
	quiet := head("Weekly 7", "2023-12-18") + welcome
	bare := strings.TrimPrefix(seven, head("Weekly 7", "2023-12-18"))
	for _, tt := range []struct {
		name, page, edition string
		want                bool
	}{
		{"itself", seven, seven, true},
		{"Windows line ends and a byte order mark", "\uFEFF" + strings.ReplaceAll(seven, "\n", "\r\n"), seven, true},
		{"with another title and date", strings.Replace(seven, head("Weekly 7", "2023-12-18"), head("News", "2023-12-20"), 1), seven, true},
		{"rewritten, with other items only", head("Weekly 7", "2023-12-18") + "## News\n\n" + item("20") + item("21"), seven, true},
		{"rewritten, with a title that never changes", head("Weekly", "2023-12-18") + item("20"), head("Weekly", "2023-12-18") + item("1"), true},
		{"the edition before, with a title that never changes", head("Weekly", "2023-12-18") + item("1") + item("2"), head("Weekly", "2023-12-25") + item("2") + item("3"), false},
		{"most items deleted, others added", head("News", "2023-12-18") + item("1") + item("2") + item("3") + item("20") + item("21") + item("22") + item("23"), seven, true},
		{"as prose, without front matter", "Topic https://github.com/o/r/discussions/1 was hot.\n", seven, true},
		{"all items deleted", head("News", "2023-12-18") + "Nothing.\n", seven, true},
		{"of a quiet week", quiet, quiet, true},
		{"of a quiet week, with a welcome", head("Weekly 7", "2023-12-19") + "## Welcome\n\nHello.\n", quiet, true},
		{"without front matter", bare, bare, true},
		{"the edition before", seven, eight, false},
		{"the edition after", eight, seven, false},
		{"the edition after, without front matter", strings.TrimPrefix(eight, head("Weekly 8", "2023-12-25")), seven, false},
		{"another quiet edition", head("Weekly 8", "2023-12-25") + welcome, quiet, false},
		{"a README", "# Our site\n\nHow to build it, see [the docs](https://example.org/docs).\n", seven, false},
		{"a README, in a quiet week", "# Our site\n\nHow to build it.\n", quiet, false},
		{"another page of the site", head("About", "2020-01-01") + "Who we are.\n", seven, false},
		{"empty", "", seven, false},
		{"blank", "\n \n", quiet, false},
		{"UTF-16", "\xFF\xFEa\x00", seven, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Belongs(tt.page, tt.edition); got != tt.want {
				t.Errorf("Belongs = %v, want %v", got, tt.want)
			}
		})
	}
}

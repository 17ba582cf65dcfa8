package config

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// with returns the smallest configuration, lines 1 to 3, with lines added.
func with(lines string) string { return smallest + lines + "\n" }

// source and edition return a configuration with one item, line 3 or 4, columns from 6.
func source(kind, item string) string {
	return "title: W\nsources:\n  " + kind + ":\n   - " + item + "\neditions: [{language: en}]\n"
}

func edition(item string) string {
	return "title: W\nsources: {releases: [{repos: [a/b]}]}\neditions:\n   - " + item + "\n"
}

// ownTemplates is a folder in which a configuration lies.
func ownTemplates() fstest.MapFS {
	return fstest.MapFS{
		"t/syntax.tmpl": {Data: []byte("a\n{{if}}\n")},
		"t/field.tmpl":  {Data: []byte("a\n{{.Nmber}}\n")},
		"t/loop.tmpl":   {Data: []byte(`{{define "x"}}{{template "x" .}}{{end}}{{template "x" .}}`)},
		"t/part.tmpl":   {Data: []byte(`{{template "none" .}}`)},
		"t/bytes.tmpl":  {Data: []byte("\xff")},
		"t/large.tmpl":  {Data: make([]byte, maxSize+1)},
		"file":          {},
	}
}

func TestProblems(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string // want is the first line of the only problem, without the name of the file
	}{
		// The file as a whole.
		{"empty", "", "1:1: the file is empty: title, sources and editions are required"},
		{"only comments", "# x\n\n", "1:1: the file is empty: title, sources and editions are required"},
		{"only a delimiter", "---\n", "1:1: the file is empty: title, sources and editions are required"},
		{"a word", "hello", `1:1: want keys and values, such as title: My weekly, not the text "hello"`},
		{"a list", "- a\n", "1:1: want keys and values, such as title: My weekly, not a list"},
		{"two documents", with("---\ntitle: b"), "4:1: a second YAML document starts here: only one is supported"},
		{"not UTF-8", "title: 周\n报: \xff\n", "2:4: the file is not UTF-8 text: save it as UTF-8"},
		{"UTF-16", "\xff\xfet\x00", "1:1: the file is not UTF-8 text: save it as UTF-8"},
		{"binary", "\x7fELF", "1:1: unexpected control character U+007F: is this a configuration file?"},
		{"large", "title: " + strings.Repeat("x", maxSize), "1:1: the file is larger than 1 MiB: is this a configuration file?"},
		{"long", strings.Repeat("a: b\n", maxTokens), "6667:4: the file is too long: is this a configuration file?"},
		{"deep", "a: " + strings.Repeat("[", 100_000), "1:24: nested more than 20 levels deep"},
		{"deep dashes", strings.Repeat("- ", 100_000), "1:41: nested more than 20 levels deep"},
		{"deep indentation", strings.Repeat(" ", 2001) + "a: b", "1:2003: nested more than 20 levels deep"},

		// YAML.
		{"tab", "title: W\nlimits:\n\tper_section: 1\n", "3:1: tabs cannot be used for indentation: use spaces"},
		{"open quote", "title: \"W\n", "1:8: could not find end character of double-quoted text"},
		{"open bracket", "title: [a\nsources: b\n", "2:1: ',' or ']' must be specified"},
		{"bare template", "title: {{.Title}}\n", "1:9: could not find flow map content: put text that contains {{ in single quotes, '{{.Number}}'"},
		{"colon", "title: Weekly: news\n", `1:8: mapping value is not allowed in this context: check the indentation, and quote text that contains ": "`},
		{"reserved", "title: @all\n", "1:8: '@' is a reserved character: quote the text"},
		{"anchor", with("limits: &x {per_section: 1}"), "4:9: anchors (&name) and aliases (*name) are not supported: repeat the value, or quote the text"},
		{"alias", with("limits: *x"), "4:9: anchors (&name) and aliases (*name) are not supported: repeat the value, or quote the text"},
		{"merge", with("<<: {a: b}"), "4:1: merge keys (<<) are not supported: repeat the keys"},
		{"tag", with("limits: {per_section: !!int 1}"), "4:23: tags (!!int) are not supported: remove the tag, or quote the text"},
		{"complex key", with("? a\n: b"), "4:1: keys with ? are not supported: quote the text"},
		{"directive", "%YAML 1.2\n---\n" + smallest, "1:1: directives (%) are not supported: quote the text"},

		// Keys and types.
		{"unknown key", with("limit: {}"), `4:1: unknown key "limit", did you mean "limits"?`},
		{"unknown key, nothing near", with("limits: {words: 1}"), `4:10: limits: unknown key "words", want per_section, min_people, page or max_wait`},
		{"duplicate", with("title: V"), `4:1: duplicate key "title", first defined on line 1`},
		{"missing", "sources: {releases: [{repos: [a/b]}]}\neditions: [{language: en}]\n", "1:1: title: required: the name of the weekly"},
		{"no value", strings.Replace(smallest, " Weekly", "", 1), "1:1: title: required: the name of the weekly"},
		{"empty text", strings.Replace(smallest, "Weekly", `""`, 1), "1:8: title: empty: set a text or remove the key"},
		{"number for text", strings.Replace(smallest, "Weekly", "2024", 1), `1:8: title: want text, not the number 2024: quote it, "2024"`},
		{"list for text", strings.Replace(smallest, "Weekly", "[a]", 1), "1:8: title: want text, not a list"},
		{"text for keys", with("limits: none"), `4:9: limits: want keys and values, not the text "none"`},
		{"text for number", with("limits: {per_section: many}"), `4:23: limits.per_section: want a number, not the text "many"`},
		{"no duration", with("limits: {max_wait: soon}"), `4:20: limits.max_wait: "soon" is not a duration: want for example 90s, 10m or 1h, at most 24h`},
		{"duration too long", with("limits: {max_wait: 48h}"), `4:20: limits.max_wait: "48h" is not a duration: want for example 90s, 10m or 1h, at most 24h`},
		{"negative", with("limits: {per_section: -1}"), "4:23: limits.per_section: want a whole number from 0 to 2147483647, not -1"},
		{"size", with("limits: {page: big}"), "4:16: limits.page: want a size such as 500KB or 2MB, or 0 for no limit"},
		{"name", with("names: {istio: Istio}"), `4:9: names: "istio" is not a repository: want owner/name, for example istio/istio`},
		{"huge", with("limits: {per_section: 99999999999}"), "4:23: limits.per_section: want a whole number from 0 to 2147483647, not 99999999999"},
		{"text for flag", with("publish: {draft: yes}"), `4:18: publish.draft: want true or false, not the text "yes"`},
		{"text for list", source("releases", "repos: a/b"), `4:13: sources.releases[0].repos: want a list, not the text "a/b"`},
		{"empty item", source("releases", "repos:\n     -\n     - a/b"), "5:7: sources.releases[0].repos[0]: empty item: write a value after the dash or remove it"},

		// Calendar.
		{"zone", with("timezone: Asia/Bejing"), `4:11: timezone: unknown time zone "Asia/Bejing", did you mean "Asia/Beirut"?`},
		{"local zone", with("timezone: Local"), `4:11: timezone: unknown time zone "Local", want an IANA name such as Asia/Shanghai, or UTC`},
		{"zone in another case", with("timezone: asia/shanghai"), `4:11: timezone: unknown time zone "asia/shanghai", did you mean "Asia/Shanghai"?`},
		{"cadence", with("cadence: weeky"), `4:10: cadence: unknown value "weeky", did you mean "weekly"?`},
		{"week start", with("week_start: mon"), `4:13: week_start: unknown value "mon", want monday, tuesday, wednesday, thursday, friday, saturday or sunday`},
		{"first day", with("first_edition: {from: 2023-02-30}"), `4:23: first_edition.from: "2023-02-30" is not a day: want YYYY-MM-DD`},
		{"no first day", with("first_edition: {number: 3}"), "4:16: first_edition.from: required: the first day of the first edition, YYYY-MM-DD"},
		{"wrong first day", with("first_edition: {from: 2023-12-12}"), "4:23: first_edition.from: 2023-12-12 is a Tuesday, but the week starts on Monday"},
		{"biweekly", with("cadence: biweekly"), "4:10: cadence: a biweekly edition needs first_edition.from: which of two weeks begins an edition is not known otherwise"},

		{"Hugo", "baseURL: https://example.org/\ntitle: Site\ntheme: x\n", "1:1: this is a configuration of Hugo, not of digest: use --config to name another file"},
		{"Jekyll", "title: Site\nplugins: [jekyll-feed]\n", "2:1: this is a configuration of Jekyll, not of digest: use --config to name another file"},

		// Sources.
		{"no source", "title: W\nsources: {}\neditions: [{language: en}]\n", "2:10: sources: no sources: want at least one item under discussions, releases, advisories or feeds"},
		{"no item", "title: W\nsources: {feeds: []}\neditions: [{language: en}]\n", "2:10: sources: no sources: want at least one item under discussions, releases, advisories or feeds"},
		{"unknown source", "title: W\nsources: {relases: [{repos: [a/b]}]}\neditions: [{language: en}]\n", `2:11: sources: unknown key "relases", did you mean "releases"?`},
		{"no repository", source("discussions", "section: hot"), "4:6: sources.discussions[0]: no repositories: want repos (a list of owner/name), org, topic, or org and topic"},
		{"empty list", source("advisories", "repos: []"), "4:13: sources.advisories[0].repos: the list is empty: want at least one repository, owner/name"},
		{"no owner", source("releases", "repos: [a/b, istio]"), `4:19: sources.releases[0].repos[1]: "istio" is not a repository: want owner/name, for example istio/istio`},
		{"twice", source("releases", "repos: [a/b, A/B]"), "4:19: sources.releases[0].repos[1]: duplicate A/B"},
		{"a filter of nothing", source("releases", "forks: true"), "4:6: sources.releases[0]: no repositories: want repos (a list of owner/name), org, topic, or org and topic"},
		{"repos and org", source("releases", "{repos: [a/b], org: a}"), "4:26: sources.releases[0].org: cannot be combined with repos: use a separate item"},
		{"repos and topic", source("discussions", "{topic: a, repos: [a/b]}"), "4:14: sources.discussions[0].topic: cannot be combined with repos: use a separate item"},
		{"repos and a pattern", source("advisories", "{repos: [a/b], include: ['[']}"), "4:30: sources.advisories[0].include: has no effect with repos: it filters the repositories of org or topic"},
		{"repos and a flag", source("releases", "{repos: [a/b], private: false}"), "4:30: sources.releases[0].private: has no effect with repos: it filters the repositories of org or topic"},
		{"orgs", source("releases", "{org: a, exlude: [b]}"), `4:15: sources.releases[0]: unknown key "exlude", did you mean "exclude"?`},
		{"account", source("releases", "org: istio/istio"), `4:11: sources.releases[0].org: "istio/istio" is not an account: want the login of an organisation or a user, for example istio`},
		{"account path", source("releases", "org: .."), `4:11: sources.releases[0].org: ".." is not an account: want the login of an organisation or a user, for example istio`},
		{"accounts", source("releases", "org: [a, b]"), "4:11: sources.releases[0].org: want text, not a list"},
		{"topic", source("releases", "topic: service mesh"), `4:13: sources.releases[0].topic: "service mesh" is not a topic: want one as GitHub writes them, for example service-mesh`},
		{"topic qualifier", source("releases", "topic: 'a:b'"), `4:13: sources.releases[0].topic: "a:b" is not a topic: want one as GitHub writes them, for example service-mesh`},
		{"pattern", source("releases", "{org: a, include: [b, 'c[']}"), `4:28: sources.releases[0].include[1]: "c[" is not a pattern: want a name or owner/name, in which * matches any characters, ? for one and [ab] for one of those`},
		{"pattern of a path", source("releases", "{org: a, exclude: [b/c/d]}"), `4:25: sources.releases[0].exclude[0]: "b/c/d" is not a pattern: want a name or owner/name, in which * matches any characters, ? for one and [ab] for one of those`},
		{"pattern twice", source("releases", "{org: a, exclude: [b*, B*]}"), `4:29: sources.releases[0].exclude[1]: duplicate "B*"`},
		{"text for a flag", source("releases", "{org: a, archived: all}"), `4:25: sources.releases[0].archived: want true or false, not the text "all"`},
		{"category twice", source("discussions", "{repos: [a/b], categories: [x, X]}"), `4:37: sources.discussions[0].categories[1]: duplicate "X"`},
		{"category", source("discussions", "{repos: [a/b], categories: [' x']}"), `4:34: sources.discussions[0].categories[0]: " x" is not a category: want its name on one line`},
		{"section", source("releases", "{repos: [a/b], section: comunity}"), `4:30: sources.releases[0].section: unknown value "comunity", did you mean "community"?`},
		{"mode", source("advisories", "{repos: [a/b], mode: all}"), `4:27: sources.advisories[0].mode: unknown value "all", want exact or reviewed`},
		{"no URL", source("feeds", "section: hot"), "4:6: sources.feeds[0].url: required: the address of an RSS, Atom or JSON feed"},
		{"scheme", source("feeds", "url: file:///etc/passwd"), "4:11: sources.feeds[0].url: want a URL that starts with https:// or http://"},
		{"scheme gopher", source("feeds", "url: gopher://x/"), "4:11: sources.feeds[0].url: want a URL that starts with https:// or http://"},
		{"tags", source("releases", "{repos: [a/b], tags: {exclude: ['nightly-[']}}"), `4:38: sources.releases[0].tags.exclude[0]: "nightly-[" is not a pattern: * matches any characters, ? for one and [ab] for one of those`},
		{"no scheme", source("feeds", "url: example.org/feed.xml"), "4:11: sources.feeds[0].url: want a URL that starts with https:// or http://"},
		{"no host", source("feeds", "url: https:///feed.xml"), "4:11: sources.feeds[0].url: the URL has no host: want an address such as https://example.org/feed.xml"},
		{"opaque", source("feeds", "url: https:feed.xml"), "4:11: sources.feeds[0].url: the URL has no host: want an address such as https://example.org/feed.xml"},
		{"no URL at all", source("feeds", `url: "http://[::1"`), "4:11: sources.feeds[0].url: this is not a URL: want an address such as https://example.org/feed.xml"},
		{"password", source("feeds", "url: https://me:hunter2@x.org/"), "4:11: sources.feeds[0].url: remove the user name and password from the URL"},
		{"blank", source("feeds", "url: https://x.org/a b"), "4:11: sources.feeds[0].url: the URL contains a space or a backslash"},
		{"feed twice", source("feeds", "url: http://x.org/\n   - url: http://x.org/"), "5:6: sources.feeds[1]: duplicate feed"},

		// Editions and their templates.
		{"no edition", "title: W\nsources: {releases: [{repos: [a/b]}]}\neditions: []\n", "3:11: editions: the list is empty: want at least one language"},
		{"no language", edition("path: x.md"), "4:6: editions[0].language: required: a language tag such as zh-CN or en"},
		{"language", edition("language: chinese!"), `4:16: editions[0].language: "chinese!" is not a language tag: want one such as zh-CN or en`},
		{"spelling", edition("language: zh_cn"), `4:16: editions[0].language: "zh_cn": write "zh-CN"`},
		{"language twice", edition("language: en\n   - {language: en, path: x.md}"), "5:17: editions[1].language: duplicate language en, first defined in editions[0]"},
		{"no template of the language", edition("language: fr"), `4:16: editions[0].language: template "weekly.fr.md.tmpl" not found, did you mean "weekly.en.md.tmpl"?`},
		{"no template", edition("{language: en, template: x}"), `4:31: editions[0].template: template "x" not found, want weekly.en.md.tmpl or weekly.zh-CN.md.tmpl`},
		{"template outside", edition("{language: en, template: ../x}"), `4:31: editions[0].template: "../x" leaves its directory`},
		{"template syntax", edition("{language: en, template: syntax.tmpl}\ntemplates: t"), "4:31: editions[0].template: syntax.tmpl:2: missing value for if"},
		{"template field", edition("{language: en, template: field.tmpl}\ntemplates: t"), `4:31: editions[0].template: field.tmpl:2:2: executing "field.tmpl" at <.Nmber>: can't evaluate field Nmber in type digest.Edition`},
		{"template recursion", edition("{language: en, template: loop.tmpl}\ntemplates: t"), `4:31: editions[0].template: loop.tmpl:1:14: executing "x": templates are nested more than 100 deep`},
		{"template partial", edition("{language: en, template: part.tmpl}\ntemplates: t"), `4:31: editions[0].template: part.tmpl:1:11: executing "part.tmpl" at <{{template "none" .}}>: template "none" not defined`},
		{"template bytes", edition("{language: en, template: bytes.tmpl}\ntemplates: t"), "4:31: editions[0].template: template bytes.tmpl is not UTF-8"},
		{"template size", edition("{language: en, template: large.tmpl}\ntemplates: t"), "4:31: editions[0].template: read the template: template large.tmpl is larger than 1 MiB"},
		{"no folder", with("templates: none"), `4:12: templates: directory "none" not found next to the configuration: create it or remove the key`},
		{"no folder but a file", with("templates: file"), `4:12: templates: "file" is not a directory`},
		{"folder outside", with("templates: ../t"), `4:12: templates: "../t" leaves its directory`},

		// Paths.
		{"absolute", edition("{language: en, path: /tmp/x.md}"), `4:27: editions[0].path: "/tmp/x.md": want a relative path`},
		{"outside", edition("{language: en, path: a/../../x.md}"), `4:27: editions[0].path: "a/../../x.md" leaves its directory`},
		{"backslash", edition(`{language: en, path: 'a\x.md'}`), `4:27: editions[0].path: "a\\x.md": use / as the separator, not \`},
		{"not clean", edition("{language: en, path: a//x.md}"), `4:27: editions[0].path: "a//x.md": write "a/x.md"`},
		{"git", edition("{language: en, path: .GIT/hooks/pre-commit}"), `4:27: editions[0].path: ".GIT" is reserved`},
		{"workflows", edition("{language: en, path: .github/workflows/x.yml}"), `4:27: editions[0].path: ".github" is reserved`},
		{"last dot", edition("{language: en, path: .git./x.md}"), `4:27: editions[0].path: ".git.": a path component must not start with a space or end with a space or a dot`},
		{"characters", edition("{language: en, path: 'a:b.md'}"), `4:27: editions[0].path: "a:b.md": ':' is not allowed in a path: use letters, digits, spaces and . _ -`},
		{"folder for a draft", edition("{language: en, path: .}"), `4:27: editions[0].path: "." is a directory`},
		{"path template", edition("{language: en, path: 'x/{{.Nubmer}}.md'}"), "4:27: editions[0].path: invalid template: at <.Nubmer>: can't evaluate field Nubmer in type digest.Edition"},
		{"path template syntax", edition("{language: en, path: 'x/{{.Number.md'}"), `4:27: editions[0].path: invalid template: unclosed action`},
		{"draft in state", edition("{language: en, path: .digest/x.md}"), `4:27: editions[0].path: ".digest/x.md" is inside the state directory ".digest"`},
		{"draft over picks", edition("{language: en, path: p}\npicks: p/x.yaml"), `4:27: editions[0].path: "p" conflicts with the picks file "p/x.yaml"`},
		{"path twice", edition("{language: en, path: x.md}\n   - {language: zh-CN, path: X.md}"), `5:30: editions[1].path: "X.md" collides with "x.md"`},
		{"path of another edition", edition("{language: en, path: '{{.Number}}'}\n   - {language: zh-CN, path: '{{.Number}}/x.md'}"), `5:30: editions[1].path: "202401/x.md" collides with "202401"`},
		{"path in another Unicode form", edition("{language: en, path: 'e\u0301{{.Number}}'}\n   - {language: zh-CN, path: '\u00e9{{.Number}}'}"), "5:30: editions[1].path: \"\u00e9202401\" collides with \"e\u0301202401\""},
		{"path of the configuration", edition("{language: en, path: Config.yaml}"), `4:27: editions[0].path: "Config.yaml" collides with "config.yaml"`},
		{"device", edition("{language: en, path: 'x/Con.{{.Number}}.md'}"), `4:27: editions[0].path: "Con.202401.md" is the name of a device on Windows`},
		{"state", with("state: .."), `4:8: state: ".." leaves its directory`},
		{"state everywhere", with("state: ."), `4:8: state: want a separate directory, such as .digest`},
		{"picks", with("picks: /x"), `4:8: picks: "/x": want a relative path`},

		// Front matter.
		{"draft", edition("{language: en, front_matter: {Draft: false}}"), "4:36: editions[0].front_matter.Draft: cannot be set: a draft always has draft: true, and editors change it when they publish"},
		{"case", edition("{language: en, front_matter: {Title: x}}"), `4:36: editions[0].front_matter.Title: write "title"`},
		{"same key", edition("{language: en, front_matter: {tags: [x], Tags: [y]}}"), `4:47: editions[0].front_matter.Tags: same as "tags": site generators ignore case`},
		{"no value of a field", edition("{language: en, front_matter: {author: {name: }}}"), `4:45: editions[0].front_matter.author.name: no value: set one ("" for an empty text) or remove the key`},
		{"field template", edition("{language: en, front_matter: {tags: [x, '{{.Nubmer}}']}}"), "4:46: editions[0].front_matter.tags[1]: invalid template: at <.Nubmer>: can't evaluate field Nubmer in type digest.Edition"},
		{"unseen key", edition("{language: en, front_matter: {\"a\u200b\": x}}"), `4:36: editions[0].front_matter: the key "a\u200b" is empty or contains invisible characters`},
		{"large number", edition("{language: en, front_matter: {x: 18446744073709551615}}"), "4:39: editions[0].front_matter.x: the number 18446744073709551615 is too large: quote it"},
		{"infinite", edition("{language: en, front_matter: {x: .inf}}"), "4:39: editions[0].front_matter.x: want a text, a number, true, false, a list, or keys and values"},
		{"date", edition("{language: en, front_matter: {date: soon}}"), `4:42: editions[0].front_matter.date: "soon" is not a time: want YYYY-MM-DD or an RFC 3339 time`},

		// Publishing and the schedule.
		{"repository", with("publish: {repository: x}"), `4:23: publish.repository: "x" is not a repository: want owner/name, for example istio/istio`},
		{"base", with("publish: {base: a..b}"), `4:17: publish.base: "a..b" is not a valid branch name: no component may be empty, start or end with a dot, contain .. or end in .lock`},
		{"base characters", with("publish: {base: a b}"), `4:17: publish.base: "a b": want only letters, digits and . _ / -`},
		{"branch option", with("publish: {branch: -f}"), `4:19: publish.branch: "-f" must not start with -`},
		{"branch reference", with("publish: {branch: refs/heads/x}"), `4:19: publish.branch: "refs/heads/x": want the short name of a branch`},
		{"branch characters", with("publish: {branch: Digest}"), `4:19: publish.branch: "Digest": want only a-z, 0-9 and . _ / -`},
		{"branch empty", with("publish: {branch: '{{with .}}{{end}}'}"), "4:19: publish.branch: want a name of 1 to 200 characters"},
		{"branch is base", with("publish: {branch: main}"), `4:19: publish.branch: "main" is the base branch`},
		{"label", with("publish: {labels: ['a,b']}"), `4:20: publish.labels[0]: "a,b" is not a label: want at most 50 characters on one line, without a comma`},
		{"assignee", with("publish: {assignees: [org/team]}"), `4:23: publish.assignees[0]: "org/team" is not an assignee: want a login without @`},
		{"milestone", with("publish: {milestone: ' x'}"), `4:22: publish.milestone: " x" is not a milestone: want its title on one line`},
		{"title empty", with("publish: {title: '{{with .}}{{end}}'}"), `4:18: publish.title: "" is not a title: want 1 to 200 characters on one line`},
		{"title of what was collected", with("publish: {title: '{{len .Hot.Topics}}{{(index .Hot.Topics 0).Title}}'}"), `4:18: publish.title: invalid template: at <index .Hot.Topics 0>: error calling index: reflect: slice index out of range`},
		{"reviewer", with("publish: {reviewers: ['@me']}"), `4:23: publish.reviewers[0]: "@me" is not a reviewer: want a login without @, or a team as org/team`},
		{"cron", with("schedule: {cron: 9 * * 1}"), `4:18: schedule.cron: expected exactly 5 fields, found 4: [9 * * 1]: want minute, hour, day of month, month and day of week (0 is Sunday), such as "17 9 * * 1"`},
		{"cron zone", with("schedule: {cron: TZ=0}"), "4:18: schedule.cron: want no time zone here: the key timezone says it"},
		{"cron zone prefix", with("schedule: {cron: CRON_TZ=UTC 0 9 * * 1}"), "4:18: schedule.cron: want no time zone here: the key timezone says it"},
		{"cron never", with("schedule: {cron: 0 9 30 2 *}"), `4:18: schedule.cron: "0 9 30 2 *" never comes: no year has such a day`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("config.yaml", []byte(tt.text), ownTemplates(), house())
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("no problems: %v", err)
			}
			got, _, _ := strings.Cut(problems[0].String(), "\n")
			if want := "config.yaml:" + tt.want; got != want || len(problems) != 1 {
				t.Errorf("got  %s\nwant %s\nin all: %v", got, want, err)
			}
		})
	}
}

func TestNamesThatSuccessiveEditionsShare(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"each its own", smallest, ""},
		{"path", edition("{language: en, path: x.md}"), `4:27: editions[0].path: "x.md" is the same for editions 202401 and 202402: use {{.Number}} to make them differ`},
		{"path of a month", edition("{language: en, path: '{{.Period.From.Format \"2006-01\"}}.md'}"), `4:27: editions[0].path: "2024-01.md" is the same for editions 202401 and 202402: use {{.Number}} to make them differ`},
		{"path of a week", edition("{language: en, path: '{{.Period.From.Format \"0102\"}}.md'}"), ""},
		{"month, monthly", "cadence: monthly\n" + edition("{language: en, path: '{{.Period.From.Format \"2006-01\"}}.md'}"), ""},
		{"month without year, monthly", "cadence: monthly\n" + edition("{language: en, path: '{{.Period.From.Format \"01\"}}.md'}"), `5:27: editions[0].path: "01.md" is the same for editions 202401 and 202501: use {{.Number}} to make them differ`},
		{"branch", with("publish: {branch: w}"), `4:19: publish.branch: "w" is the same for editions 202401 and 202402: use {{.Number}} to make them differ`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("config.yaml", []byte(tt.text), nil, house())
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if err := c.Repeated(); err != nil {
				got, _, _ = strings.Cut(strings.TrimPrefix(err.Error(), "config.yaml:"), "\n")
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestFindTakesTheFirstName(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := Find(); !errors.Is(err, ErrNotFound) {
		t.Errorf("an empty directory: %v", err)
	}
	if err := os.Mkdir(".github", 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range Names {
		name := Names[len(Names)-1-i]
		if err := os.WriteFile(name, []byte(smallest), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := Find(); got != name || err != nil {
			t.Errorf("Find = %q, %v; want %q", got, err, name)
		}
	}
}

func TestNoPasswordReachesAMessage(t *testing.T) {
	_, err := Parse("config.yaml", []byte(source("feeds", `"url": "https://me:hunter2@x.org/"`)), nil, house())
	if s := fmt.Sprint(err); err == nil || strings.Contains(s, "hunter2") || !strings.Contains(s, "//***@x.org") {
		t.Errorf("Parse: %s", s)
	}
	for _, text := range []string{"GITHUB_TOKEN=hunter2\n", "title: W\ntoken: hunter2\n", "title: [ghp_hunter2]\n"} {
		if _, err := Parse("config.yaml", []byte(text), nil, house()); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

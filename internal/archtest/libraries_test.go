package archtest

import (
	"slices"
	"strings"
	"testing"
)

type library struct {
	path  string
	homes []string
	why   string
	tests []string
}

// anywhere means the tests of every package.
const anywhere = "..."

// libraries says where a third-party library stops: its types are known in these
// packages and nowhere else. Tests may use it in the packages of the last column too.
var libraries = []library{
	{"github.com/google/go-github/v57", []string{"collectors", "internal/github", "internal/publish"}, "REST's wire types stay where they are asked for", []string{"internal/githubtest"}},
	{"github.com/shurcooL/githubv4", []string{"collectors", "internal/github", "internal/publish"}, "so do GraphQL's", []string{"internal/githubtest"}},
	{"golang.org/x/oauth2", []string{"internal/edition", "internal/github"}, "edition takes the token from the environment that it is given, github sends it", []string{"collectors", "internal/publish"}},
	{"github.com/cenkalti/backoff/v5", []string{"internal/github", "internal/status/webhook"}, "requests to GitHub are repeated in one place, messages to a chat in another", nil},
	{"golang.org/x/net/html", []string{"internal/feed", "internal/notes"}, "feeds are read with its tokenizer; feeds and notes hold HTML", []string{"internal/markdown", "internal/status"}},

	{"github.com/goccy/go-yaml", []string{"internal/config", "internal/frontmatter", "internal/lint"}, "configuration is read, front matter is written, and what people made of it is checked", []string{"internal/actiontest"}},
	{"github.com/robfig/cron/v3", []string{"internal/schedule"}, "a schedule is parsed and its clock changes are mended in one place", nil},
	{"github.com/agnivade/levenshtein", []string{"cmd/digest", "internal/config"}, "unknown flags and keys have a nearest known one", nil},
	{"golang.org/x/text/encoding", []string{"internal/feed"}, "feeds come in all encodings", nil},
	{"golang.org/x/text/runes", []string{"internal/feed"}, "and with bytes that mean nothing in theirs", nil},
	{"golang.org/x/text/transform", []string{"internal/feed"}, "and are decoded as a stream", nil},
	{"golang.org/x/text/language", []string{"internal/config"}, "languages are checked while they are read", nil},
	{"golang.org/x/text/unicode/norm", []string{"internal/config"}, "paths collide also in another Unicode form", nil},
	{"golang.org/x/text/width", []string{"internal/config"}, "carets stand under wide characters", nil},
	{"github.com/gofrs/flock", []string{"internal/output"}, "one run at a time writes to a folder", nil},
	{"github.com/spf13/cobra", []string{"cmd/digest", "cmd/digestd"}, "the command line", nil},
	{"github.com/spf13/pflag", []string{"cmd/digest", "internal/daemon"}, "its flags; those of serve and digestd are the same", nil},
	{"golang.org/x/term", []string{"cmd/digest"}, "the width of the terminal that progress is printed to", nil},

	{"github.com/yuin/goldmark", []string{"internal/lint", "internal/markdown", "internal/notes"}, "untrusted Markdown is read for its prose and for its changes, and drafts are checked", nil},
	{"github.com/clipperhouse/uax29/v2", []string{"internal/markdown"}, "texts are cut between characters and sentences", nil},
	{"golang.org/x/net/idna", []string{"internal/markdown"}, "hosts in links are checked", nil},

	{"github.com/prometheus/client_golang", nil, "metrics keep Prometheus' conventions", []string{"internal/status"}},
	{"github.com/prometheus/common", nil, "metrics are read as Prometheus reads them", []string{"internal/status"}},
	{"github.com/lmittmann/tint", []string{"internal/status"}, "how a log looks is decided in one function", nil},
	{"golang.org/x/sys", []string{"internal/status/sdnotify"}, "systemd wants a clock that the standard library does not export", nil},

	{"github.com/riverqueue/river", []string{"internal/fleet"}, "the queue is one package's business", nil},
	{"github.com/jackc/pgx/v5", []string{"internal/fleet"}, "so are its databases", nil},

	{"github.com/vektah/gqlparser/v2", []string{"internal/githubtest", "internal/githubtest/execute", "internal/githubtest/schema", "internal/githubtest/schema/gen"}, "the fake reads queries as GitHub does", nil},
	{"github.com/google/go-cmp", nil, "tests show differences", []string{anywhere}},
	{"go.uber.org/goleak", nil, "no goroutine is left behind", []string{anywhere}},
	{"github.com/rogpeppe/go-internal", nil, "stories and archives of tests", []string{anywhere}},
}

// standard says the same of packages of the standard library that reach out of the
// program or print text as it came.
var standard = []struct {
	path  string
	homes []string
	why   string
}{
	{"net/http", []string{"internal/daemon", "internal/daemontest", "collectors", "internal/github", "internal/githubtest", "internal/githubtest/openapi", "internal/githubtest/schema", "internal/githubtest/schema/gen", "internal/status", "internal/status/webhook"}, "the daemon's connections are its own, to be closed when it stops; else the network is used by collectors, through internal/github or the client for feeds; status is a server, and its webhook no part of GitHub"},
	{"text/template", []string{"digest"}, "a template of text prints anything: digest gives it only what is safe"},
	{"html/template", []string{"internal/status"}, "drafts are Markdown; the daemon's own page is not"},
	{"log", []string{"cmd/digest"}, "errors are returned, and end in cmd; main takes what net/http logs"},
	{"log/slog", []string{"internal/markdown", "internal/status", "internal/fleet", "internal/schedule", "internal/daemon", "cmd/digest"}, "texts from outside say how they are logged; the daemon logs its runs"},
	{"os", []string{"cmd/digest", "cmd/digestd", "internal/daemon", "internal/daemontest", "internal/config", "internal/edition", "internal/github", "internal/output", "internal/githubtest/schema/gen", "internal/lint", "internal/report", "internal/postgrestest"}, "files are the business of cmd, config and output; lint reads drafts; report appends to those of a runner; github names an error of it; edition looks whether the output directory exists"},
	{"os/exec", []string{"internal/daemontest", "internal/postgrestest", "internal/githubtest/schema/gen"}, "the program runs no other"},
	{"os/signal", []string{"cmd/digest", "cmd/digestd"}, "only main is a process"},
	{"flag", []string{"internal/githubtest/schema/gen"}, "flags are cobra's"},
	{"unsafe", nil, "nothing needs it"},
}

func TestLibrariesStopWhereTheirRowSays(t *testing.T) {
	used := make(map[string]bool)
	for _, p := range packages(t) {
		tests := slices.Concat(p.TestImports, p.XTestImports)
		for _, path := range slices.Concat(p.Imports, tests) {
			if !strings.Contains(path, ".") || strings.HasPrefix(path, module) {
				continue
			}
			i := slices.IndexFunc(libraries, func(l library) bool { return below(l.path, path) })
			if i < 0 {
				t.Errorf("unknown library %s in %s: decide where it stops and give it a row", path, p.name())
				continue
			}
			l := libraries[i]
			used[l.path] = true
			inTests := !slices.Contains(p.Imports, path) && (slices.Contains(l.tests, p.name()) || slices.Contains(l.tests, anywhere))
			if !slices.Contains(l.homes, p.name()) && !inTests {
				t.Errorf("%s imports %s, but %s", p.name(), path, l.why)
			}
		}
	}
	for _, l := range libraries {
		if !used[l.path] {
			t.Errorf("no package imports %s: remove its row", l.path)
		}
	}
}

// below reports whether a package is the library's or below it.
func below(library, path string) bool {
	return path == library || strings.HasPrefix(path, library+"/")
}

func TestTheStandardLibraryStopsWhereItsRowSays(t *testing.T) {
	for _, p := range packages(t) {
		for _, row := range standard {
			if slices.Contains(p.Imports, row.path) && !slices.Contains(row.homes, p.name()) {
				t.Errorf("%s imports %s, but %s", p.name(), row.path, row.why)
			}
		}
	}
}

//go:build integration

package actiontest

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/internal/githubtest"
)

const (
	home    = "istio/istio"
	week    = "2023-W50"
	chinese = "content/zh/weekly/01/index.md"
	english = "content/en/weekly/01/index.md"
)

// job starts a fake GitHub and prepares a job that has checked out the weekly.
func job(t *testing.T, checkout, temp string) (*githubtest.Server, *runner) {
	t.Helper()
	shared := os.DirFS(filepath.Join(checkout, "cmd/digest/testdata/shared"))
	w, err := githubtest.LoadWorld(shared, "world.json")
	if err != nil {
		t.Fatal(err)
	}
	srv := githubtest.NewServer(t, w)
	config, err := fs.ReadFile(shared, "config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{checkout: checkout, workspace: t.TempDir(), temp: temp, token: githubtest.Token, env: map[string]string{
		"GITHUB_API_URL": srv.APIURL(), "GITHUB_GRAPHQL_URL": srv.GraphQLURL(), "GITHUB_REPOSITORY": home,
	}}
	write(t, filepath.Join(r.workspace, "config.yaml"), strings.ReplaceAll(string(config), "FILES/", srv.FileURL("")))
	return srv, r
}

// otherGo is what a job may set for a Go project of its own. Any of it would break the build or change the program.
var otherGo = map[string]string{
	"GOOS": "windows", "GOARCH": "arm", "GOARM": "99", "GOAMD64": "v99", "GOROOT": "/nonexistent", "GOTOOLCHAIN": "go1.99.0", "GOEXPERIMENT": "nonexistent",
	"GOFLAGS": "-mod=vendor -tags=nonexistent -toolexec=false", "GOPROXY": "off", "GONOSUMDB": "*", "GOSUMDB": "nonexistent", "GOPRIVATE": "*", "GOINSECURE": "*",
	"GOENV": "/nonexistent/env", "GOWORK": "/nonexistent/go.work", "GO111MODULE": "off", "GODEBUG": "nonexistent", "GOFIPS140": "nonexistent", "CGO_ENABLED": "1", "CGO_CFLAGS": "--nonexistent",
}

// TestAction runs the action from one clean checkout: the program is built once, in a job for another Go project.
func TestAction(t *testing.T) {
	t.Parallel()
	checkout, temp := cleanCheckout(t), t.TempDir()
	before := files(t, checkout)
	_, r := job(t, checkout, temp)
	for name, value := range otherGo {
		r.env[name] = value
	}
	if res := r.run(t, map[string]string{"publish": "maybe"}); res.code != 2 || res.outputs["exit-code"] != "2" || !slices.Equal(commands(res.log), []string{"error"}) {
		t.Fatalf("the program was not built, or publish: maybe was accepted: %v", res)
	}
	for _, tt := range []struct {
		claim string
		check func(*testing.T, *githubtest.Server, *runner)
	}{
		{"publish: false writes the drafts into the workspace and nothing to GitHub", filesOnly},
		{"publishing makes one pull request and then leaves it as it is", onePullRequest},
		{"without dates it catches up, with a pull request for each edition", catchUp},
		{"gaps are a warning unless fail-on-gaps is set", gaps},
		{"problems of the configuration are annotated at their lines", misconfigured},
		{"a token that may not write is reported", unauthorised},
		{"hostile inputs have no effect", hostileInputs},
		{"user content gives the runner no commands", hostileWorld},
	} {
		t.Run(tt.claim, func(t *testing.T) {
			t.Parallel()
			srv, r := job(t, checkout, temp)
			r.only = "digest" // the program is built
			tt.check(t, srv, r)
		})
	}
	t.Cleanup(func() {
		if diff := cmp.Diff(before, files(t, checkout)); diff != "" {
			t.Errorf("the checkout of the action has changed (-before +after):\n%s", diff)
		}
	})
}

func filesOnly(t *testing.T, srv *githubtest.Server, r *runner) {
	res := r.run(t, map[string]string{"publish": "false", "week": week})
	want := map[string]string{
		"draft-path": chinese + "\n" + english, "edition": "1", "gaps": "0", "exit-code": "0", "operation": "none", "pull-request-url": "",
		"items": `{"advisories":0,"discussions":4,"feeds":1,"releases":6}`,
	}
	if diff := cmp.Diff(want, res.outputs); res.code != 0 || diff != "" {
		t.Fatalf("%v\noutputs (-want +got):\n%s", res, diff)
	}
	wantFiles := []string{".digest/0001/base.en.md", ".digest/0001/base.zh-CN.md", ".digest/0001/snapshot.json", "config.yaml", english, chinese}
	if diff := cmp.Diff(wantFiles, files(t, r.workspace)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if len(srv.Pulls(home)) > 0 {
		t.Error("there is a pull request")
	}
	for _, part := range []string{"## Edition 1\n", "| Period | 2023-12-11..2023-12-17 |", "| 1 | en | content/en/weekly/01/index", "| Gaps | 0 |"} {
		if !strings.Contains(res.summary, part) {
			t.Errorf("the summary lacks %q:\n%s", part, res.summary)
		}
	}
	if got := commands(res.log); len(got) > 0 {
		t.Errorf("commands %q in the log:\n%s", got, res.log)
	}

	// Under another directory, by days.
	res = r.run(t, map[string]string{"publish": "false", "from": "2023-12-11", "to": "2023-12-17", "output": "drafts"})
	if want := "drafts/" + chinese + "\ndrafts/" + english; res.code != 0 || res.outputs["draft-path"] != want {
		t.Errorf("%v", res)
	}
}

func onePullRequest(t *testing.T, srv *githubtest.Server, r *runner) {
	for _, operation := range []string{"created", "unchanged"} {
		res := r.run(t, map[string]string{"week": week})
		pulls := srv.Pulls(home)
		if res.code != 0 || len(pulls) != 1 {
			t.Fatalf("%d pull requests\n%v", len(pulls), res)
		}
		number := fmt.Sprint(pulls[0].Number)
		url := res.outputs["pull-request-url"]
		if res.outputs["operation"] != operation || !strings.HasSuffix(url, "/"+home+"/pull/"+number) || res.outputs["draft-path"] != chinese+"\n"+english {
			t.Errorf("%s: %v", operation, res)
		}
		if want := "| Pull request | [" + number + "](" + url + "), " + operation + " |"; !strings.Contains(res.summary, want) {
			t.Errorf("the summary lacks %q:\n%s", want, res.summary)
		}
		if got := files(t, r.workspace); len(got) != 1 {
			t.Errorf("files in the workspace: %v", got)
		}
	}
}

func catchUp(t *testing.T, srv *githubtest.Server, r *runner) {
	res := r.run(t, map[string]string{"catch-up": "2"})
	want := strings.Join([]string{chinese, english, strings.ReplaceAll(chinese, "01", "02"), strings.ReplaceAll(english, "01", "02")}, "\n")
	if pulls := srv.Pulls(home); res.code != 0 || len(pulls) != 2 || res.outputs["edition"] != "2" || res.outputs["draft-path"] != want {
		t.Fatalf("%d pull requests\n%v", len(pulls), res)
	}
	if n := strings.Count(res.summary, "| Pull request | ["); n != 2 {
		t.Errorf("%d pull requests in the summary:\n%s", n, res.summary)
	}
}

func gaps(t *testing.T, srv *githubtest.Server, r *runner) {
	srv.Fail(githubtest.Fault{Path: "feed.xml", Times: -1, Status: 404})
	inputs := map[string]string{"publish": "false", "week": week}
	for fail, code := range map[string]int{"false": 0, "true": 3} {
		inputs["fail-on-gaps"] = fail
		res := r.run(t, inputs)
		if res.code != code || res.outputs["gaps"] != "1" || res.outputs["exit-code"] != "3" || res.outputs["edition"] != "1" {
			t.Errorf("fail-on-gaps %s: %v", fail, res)
		}
		if got := commands(res.log); !slices.Equal(got, []string{"warning"}) || !strings.Contains(res.log, "::warning title=gap::") {
			t.Errorf("fail-on-gaps %s: commands %q in the log:\n%s", fail, got, res.log)
		}
		if !strings.Contains(res.summary, "| Missing | Source | Why |") {
			t.Errorf("the summary does not list the gap:\n%s", res.summary)
		}
	}
}

func misconfigured(t *testing.T, _ *githubtest.Server, r *runner) {
	write(t, filepath.Join(r.workspace, "site", "weekly.yaml"), "titel: Weekly\nsources: 3\n")
	res := r.run(t, map[string]string{"config": "site/weekly.yaml", "week": week})
	if res.code != 2 || res.outputs["exit-code"] != "2" || res.outputs["operation"] != "none" || res.outputs["edition"] != "" {
		t.Errorf("%v", res)
	}
	if !strings.Contains(res.log, "\n::error file=site/weekly.yaml,line=2,col=10,title=configuration::sources: ") {
		t.Errorf("no annotation at line 2:\n%s", res.log)
	}
	if !strings.Contains(res.summary, "## Failed with exit code 2") {
		t.Errorf("summary:\n%s", res.summary)
	}
}

func unauthorised(t *testing.T, srv *githubtest.Server, r *runner) {
	res := r.run(t, map[string]string{"token": "", "week": week})
	if res.code != 4 || res.outputs["exit-code"] != "4" || !strings.Contains(res.log, "\n::error title=digest::") {
		t.Errorf("no token: %v", res)
	}
	res = r.run(t, map[string]string{"token": "expired", "week": week})
	if res.code != 4 || res.outputs["exit-code"] != "4" || len(srv.Pulls(home)) > 0 {
		t.Errorf("a wrong token: %v", res)
	}
}

func hostileInputs(t *testing.T, srv *githubtest.Server, r *runner) {
	checked := files(t, r.workspace)
	for input, good := range map[string]string{
		"config": "config.yaml", "from": "2023-12-11", "to": "2023-12-17", "week": week,
		"token": githubtest.Token, "publish": "true", "catch-up": "1", "fail-on-gaps": "true",
	} {
		for _, attack := range append(slices.Clone(attacks), good+" --quiet", good+"$(touch pwned)", good+"*", good+"\n--quiet") {
			inputs := map[string]string{"week": week, input: attack}
			switch input {
			case "from":
				inputs = map[string]string{"from": attack, "to": "2023-12-17"}
			case "to":
				inputs = map[string]string{"from": "2023-12-11", "to": attack}
			}
			res := r.run(t, inputs)
			want := 2
			if input == "token" {
				want = 4
				if strings.ContainsAny(attack, "\r\n") {
					want = res.code // refused by the client: any failure will do
				}
			}
			if res.code == 0 || res.code != want || res.outputs["exit-code"] != fmt.Sprint(res.code) || res.outputs["edition"] != "" {
				t.Errorf("%s %q, want exit code %d: %v", input, attack, want, res)
			}
			for _, c := range commands(res.log) {
				if c != "error" {
					t.Errorf("%s %q: command %s in the log:\n%s", input, attack, c, res.log)
				}
			}
			if strings.Contains(res.log, githubtest.Token) || strings.Contains(res.log, "root:") {
				t.Errorf("%s %q: the log leaks:\n%s", input, attack, res.log)
			}
		}
	}
	if got := files(t, r.workspace); !slices.Equal(got, checked) {
		t.Errorf("files in the workspace: %q", got)
	}
	if len(srv.Pulls(home)) > 0 {
		t.Error("there is a pull request")
	}

	// Any text is the name of a directory, unless it leads out of the workspace.
	for _, attack := range attacks {
		before := files(t, r.workspace)
		res := r.run(t, map[string]string{"publish": "false", "week": week, "output": attack})
		for _, name := range files(t, r.workspace) {
			if !slices.Contains(before, name) && !strings.HasPrefix(name, filepath.Clean(attack)+"/") {
				t.Errorf("output %q: wrote %q\n%v", attack, name, res)
			}
		}
		if got := commands(res.log); len(got) > 0 && !(attack == "-") {
			t.Errorf("output %q: commands %q in the log:\n%s", attack, got, res.log)
		}
		if !slices.Equal(slices.Sorted(maps.Keys(res.outputs)), outputNames) {
			t.Errorf("output %q: outputs %q", attack, res.outputs)
		}
	}
}

var outputNames = []string{"draft-path", "edition", "exit-code", "gaps", "items", "operation", "pull-request-url"}

func hostileWorld(t *testing.T, srv *githubtest.Server, r *runner) {
	hostile := "::add-mask::x\r\n::set-output name=edition::99\n##[set-env name=PATH]pwned | [x](javascript:a) <script> @everyone"
	srv.Update(func(w *githubtest.World) {
		for i := range w.Repos {
			for j := range w.Repos[i].Releases {
				w.Repos[i].Releases[j].Name = hostile
			}
			for j := range w.Repos[i].Discussions {
				w.Repos[i].Discussions[j].Title = hostile
			}
		}
	})
	srv.Fail(githubtest.Fault{Path: "/security-advisories", Times: -1, Status: 422, Body: `{"message": "` + strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(hostile) + `"}`})
	for _, inputs := range []map[string]string{
		{"publish": "false", "week": week},
		{"publish": "false", "week": week, "output": "-"},
		{"week": week},
	} {
		res := r.run(t, inputs)
		if res.outputs["exit-code"] != "3" || res.outputs["edition"] != "1" {
			t.Errorf("%q: %v", inputs, res)
		}
		for _, c := range commands(res.log) {
			if c != "warning" {
				t.Errorf("%q: command %s in the log:\n%s", inputs, c, res.log)
			}
		}
		for _, part := range []string{"<script", "x](javascript", "@everyone", "##["} {
			if strings.Contains(res.summary, part) {
				t.Errorf("%q: the summary has %q:\n%s", inputs, part, res.summary)
			}
		}
		if !strings.Contains(res.summary, "add-mask") {
			t.Errorf("%q: the summary does not say why:\n%s", inputs, res.summary)
		}
	}
}

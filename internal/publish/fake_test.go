package publish

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

const (
	repo   = "mesh/weekly"
	branch = "digest/0002"
	mark   = ".digest/0002/snapshot.json"
	draft  = "content/en/weekly/02/index.md"
)

// edition is the target of most tests.
func edition() Target {
	return Target{Repo: digest.Repo{Owner: "mesh", Name: "weekly"}, Branch: branch, Mark: mark}
}

// files are what a first run writes.
func files() map[string][]byte {
	return map[string][]byte{mark: []byte("{}\n"), draft: []byte("# Second\n")}
}

func with(m map[string][]byte, path, text string) map[string][]byte {
	m[path] = []byte(text)
	return m
}

func proposal() PullRequest {
	return PullRequest{Title: "Weekly 2", Body: "Edition 2.\n\n- [ ] a few words of welcome\n", Draft: true}
}

// weekly is a repository with one edition on its main branch.
func weekly() *githubtest.World {
	return &githubtest.World{
		Now: time.Date(2023, 12, 25, 1, 0, 0, 0, time.UTC),
		Repos: []*githubtest.Repo{{
			Owner: "mesh", Name: "weekly", RenamedFrom: []string{"mesh/news"}, CanPush: true, CreatedAt: time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC),
			Files: map[string]string{
				"README.md": "hello", ".digest/0001/snapshot.json": "{}", ".digest/picks.yaml": "", "content/en/weekly/01/index.md": "# First\n",
			},
		}},
	}
}

// bubble runs a test in which waiting takes no time.
func bubble(t *testing.T, w *githubtest.World, f func(*testing.T, *githubtest.Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, githubtest.NewInProcess(t, w)) })
}

func client(t *testing.T, s *githubtest.Server, token string) *github.Client {
	t.Helper()
	e, err := github.ParseEndpoints(s.URL(), s.GraphQLURL())
	if err != nil {
		t.Fatal(err)
	}
	var tokens oauth2.TokenSource
	if token != "" {
		tokens = oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
	}
	return github.NewClient(e, tokens, github.Limits{Transport: s.Transport()})
}

func open(t *testing.T, s *githubtest.Server) *Branch {
	t.Helper()
	b, err := Open(t.Context(), client(t, s, githubtest.Token), edition())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// publish does what a whole run does, but for merging.
func publish(ctx context.Context, t *testing.T, s *githubtest.Server, files map[string][]byte, want PullRequest) (Result, error) {
	t.Helper()
	b, err := Open(ctx, client(t, s, githubtest.Token), edition())
	if err != nil {
		return Result{}, err
	}
	if _, err := b.Commit(ctx, "digest: edition 2", files); err != nil {
		return Result{}, err
	}
	return b.PullRequest(ctx, want)
}

func mustPublish(t *testing.T, s *githubtest.Server, files map[string][]byte, want PullRequest) Result {
	t.Helper()
	r, err := publish(t.Context(), t, s, files, want)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// writes names the writes since the given number of requests: the mutations, or the method and path.
func writes(s *githubtest.Server, since int) []string {
	var out []string
	for _, q := range s.Requests()[since:] {
		if !q.IsWrite() {
			continue
		}
		name := q.Method + " " + q.Path
		if q.GraphQL != "" {
			name = strings.Join(mutation.FindAllString(q.GraphQL, -1), " ")
		}
		out = append(out, name)
	}
	return out
}

var mutation = regexp.MustCompile(`(create|update)(Ref|CommitOnBranch|PullRequest)\b`)

// head is the newest commit of a branch.
func head(t *testing.T, s *githubtest.Server, name string) githubtest.Commit {
	t.Helper()
	commits := s.Branch(repo, name)
	if len(commits) == 0 {
		t.Fatalf("no branch %s", name)
	}
	return commits[0]
}

// onlyPull is the one pull request there is.
func onlyPull(t *testing.T, s *githubtest.Server) githubtest.Pull {
	t.Helper()
	pulls := s.Pulls(repo)
	if len(pulls) != 1 {
		t.Fatalf("%d pull requests, want 1: %+v", len(pulls), pulls)
	}
	return pulls[0]
}

// wantError checks the problem, and the message with its hint.
func wantError(t *testing.T, err error, problem Problem, unauthorised bool, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if got := ProblemOf(err); got != problem {
		t.Errorf("problem %q, want %q: %v", got, problem, err)
	}
	if got := Unauthorised(err); got != unauthorised {
		t.Errorf("unauthorised %v, want %v: %v", got, unauthorised, err)
	}
	text := err.Error()
	if h, ok := errors.AsType[*Error](err); ok {
		text += "\nhint: " + h.Hint()
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("the error does not say %q: %s", w, text)
		}
	}
	if strings.Count(text, "\n") > 1 {
		t.Errorf("more than one line: %q", text)
	}
}

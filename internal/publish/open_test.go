package publish

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
)

func day(d int) time.Time { return time.Date(2023, 12, d, 12, 0, 0, 0, time.UTC) }

func TestOpenReadsTheStatus(t *testing.T) {
	held := map[string]map[string]string{branch: {mark: "{}"}}
	ours := func(number int, state string, created time.Time) githubtest.Pull {
		p := githubtest.Pull{Number: number, Head: branch, Base: "main", State: state, CreatedAt: created}
		if state == "merged" {
			p.State, p.MergedAt, p.ClosedAt = "closed", created, created
		}
		return p
	}
	fork := ours(9, "open", day(20))
	fork.Head = "mallory:" + branch
	var flood []githubtest.Pull
	for i := range 45 {
		p := fork
		p.Number = 100 + i
		flood = append(flood, p)
	}
	for _, tt := range []struct {
		name     string
		branches map[string]map[string]string
		pulls    []githubtest.Pull
		want     Status
		number   int
	}{
		{"nothing", nil, nil, NoBranch, 0},
		{"a branch", held, nil, NoPull, 0},
		{"an open one", held, []githubtest.Pull{ours(3, "open", day(1))}, PullOpen, 3},
		{"a closed one", held, []githubtest.Pull{ours(3, "closed", day(1))}, PullClosed, 3},
		{"a closed one whose branch is gone", nil, []githubtest.Pull{ours(3, "closed", day(1))}, PullClosed, 3},
		{"a merged one", held, []githubtest.Pull{ours(3, "merged", day(1))}, PullMerged, 3},
		{"a merged one whose branch is gone", nil, []githubtest.Pull{ours(3, "merged", day(1))}, PullMerged, 3},
		{"an open one before a closed one", held, []githubtest.Pull{ours(3, "open", day(1)), ours(4, "closed", day(2))}, PullOpen, 3},
		{"a closed one before a merged one", held, []githubtest.Pull{ours(3, "closed", day(1)), ours(4, "merged", day(2))}, PullMerged, 4},
		{"one from a fork", nil, []githubtest.Pull{fork}, NoBranch, 0},
		{"ours behind many from forks", held, append([]githubtest.Pull{ours(3, "open", day(1))}, flood...), PullOpen, 3},
		{"another branch's", held, []githubtest.Pull{{Number: 3, Head: "digest/0001", Base: "main"}}, NoPull, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := weekly()
			w.Repos[0].Branches, w.Repos[0].Pulls = tt.branches, tt.pulls
			bubble(t, w, func(t *testing.T, s *githubtest.Server) {
				b := open(t, s)
				number := 0
				if b.URL() != "" {
					fmt.Sscanf(b.URL(), "https://github.com/mesh/weekly/pull/%d", &number)
				}
				if b.Status() != tt.want || number != tt.number {
					t.Errorf("%s, pull request %d (%s); want %s, %d", b.Status(), number, b.URL(), tt.want, tt.number)
				}
				if n := len(s.Requests()); n != 1 && len(tt.pulls) < 20 {
					t.Errorf("%d requests, want 1", n)
				}
				if (b.Done() != "") != (tt.want == PullClosed || tt.want == PullMerged) {
					t.Errorf("done: %q", b.Done())
				}
			})
		})
	}
}

func TestOpenReportsProblems(t *testing.T) {
	for _, tt := range []struct {
		name         string
		change       func(*githubtest.Server, *Target)
		token        string
		problem      Problem
		unauthorised bool
		words        []string
	}{
		{"no token", nil, "", NotPermitted, true, []string{"GITHUB_TOKEN"}},
		{"a token that GitHub does not know", nil, "wrong", "", true, []string{"401"}},
		{"no such repository", func(_ *githubtest.Server, t *Target) { t.Repo.Name = "weakly" }, githubtest.Token,
			Missing, false, []string{"mesh/weakly does not exist", "may not see it"}},
		{"an empty repository", func(s *githubtest.Server, _ *Target) { s.DeleteBranch(repo, "main") }, githubtest.Token,
			Empty, false, []string{"no commits"}},
		{"no base branch", func(_ *githubtest.Server, t *Target) { t.Base = "master" }, githubtest.Token,
			NoBase, false, []string{"no branch master", "publish.base", "default branch is main"}},
		{"the base branch", func(_ *githubtest.Server, t *Target) { t.Branch = "main" }, githubtest.Token,
			Taken, false, []string{"publish.branch"}},
		{"someone else's branch", func(s *githubtest.Server, t *Target) { t.Branch = "feature" }, githubtest.Token,
			Taken, false, []string{"feature of mesh/weekly", "someone else's work", mark}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := weekly()
			if tt.problem == Taken {
				w.Repos[0].Branches = map[string]map[string]string{"feature": {"x": "y"}}
			}
			bubble(t, w, func(t *testing.T, s *githubtest.Server) {
				target := edition()
				if tt.change != nil {
					tt.change(s, &target)
				}
				_, err := Open(t.Context(), client(t, s, tt.token), target)
				wantError(t, err, tt.problem, tt.unauthorised, tt.words...)
			})
		})
	}
}

func TestReadOnlyIsKnownBeforeAnyWrite(t *testing.T) {
	for _, tt := range []struct {
		name         string
		change       func(*githubtest.Repo)
		problem      Problem
		unauthorised bool
		words        string
	}{
		{"archived", func(r *githubtest.Repo) { r.Archived = true }, Archived, false, "unarchive it"},
		{"a token that reads", func(r *githubtest.Repo) { r.CanPush = false }, NotPermitted, true, "contents: write"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := weekly()
			tt.change(w.Repos[0])
			bubble(t, w, func(t *testing.T, s *githubtest.Server) {
				b := open(t, s)
				wantError(t, b.Writable(), tt.problem, tt.unauthorised, tt.words)
				if _, err := b.Read(t.Context(), "README.md"); err != nil {
					t.Errorf("reading: %v", err)
				}
				_, err := b.Commit(t.Context(), "x", files())
				wantError(t, err, tt.problem, tt.unauthorised, tt.words)
				if got := writes(s, 0); got != nil {
					t.Errorf("writes: %v", got)
				}
			})
		})
	}
}

func TestDefaultBranchIsTheBase(t *testing.T) {
	w := weekly()
	w.Repos[0].DefaultBranch = "trunk"
	w.Repos[0].Branches = map[string]map[string]string{"next": {"x": "y"}}
	bubble(t, w, func(t *testing.T, s *githubtest.Server) {
		if got := open(t, s).Base(); got != "trunk" {
			t.Errorf("base %s", got)
		}
		target := edition()
		target.Base = "next"
		b, err := Open(t.Context(), client(t, s, githubtest.Token), target)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := b.Read(t.Context(), "x"); err != nil || string(got["x"]) != "y" || b.Base() != "next" {
			t.Errorf("%q of %s, %v", got, b.Base(), err)
		}
	})
}

func TestRenamedRepositoryIsWrittenUnderItsNewName(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		target := edition()
		target.Repo.Name = "news"
		b, err := Open(t.Context(), client(t, s, githubtest.Token), target)
		if err != nil {
			t.Fatal(err)
		}
		if b.Repo() != (digest.Repo{Owner: "mesh", Name: "weekly"}) {
			t.Errorf("repository %s", b.Repo())
		}
		if _, err := b.Commit(t.Context(), "x", files()); err != nil {
			t.Fatal(err)
		}
		want := proposal()
		want.Labels = []string{"weekly"} // by REST, which would redirect
		if r, err := b.PullRequest(t.Context(), want); err != nil || r.Warnings != nil {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestBranchWithoutACommitIsOurs(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		s.CreateBranch(repo, branch)
		for _, moved := range []bool{false, true} {
			if moved {
				s.Push(repo, "main", "meanwhile", map[string]string{"other": "file"})
			}
			if got := open(t, s).Status(); got != NoPull {
				t.Errorf("base moved: %v: %s", moved, got)
			}
		}
		if r := mustPublish(t, s, files(), proposal()); r.Operation != Created {
			t.Errorf("%+v", r)
		}
	})
}

// No run leaves a branch without a commit, so that a push to it cannot make it look like someone else's.
func TestKilledRunLeavesNoBranchWithoutACommit(t *testing.T) {
	for _, f := range []githubtest.Fault{{Status: 502}, {Reset: true}, {Truncate: true}} {
		bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
			f.GraphQL = "createRef"
			s.Fail(f)
			b := open(t, s)
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond) // killed before it looks again
			defer cancel()
			if _, err := b.Commit(ctx, "x", files()); err == nil {
				t.Fatal("no error")
			}
			if commits := s.Branch(repo, branch); commits != nil {
				if commits[0].Files[mark] == "" {
					t.Errorf("%+v: a branch without a commit", f)
				}
				s.Push(repo, branch, "by hand", map[string]string{"notes.md": "by hand"})
			}
			mustPublish(t, s, files(), proposal())
		})
	}
}

func TestAdoptTakesOverABranch(t *testing.T) {
	w := weekly()
	w.Repos[0].Branches = map[string]map[string]string{branch: {"notes.md": "by hand"}}
	bubble(t, w, func(t *testing.T, s *githubtest.Server) {
		target := edition()
		_, err := Open(t.Context(), client(t, s, githubtest.Token), target)
		wantError(t, err, Taken, false, "--adopt")
		target.Adopt = true
		b, err := Open(t.Context(), client(t, s, githubtest.Token), target)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Commit(t.Context(), "x", files()); err != nil {
			t.Fatal(err)
		}
		if h := head(t, s, branch); h.Files["notes.md"] != "by hand" || h.Files[mark] == "" {
			t.Errorf("%+v", h)
		}
		if got := open(t, s).Status(); got != NoPull {
			t.Errorf("afterwards: %s", got)
		}
	})
}

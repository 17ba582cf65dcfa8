package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

func isMoved(err error) bool { return errors.Is(err, ErrMoved) }

func TestSecondRunWritesNothing(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		start := time.Now()
		first := mustPublish(t, s, files(), proposal())
		if diff := cmp.Diff([]string{"createRef createCommitOnBranch", "createPullRequest"}, writes(s, 0)); diff != "" {
			t.Errorf("first run (-want +got)\n%s", diff)
		}
		if took := time.Since(start); took < time.Second || took > 2*time.Second {
			t.Errorf("two writes took %s, want a second between them", took)
		}
		if want := (Result{Operation: Created, Number: 1, URL: "https://github.com/mesh/weekly/pull/1"}); !cmp.Equal(want, first) {
			t.Errorf("first run: %+v", first)
		}
		h := head(t, s, branch)
		if h.Message != "digest: edition 2" || h.Files[draft] != "# Second\n" || h.Files["README.md"] != "hello" {
			t.Errorf("commit: %+v", h)
		}
		n := len(s.Requests())
		second := mustPublish(t, s, files(), proposal())
		if got := writes(s, n); got != nil {
			t.Errorf("second run: %v", got)
		}
		if second.Operation != Unchanged || second.Number != 1 {
			t.Errorf("second run: %+v", second)
		}
	})
}

func TestCommitHasOnlyWhatDiffers(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), proposal())
		n := len(s.Requests())
		b := open(t, s)
		changed, err := b.Commit(t.Context(), "digest: edition 2\n\nTwo lines\nof words.", with(with(files(), draft, "# Anew\n"), "README.md", "hello"))
		if err != nil || !changed {
			t.Fatal(changed, err)
		}
		var sent []string
		for _, q := range s.Requests()[n:] {
			if q.IsWrite() {
				in := q.Variables["input"].(map[string]any)
				for _, a := range in["fileChanges"].(map[string]any)["additions"].([]any) {
					sent = append(sent, a.(map[string]any)["path"].(string))
				}
			}
		}
		if diff := cmp.Diff([]string{draft}, sent); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if got := head(t, s, branch); got.Message != "digest: edition 2\n\nTwo lines\nof words." || got.Files[draft] != "# Anew\n" {
			t.Errorf("commit: %+v", got)
		}
		// And once more on the same branch, which knows what it has written.
		n = len(s.Requests())
		if changed, err := b.Commit(t.Context(), "x", with(files(), draft, "# Anew\n")); changed || err != nil || len(s.Requests()) != n {
			t.Errorf("changed %v, %v, %d requests", changed, err, len(s.Requests())-n)
		}
	})
}

func TestNothingNewMakesNoBranch(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		r := mustPublish(t, s, map[string][]byte{"README.md": []byte("hello")}, proposal())
		if r.Operation != None || !strings.Contains(r.Reason, "everything is in main already") || writes(s, 0) != nil {
			t.Errorf("%+v after %v", r, writes(s, 0))
		}
	})
}

func TestConcurrentPushIsNeverOverwritten(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), proposal())
		b := open(t, s)
		if _, err := b.Read(t.Context(), draft); err != nil {
			t.Fatal(err)
		}
		s.Push(repo, branch, "by hand", map[string]string{draft: "# By hand\n"})
		changed, err := b.Commit(t.Context(), "x", with(files(), draft, "# Anew\n"))
		if !isMoved(err) || changed {
			t.Fatalf("changed %v, %v", changed, err)
		}
		wantError(t, err, "", false, "has changed since it was read")
		if got := head(t, s, branch); got.Files[draft] != "# By hand\n" {
			t.Errorf("draft: %q", got.Files[draft])
		}
		// Read again, and the second attempt goes through.
		if got, err := open(t, s).Read(t.Context(), draft); err != nil || string(got[draft]) != "# By hand\n" {
			t.Errorf("%q, %v", got, err)
		}
		if r := mustPublish(t, s, with(files(), draft, "# By hand, anew\n"), proposal()); r.Operation != Updated {
			t.Errorf("%+v", r)
		}
	})
}

func TestSecondOfTwoConcurrentRunsReadsAgain(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		first, second := open(t, s), open(t, s)
		if _, err := first.Commit(t.Context(), "first", files()); err != nil {
			t.Fatal(err)
		}
		n := len(s.Requests())
		if _, err := second.Commit(t.Context(), "second", with(files(), draft, "# Other\n")); !isMoved(err) {
			t.Fatalf("got %v", err)
		}
		if diff := cmp.Diff([]string{"createRef createCommitOnBranch"}, writes(s, n)); diff != "" {
			t.Errorf("the second wrote (-want +got)\n%s", diff)
		}
		if got := len(s.Branch(repo, branch)); got != 2 {
			t.Errorf("%d commits", got)
		}
		// A branch without a commit of its own will do.
		s.DeleteBranch(repo, branch)
		third, fourth := open(t, s), open(t, s)
		s.CreateBranch(repo, branch)
		if _, err := third.Commit(t.Context(), "third", files()); err != nil {
			t.Error(err)
		}
		if _, err := fourth.Commit(t.Context(), "fourth", with(files(), draft, "# Other\n")); !isMoved(err) {
			t.Errorf("got %v", err)
		}
	})
}

func TestDeletedBranchIsReported(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), proposal())
		b := open(t, s)
		s.DeleteBranch(repo, branch)
		_, err := b.Commit(t.Context(), "x", with(files(), draft, "# Anew\n"))
		wantError(t, err, Deleted, false, "deleted during this run", "run again")
		if s.Branch(repo, branch) != nil {
			t.Error("the branch is back")
		}
	})
}

// Either the response gets lost after the write was done, or the request before; of the first run, which creates the
// branch, or of a later one.
func TestLostResponseIsResolvedFromTheBranch(t *testing.T) {
	for _, later := range []bool{false, true} {
		for name, fault := range map[string]githubtest.Fault{
			"done, the connection broke":      {Reset: true},
			"done, the response cut short":    {Truncate: true},
			"not done, 502":                   {Status: 502, Body: "<html>bad gateway</html>"},
			"not done, an empty response":     {Status: 200, Body: ""},
			"not done, data without a result": {Status: 200, Body: `{"data":{"createRef":null,"createCommitOnBranch":null}}`},
			"not done, went wrong":            {Status: 200, Body: `{"data":{"createCommitOnBranch":null},"errors":[{"message":"Something went wrong while executing your query."}]}`},
		} {
			t.Run(fmt.Sprintf("later %v, %s", later, name), func(t *testing.T) {
				bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
					changed, commits, want := files(), 2, "createRef createCommitOnBranch"
					if later {
						mustPublish(t, s, files(), proposal())
						changed, commits, want = with(files(), draft, "# Anew\n"), 3, "createCommitOnBranch"
					}
					n := len(s.Requests())
					fault.GraphQL = "createCommitOnBranch"
					s.Fail(fault)
					_, err := publish(t.Context(), t, s, changed, proposal())
					if done := strings.HasPrefix(name, "done"); done != (err == nil) {
						t.Errorf("error: %v", err)
					}
					if sent := slices.DeleteFunc(writes(s, n), func(w string) bool { return w != want }); len(sent) != 1 {
						t.Errorf("sent %d times", len(sent))
					}
					mustPublish(t, s, changed, proposal())
					onlyPull(t, s)
					if n := len(s.Branch(repo, branch)); n != commits {
						t.Errorf("%d commits, want %d", n, commits)
					}
				})
			})
		}
	}
}

func TestLostResponseFollowedByAPushIsAMove(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), proposal())
		s.Fail(githubtest.Fault{GraphQL: "createCommitOnBranch", Reset: true})
		b := open(t, s)
		go func() {
			time.Sleep(500 * time.Millisecond) // before the first look
			s.Push(repo, branch, "by hand", map[string]string{draft: "# By hand\n"})
		}()
		_, err := b.Commit(t.Context(), "x", with(files(), draft, "# Anew\n"))
		if !isMoved(err) {
			t.Errorf("got %v", err)
		}
	})
}

func TestUnresolvedLostResponseIsReported(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		b := open(t, s)
		s.Fail(githubtest.Fault{GraphQL: "createRef", Reset: true})
		s.Fail(githubtest.Fault{GraphQL: "ref(qualifiedName", Status: 502, Times: -1})
		_, err := b.Commit(t.Context(), "x", files())
		wantError(t, err, "", false, "may have been done all the same", "checking failed")
	})
}

func TestRejectedWritesSayWhatToDo(t *testing.T) {
	for _, tt := range []struct {
		name         string
		change       func(*githubtest.Server)
		problem      Problem
		unauthorised bool
		words        []string
	}{
		{"a rule forbids the branch", func(s *githubtest.Server) { s.Protect(repo, branch) }, Protected, false,
			[]string{"a rule of mesh/weekly", "publish.branch", "Reference update failed"}},
		{"a branch is the folder", func(s *githubtest.Server) { s.CreateBranch(repo, "digest") }, Taken, false,
			[]string{"beside the branch digest:", "publish.branch"}},
		{"a branch is below", func(s *githubtest.Server) { s.CreateBranch(repo, branch+"/draft") }, Taken, false,
			[]string{"beside the branch digest/0002/draft:"}},
		{"the rights were taken away", func(s *githubtest.Server) {
			s.Update(func(w *githubtest.World) { w.Repos[0].CanPush = false })
		}, NotPermitted, true, []string{"contents: write", "Resource not accessible by integration"}},
		{"archived meanwhile", func(s *githubtest.Server) {
			s.Update(func(w *githubtest.World) { w.Repos[0].Archived = true })
		}, Archived, false, []string{"unarchive it"}},
		{"the token was withdrawn", func(s *githubtest.Server) {
			s.Fail(githubtest.Fault{GraphQL: "mutation", Status: 401, Body: `{"message":"Bad credentials"}`})
		}, "", true, []string{"401"}},
		{"the request was refused", func(s *githubtest.Server) {
			s.Fail(githubtest.Fault{GraphQL: "mutation", Status: 403, Body: `{"message":"Resource not accessible by personal access token"}`})
		}, NotPermitted, true, []string{"contents: write"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
				b := open(t, s)
				tt.change(s)
				_, err := b.Commit(t.Context(), "x", files())
				wantError(t, err, tt.problem, tt.unauthorised, append(tt.words, branch+" of "+repo)...)
				if s.Branch(repo, branch) != nil {
					t.Error("there is a branch")
				}
			})
		})
	}
}

func TestProtectedBranchIsReported(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), proposal())
		s.Protect(repo, branch)
		_, err := open(t, s).Commit(t.Context(), "x", with(files(), draft, "# Anew\n"))
		wantError(t, err, Protected, false, "a rule of mesh/weekly", "must be made through a pull request")
	})
}

func TestRateLimitLeavesNothingHalfWritten(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		s.Fail(githubtest.Fault{GraphQL: "createCommitOnBranch", Status: 403, Body: `{"message":"You have exceeded a secondary rate limit."}`})
		_, err := publish(t.Context(), t, s, files(), proposal())
		if github.KindOf(err) != github.RateLimited || Written(err) != "" {
			t.Errorf("written %q, error %v", Written(err), err)
		}
		if s.Branch(repo, branch) != nil || len(s.Pulls(repo)) != 0 {
			t.Errorf("branch %v, %d pull requests", s.Branch(repo, branch), len(s.Pulls(repo)))
		}
		time.Sleep(2 * time.Minute)
		if r := mustPublish(t, s, files(), proposal()); r.Operation != Created {
			t.Errorf("%+v", r)
		}
	})
}

func TestErrorSaysWhatWasWritten(t *testing.T) {
	limit := githubtest.Fault{Status: 403, Body: `{"message":"You have exceeded a secondary rate limit."}`}
	for _, tt := range []struct {
		name    string
		change  func(*githubtest.Server)
		written string
	}{
		{"before the pull request", func(s *githubtest.Server) { limit.GraphQL = "createPullRequest"; s.Fail(limit) }, "the draft is committed"},
		{"forbidden", func(s *githubtest.Server) { s.ForbidPulls(repo) }, "the draft is committed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
				tt.change(s)
				_, err := publish(t.Context(), t, s, files(), proposal())
				if err == nil || Written(err) != tt.written || !strings.Contains(err.Error(), tt.written) {
					t.Errorf("written %q, want %q: %v", Written(err), tt.written, err)
				}
			})
		})
	}
}

func TestInterruptedRunStopsAtOnce(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		b := open(t, s)
		if _, err := b.Commit(t.Context(), "x", files()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err := b.PullRequest(ctx, proposal())
		if !errors.Is(err, context.DeadlineExceeded) || Written(err) != "the draft is committed" {
			t.Errorf("written %q, error %v", Written(err), err)
		}
		if len(s.Pulls(repo)) != 0 {
			t.Error("a pull request was opened")
		}
	})
}

// The client accepts responses of 10 MiB otherwise, and a blob in JSON is a third larger.
func TestWhateverIsCommittedCanBeRead(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 11<<16)
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), proposal())
		s.Push(repo, branch, "a large one", map[string]string{mark: large})
		got, err := open(t, s).Read(t.Context(), mark, draft)
		if err != nil || string(got[mark]) != large || string(got[draft]) != "# Second\n" {
			t.Errorf("%d and %d bytes, %v", len(got[mark]), len(got[draft]), err)
		}
		n := len(s.Requests())
		_, err = open(t, s).Commit(t.Context(), "x", with(files(), mark, strings.Repeat("a", MaxFile+1)))
		wantError(t, err, TooLarge, false, mark+" would be larger than 32 MiB")
		if got := writes(s, n); got != nil {
			t.Errorf("writes: %v", got)
		}
	})
}

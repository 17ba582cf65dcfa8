package publish

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

// full is a proposal with everything that can be set.
func full() PullRequest {
	p := proposal()
	p.Labels, p.Assignees, p.Milestone = []string{"weekly", "draft"}, []string{"ann"}, "December"
	p.Reviewers = []string{"bob", "mesh/editors"}
	return p
}

func TestPullRequestIsOpenedWithItsMetadata(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		s.AddMilestone(repo, "December, late")
		s.AddMilestone(repo, "December")
		start := time.Now()
		r := mustPublish(t, s, files(), full())
		if r.Operation != Created || r.Warnings != nil {
			t.Errorf("%+v", r)
		}
		want := githubtest.Pull{
			Number: 1, Title: "Weekly 2", Body: describe("", proposal().Body), Author: "github-actions[bot]", State: "open", Draft: true,
			Head: branch, Base: "main", Labels: []string{"weekly", "draft"}, Reviewers: []string{"bob", "editors"}, Assignees: []string{"ann"}, Milestone: "December",
		}
		if diff := cmp.Diff(want, onlyPull(t, s), cmpopts.IgnoreTypes(time.Time{})); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if got, took := writes(s, 0), time.Since(start); len(got) != 8 || took < 7*time.Second || took > 8*time.Second {
			t.Errorf("%s for %v, want a second between writes", took, got)
		}
	})
}

func TestLongTitleIsCut(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		want := proposal()
		want.Title = strings.Repeat("长", 300)
		mustPublish(t, s, files(), want)
		if got := onlyPull(t, s).Title; got != strings.Repeat("长", 255)+"…" {
			t.Errorf("title of %d characters: %s", len([]rune(got)), got)
		}
	})
}

func TestFailedMetadataIsAWarning(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		want := full()
		want.Assignees, want.Reviewers = []string{"ann", "ghost"}, []string{"ghost", "mesh/editors"}
		s.Fail(githubtest.Fault{Path: "/labels", Status: 403, Body: `{"message":"Resource not accessible by integration"}`})
		r := mustPublish(t, s, files(), want)
		var said []string
		for i, words := range []string{"labels not set (weekly, draft): GitHub returned 403", "ignored ghost", "(ghost): GitHub returned 422", "no open milestone"} {
			if i >= len(r.Warnings) || !strings.Contains(r.Warnings[i], words) {
				said = append(said, words)
			}
		}
		if r.Operation != Created || said != nil || len(r.Warnings) != 4 {
			t.Errorf("not said: %q; got %+v", said, r)
		}
		if p := onlyPull(t, s); !cmp.Equal(p.Assignees, []string{"ann"}) || !cmp.Equal(p.Reviewers, []string{"editors"}) {
			t.Errorf("%+v", p)
		}
	})
}

// stopAt makes the run stop before one of the steps of setting metadata, which each are one write.
func stopAt(s *githubtest.Server, method, path string) {
	s.Fail(githubtest.Fault{Method: method, Path: path, Status: 403, Body: `{"message":"You have exceeded a secondary rate limit."}`})
}

func TestNextRunSetsTheMetadataThatIsMissing(t *testing.T) {
	for i, step := range []struct{ method, path string }{{"POST", "/labels"}, {"PATCH", "/issues/1"}, {"POST", "/requested_reviewers"}} {
		bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
			s.AddMilestone(repo, "December")
			stopAt(s, step.method, step.path)
			r := mustPublish(t, s, files(), full())
			if r.Operation != Created || len(r.Warnings) != 2 || !strings.Contains(r.Warnings[1], "the next run sets") || len(writes(s, 0)) != 3+i {
				t.Errorf("stopped at %s: %+v after %v", step.path, r, writes(s, 0))
			}
			time.Sleep(2 * time.Minute)
			n := len(s.Requests())
			r = mustPublish(t, s, files(), full())
			if r.Operation != Updated || r.Warnings != nil || len(writes(s, n)) != 5-i+1 {
				t.Errorf("after a stop at %s: %+v after %v", step.path, r, writes(s, n))
			}
			p := onlyPull(t, s)
			got := PullRequest{Title: p.Title, Body: proposal().Body, Draft: p.Draft, Labels: p.Labels, Assignees: p.Assignees, Milestone: p.Milestone, Reviewers: p.Reviewers}
			want := full()
			want.Reviewers = []string{"bob", "editors"}
			if diff := cmp.Diff(want, got); diff != "" || p.Body != describe("", want.Body) {
				t.Errorf("after a stop at %s: body %q (-want +got)\n%s", step.path, p.Body, diff)
			}
			n = len(s.Requests())
			if r := mustPublish(t, s, files(), full()); r.Operation != Unchanged || writes(s, n) != nil {
				t.Errorf("once more: %+v after %v", r, writes(s, n))
			}
		})
	}
}

func TestMetadataThatPeopleChangedIsLeftAlone(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		s.AddMilestone(repo, "December")
		stopAt(s, "POST", "/requested_reviewers")
		mustPublish(t, s, files(), full())
		s.EditPull(repo, 1, func(p *githubtest.Pull) { p.Labels, p.Assignees, p.Milestone = nil, []string{"cat"}, "January" })
		s.EditPull(repo, 1, func(p *githubtest.Pull) { p.Reviewers = []string{"bob"} })
		s.EditPull(repo, 1, func(p *githubtest.Pull) { p.Reviewers = nil })
		time.Sleep(2 * time.Minute)
		mustPublish(t, s, files(), full())
		p := onlyPull(t, s)
		if p.Labels != nil || !cmp.Equal(p.Assignees, []string{"cat"}) || p.Milestone != "January" || !cmp.Equal(p.Reviewers, []string{"editors"}) {
			t.Errorf("%+v", p)
		}
	})
}

func TestUnknownEventsLeaveTheMetadataToTheNextRun(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		s.AddMilestone(repo, "December")
		stopAt(s, "POST", "/labels")
		mustPublish(t, s, files(), full())
		time.Sleep(2 * time.Minute)
		s.Fail(githubtest.Fault{Path: "/events", Status: 403, Body: `{"message":"Resource not accessible by integration"}`})
		n := len(s.Requests())
		r := mustPublish(t, s, files(), full())
		if r.Operation != Unchanged || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "may be missing") || writes(s, n) != nil {
			t.Errorf("%+v after %v", r, writes(s, n))
		}
		if r := mustPublish(t, s, files(), full()); r.Operation != Updated || r.Warnings != nil || len(onlyPull(t, s).Labels) != 2 {
			t.Errorf("%+v, labels %v", r, onlyPull(t, s).Labels)
		}
	})
}

func TestOnlyTheBodyIsUpdated(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), full())
		s.EditPull(repo, 1, func(p *githubtest.Pull) {
			p.Title, p.Draft, p.Labels, p.Reviewers, p.Assignees = "Better title", false, nil, []string{"cat"}, nil
		})
		n := len(s.Requests())
		want := full()
		want.Title, want.Body = "Weekly 2, again", "Edition 2, with more.\n"
		r := mustPublish(t, s, files(), want)
		if diff := cmp.Diff([]string{"updatePullRequest"}, writes(s, n)); diff != "" || r.Operation != Updated {
			t.Errorf("%+v (-want +got)\n%s", r, diff)
		}
		p := onlyPull(t, s)
		if p.Title != "Better title" || p.Draft || p.Labels != nil || !cmp.Equal(p.Reviewers, []string{"cat"}) || p.Assignees != nil {
			t.Errorf("%+v", p)
		}
		if p.Body != describe("", want.Body) {
			t.Errorf("body: %q", p.Body)
		}
	})
}

func TestPeoplesTextInTheDescriptionStays(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), proposal())
		s.EditPull(repo, 1, func(p *githubtest.Pull) {
			p.Body = "Before.\r\n\r\n" + strings.ReplaceAll(strings.Replace(p.Body, "- [ ]", "Between.\n- [x]", 1), "\n", "\r\n") + "\r\n\r\nAfter."
		})
		want := proposal()
		want.Body = "Edition 2, with more.\n\n- [ ] a few words of welcome\n- [ ] a summary"
		mustPublish(t, s, files(), want)
		body := onlyPull(t, s).Body
		for _, part := range []string{"Before.", "Between.", "After.", "Edition 2, with more.", "- [x] a few words of welcome", "- [ ] a summary"} {
			if strings.Count(body, part) != 1 {
				t.Errorf("%q is %d times in\n%s", part, strings.Count(body, part), body)
			}
		}
		n := len(s.Requests())
		if r := mustPublish(t, s, files(), want); r.Operation != Unchanged || writes(s, n) != nil {
			t.Errorf("again: %+v after %v", r, writes(s, n))
		}
	})
}

// A run that commits nothing is not an update, and leaves the list of the last update as it is.
func TestChangesStayUntilTheNextUpdate(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		facts := model()
		facts.Changes = nil
		run := func(draftText string, c ...Changes) (Operation, []string) {
			t.Helper()
			facts.Changes = c
			n := len(s.Requests())
			r := mustPublish(t, s, with(files(), draft, draftText), PullRequest{Title: "Weekly 2", Body: Body(facts)})
			return r.Operation, writes(s, n)
		}
		run("# One\n")
		edited := Changes{Language: "en", Kept: 1}
		refreshed := Changes{Language: "en", Kept: 1, Refreshed: []string{"https://github.com/istio/istio/discussions/48301"}}
		for _, tt := range []struct {
			name    string
			text    string
			changes Changes
			want    []string
			listed  string
		}{
			{"nothing new, though people edited", "# One\n", edited, nil, ""},
			{"an update", "# Two\n", refreshed, []string{"createCommitOnBranch", "updatePullRequest"}, "- en: refreshed: 1"},
			{"nothing new after it", "# Two\n", edited, nil, "- en: refreshed: 1"},
			{"another update", "# Three\n", edited, []string{"createCommitOnBranch", "updatePullRequest"}, "- en: 1 place"},
			{"nothing at all", "# Three\n", Changes{Language: "en"}, nil, "- en: 1 place"},
		} {
			if _, got := run(tt.text, tt.changes); !cmp.Equal(tt.want, got) {
				t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			}
			_, listed, _ := cutChanges(onlyPull(t, s).Body)
			if (listed == "") != (tt.listed == "") || !strings.Contains(listed, tt.listed) || strings.Count(onlyPull(t, s).Body, changesHeading) > 1 {
				t.Errorf("%s: listed %q, want %q", tt.name, listed, tt.listed)
			}
		}
		// What else is new is listed all the same.
		facts.ToWrite = nil
		if op, got := run("# Three\n"); op != Updated || !cmp.Equal(got, []string{"updatePullRequest"}) {
			t.Errorf("%s after %v", op, got)
		}
		if body := onlyPull(t, s).Body; !strings.Contains(body, "- en: 1 place") || strings.Contains(body, toWriteHeading) {
			t.Errorf("body:\n%s", body)
		}
	})
}

func TestFullDescriptionIsLeftAlone(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), proposal())
		long := strings.Repeat("长", maxDescription-100)
		s.EditPull(repo, 1, func(p *githubtest.Pull) { p.Body = long })
		r := mustPublish(t, s, files(), proposal())
		if r.Operation != Unchanged || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "too little room") || onlyPull(t, s).Body != long {
			t.Errorf("%+v", r)
		}
	})
}

func TestFinishedPullRequestIsLeftAlone(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*githubtest.Pull)
		reason string
	}{
		"closed": {func(p *githubtest.Pull) { p.State, p.ClosedAt = "closed", day(20) }, "pull request 1 was closed without merging: re"},
		"merged": {func(p *githubtest.Pull) { p.State, p.ClosedAt, p.MergedAt = "closed", day(20), day(20) }, "pull request 1 is merged"},
	} {
		for _, gone := range []bool{false, true} {
			bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
				mustPublish(t, s, files(), proposal())
				late := open(t, s) // a run that looked before
				s.EditPull(repo, 1, tt.change)
				if gone {
					s.DeleteBranch(repo, branch)
				}
				n := len(s.Requests())
				changed := proposal()
				changed.Body = "New."
				for when, publish := range map[string]func() (Result, error){
					"before": func() (Result, error) { return publish(t.Context(), t, s, with(files(), draft, "# Anew\n"), changed) },
					"during": func() (Result, error) { return late.PullRequest(t.Context(), changed) },
				} {
					r, err := publish()
					want := Result{Operation: None, Number: 1, URL: "https://github.com/mesh/weekly/pull/1", Reason: r.Reason}
					if err != nil || !cmp.Equal(want, r) || !strings.Contains(r.Reason, tt.reason) {
						t.Errorf("%s %s the run: %+v, %v", name, when, r, err)
					}
				}
				if got := writes(s, n); got != nil {
					t.Errorf("%s: writes %v", name, got)
				}
			})
		}
	}
}

func TestLostResponseNeverOpensASecondPullRequest(t *testing.T) {
	for name, fault := range map[string]githubtest.Fault{
		"done, the connection broke":      {Reset: true},
		"done, the response cut short":    {Truncate: true},
		"done, but an error beside null":  {NullPath: []any{"createPullRequest"}, Message: "Something went wrong while executing your query."},
		"not done, 502":                   {Status: 502},
		"not done, data without a result": {Status: 200, Body: `{"data":{"createPullRequest":null}}`},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
				fault.GraphQL = "createPullRequest"
				s.Fail(fault)
				r, err := publish(t.Context(), t, s, files(), full())
				done := strings.HasPrefix(name, "done")
				if done != (err == nil) || done && r.Operation != Created {
					t.Errorf("%+v, %v", r, err)
				}
				if err == nil && !cmp.Equal(onlyPull(t, s).Labels, full().Labels) {
					t.Errorf("labels: %v", onlyPull(t, s).Labels)
				}
				again := mustPublish(t, s, files(), full())
				if want := map[bool]Operation{true: Unchanged, false: Created}[done]; again.Operation != want {
					t.Errorf("again: %+v, want %s", again, want)
				}
				onlyPull(t, s)
			})
		})
	}
}

func TestOneOfTwoConcurrentRunsOpensThePullRequest(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		if _, err := open(t, s).Commit(t.Context(), "x", files()); err != nil {
			t.Fatal(err)
		}
		first, second, third := open(t, s), open(t, s), open(t, s)
		if r, err := first.PullRequest(t.Context(), proposal()); err != nil || r.Operation != Created {
			t.Fatal(r, err)
		}
		// The second looks before it writes and finds it.
		n := len(s.Requests())
		if r, err := second.PullRequest(t.Context(), full()); err != nil || r.Operation != Unchanged || r.Number != 1 || writes(s, n) != nil {
			t.Errorf("%+v, %v after %v", r, err, writes(s, n))
		}
		// The third looked too early, and is refused.
		r, err := third.openPull(t.Context(), full())
		if err != nil || r.Operation != Unchanged || r.Number != 1 {
			t.Errorf("%+v, %v", r, err)
		}
		if p := onlyPull(t, s); p.Labels != nil {
			t.Errorf("labels: %v", p.Labels)
		}
	})
}

func TestKilledRunIsFinishedByTheNext(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		if _, err := open(t, s).Commit(t.Context(), "x", files()); err != nil {
			t.Fatal(err)
		}
		n := len(s.Requests())
		if r := mustPublish(t, s, files(), proposal()); r.Operation != Created || !cmp.Equal(writes(s, n), []string{"createPullRequest"}) {
			t.Errorf("%+v after %v", r, writes(s, n))
		}
	})
}

func TestPullRequestsForbiddenToActions(t *testing.T) {
	w := weekly()
	bubble(t, w, func(t *testing.T, s *githubtest.Server) {
		s.ForbidPulls(repo)
		_, err := publish(t.Context(), t, s, files(), proposal())
		wantError(t, err, PullsForbidden, true, "the draft is committed", "Settings > Actions > General > Workflow permissions",
			"Allow GitHub Actions to create and approve pull requests", "https://github.com/mesh/weekly/compare/main...digest/0002?expand=1")
		if h := head(t, s, branch); h.Files[draft] == "" {
			t.Error("the commit is gone")
		}
	})
}

func TestTokenMayNotOpenPullRequests(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		b := open(t, s)
		if _, err := b.Commit(t.Context(), "x", files()); err != nil {
			t.Fatal(err)
		}
		s.Update(func(w *githubtest.World) { w.Repos[0].CanPush = false })
		_, err := b.PullRequest(t.Context(), proposal())
		wantError(t, err, NotPermitted, true, "pull-requests: write", "compare/main...digest/0002")
	})
}

func TestTokenMayNotChangePullRequests(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), proposal())
		b := open(t, s)
		s.Update(func(w *githubtest.World) { w.Repos[0].CanPush = false })
		_, err := b.PullRequest(t.Context(), PullRequest{Body: "New."})
		wantError(t, err, NotPermitted, true, "pull-requests: write")
	})
}

func TestDraftsUnsupportedOpensAnOrdinaryPullRequest(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		s.ForbidDraftPulls(repo)
		r := mustPublish(t, s, files(), proposal())
		if r.Operation != Created || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "does not support draft pull requests") || onlyPull(t, s).Draft {
			t.Errorf("%+v", r)
		}
	})
}

func TestBranchWithNothingNewGetsNoPullRequest(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		s.CreateBranch(repo, branch)
		r := mustPublish(t, s, map[string][]byte{"README.md": []byte("hello")}, proposal())
		if r.Operation != None || !strings.Contains(r.Reason, "everything is in main already") {
			t.Errorf("%+v", r)
		}
	})
}

func TestBranchDeletedBeforeThePullRequestIsReported(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		b := open(t, s)
		if _, err := b.Commit(t.Context(), "x", files()); err != nil {
			t.Fatal(err)
		}
		s.DeleteBranch(repo, branch)
		_, err := b.PullRequest(t.Context(), proposal())
		wantError(t, err, Deleted, false, "deleted during this run")
	})
}

func TestBaseDeletedBeforeThePullRequestIsReported(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		b := open(t, s)
		if _, err := b.Commit(t.Context(), "x", files()); err != nil {
			t.Fatal(err)
		}
		s.DeleteBranch(repo, "main")
		_, err := b.PullRequest(t.Context(), proposal())
		wantError(t, err, NoBase, false, "no longer has a branch main")
	})
}

func TestLostResponseToAnUpdateIsResolved(t *testing.T) {
	for _, done := range []bool{true, false} {
		bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
			mustPublish(t, s, files(), proposal())
			fault := githubtest.Fault{GraphQL: "updatePullRequest", Reset: done}
			if !done {
				fault.Status = 502
			}
			s.Fail(fault)
			r, err := publish(t.Context(), t, s, files(), PullRequest{Body: "New."})
			if done != (err == nil) || done && r.Operation != Updated {
				t.Errorf("done %v: %+v, %v", done, r, err)
			}
			if !done && github.KindOf(err) != github.Unavailable {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Whatever happens, no branch is moved by force and nothing is reopened, marked ready or turned back into a draft.
func TestNoOtherMutationIsEverSent(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), full())
		mustPublish(t, s, with(files(), draft, "# Anew\n"), PullRequest{Body: "New."})
		for _, q := range s.Requests() {
			in, _ := q.Variables["input"].(map[string]any)
			if strings.Contains(q.GraphQL, "updateRef") || in["state"] != nil || in["force"] != nil || in["title"] != nil && strings.Contains(q.GraphQL, "updatePullRequest") {
				t.Errorf("sent: %s %v", q.GraphQL, in)
			}
		}
	})
}

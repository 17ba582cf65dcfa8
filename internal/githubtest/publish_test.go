package githubtest

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"
	"github.com/shurcooL/githubv4"
)

// publish makes a branch, a commit and a pull request with githubv4, as the program does.
func publish(t *testing.T, s *Server, branch string) error {
	t.Helper()
	c := graphClient(s)
	var q struct {
		Repository struct {
			ID               githubv4.ID
			DefaultBranchRef struct {
				Name   string
				Target struct{ Oid githubv4.GitObjectID }
			}
		} `graphql:"repository(owner: \"istio\", name: \"istio\")"`
	}
	if err := c.Query(t.Context(), &q, nil); err != nil {
		return err
	}
	head := q.Repository.DefaultBranchRef.Target.Oid
	var ref struct {
		CreateRef struct{ Ref struct{ Name string } } `graphql:"createRef(input: $input)"`
	}
	err := c.Mutate(t.Context(), &ref, githubv4.CreateRefInput{
		RepositoryID: q.Repository.ID, Name: githubv4.String("refs/heads/" + branch), Oid: head}, nil)
	if err != nil {
		return err
	}
	var commit struct {
		CreateCommitOnBranch struct{ Commit struct{ Oid string } } `graphql:"createCommitOnBranch(input: $input)"`
	}
	name := githubv4.String("istio/istio")
	err = c.Mutate(t.Context(), &commit, githubv4.CreateCommitOnBranchInput{
		Branch:          githubv4.CommittableBranch{RepositoryNameWithOwner: &name, BranchName: githubv4.NewString(githubv4.String(branch))},
		Message:         githubv4.CommitMessage{Headline: "draft"},
		ExpectedHeadOid: head,
		FileChanges: &githubv4.FileChanges{Additions: &[]githubv4.FileAddition{{
			Path: "weekly/01.md", Contents: githubv4.Base64String(base64.StdEncoding.EncodeToString([]byte("第一期")))}}},
	}, nil)
	if err != nil {
		return err
	}
	var pull struct {
		CreatePullRequest struct {
			PullRequest struct {
				Number int
				URL    string
			}
		} `graphql:"createPullRequest(input: $input)"`
	}
	return c.Mutate(t.Context(), &pull, githubv4.CreatePullRequestInput{
		RepositoryID: q.Repository.ID, BaseRefName: "master", HeadRefName: githubv4.String(branch), Title: "Draft"}, nil)
}

func TestPublishingThroughGraphQLLeavesBranchCommitAndPullRequest(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	if err := publish(t, s, "digest/0001"); err != nil {
		t.Fatal(err)
	}
	commits := s.Branch("istio/istio", "digest/0001")
	if len(commits) != 2 || commits[0].Files["weekly/01.md"] != "第一期" || commits[0].Message != "draft" {
		t.Errorf("commits: %+v", commits)
	}
	pulls := s.Pulls("istio/istio")
	if len(pulls) != 1 || pulls[0].Number != 4 || pulls[0].Head != "digest/0001" || pulls[0].State != "open" {
		t.Errorf("pull requests: %+v", pulls)
	}
	writes := 0
	for _, q := range s.Requests() {
		if q.IsWrite() {
			writes++
		}
	}
	if writes != 3 {
		t.Errorf("%d writes, want 3", writes)
	}
	if err := publish(t, s, "digest/0001"); err == nil || !strings.Contains(err.Error(), "already exists") {
		t.Errorf("second time: %v", err)
	}
}

func TestStaleHeadIsRefused(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	old := s.Branch("istio/istio", "master")[0].OID
	s.Push("istio/istio", "master", "by hand", map[string]string{"README.md": "changed"})
	got := ask(t, s, `mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }`,
		map[string]any{"input": map[string]any{"branch": map[string]any{"repositoryNameWithOwner": "istio/istio", "branchName": "master"},
			"message": map[string]any{"headline": "x"}, "expectedHeadOid": old}})
	if typ := at(t, got, "errors", 0, "type"); typ != "STALE_DATA" {
		t.Errorf("got %v", got)
	}
	if n := len(s.Branch("istio/istio", "master")); n != 2 {
		t.Errorf("%d commits, want 2", n)
	}
}

func TestPullRequestsAreLabelledAndEdited(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	if err := publish(t, s, "digest/0001"); err != nil {
		t.Fatal(err)
	}
	c := restClient(t, s, signedClient(s))
	ctx, number := t.Context(), 4
	if _, _, err := c.Issues.AddLabelsToIssue(ctx, "istio", "istio", number, []string{"weekly"}); err != nil {
		t.Error(err)
	}
	if _, _, err := c.Issues.Edit(ctx, "istio", "istio", number, &github.IssueRequest{Assignees: &[]string{"ann", noAccess}}); err != nil {
		t.Error(err)
	}
	if _, _, err := c.PullRequests.RequestReviewers(ctx, "istio", "istio", number, github.ReviewersRequest{Reviewers: []string{"bob"}}); err != nil {
		t.Error(err)
	}
	ask(t, s, `mutation($input: UpdatePullRequestInput!) { updatePullRequest(input: $input) { pullRequest { url } } }`,
		map[string]any{"input": map[string]any{"pullRequestId": nodeID("PR", 1000, number), "body": "new"}})
	want := Pull{Number: number, Title: "Draft", Body: "new", Author: "github-actions[bot]", State: "open", Head: "digest/0001",
		Base: "master", Labels: []string{"weekly"}, Reviewers: []string{"bob"}, Assignees: []string{"ann"}, CreatedAt: day(18), UpdatedAt: day(18)}
	if diff := cmp.Diff(want, s.Pulls("istio/istio")[0]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWritingNeedsThePermission(t *testing.T) {
	w := smallWorld()
	w.Repos[0].CanPush = false
	s := NewInProcess(t, w)
	if err := publish(t, s, "digest/0001"); err == nil || !strings.Contains(err.Error(), "not accessible") {
		t.Errorf("GraphQL: %v", err)
	}
	_, resp, err := restClient(t, s, signedClient(s)).Issues.AddLabelsToIssue(t.Context(), "istio", "istio", 1, []string{"x"})
	if err == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("REST: %v", err)
	}
}

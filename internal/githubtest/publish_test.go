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

func TestPullRequestsAreOpenedLabelledAndEditedThroughREST(t *testing.T) {
	w := smallWorld()
	w.Repos[0].Branches = map[string]map[string]string{"digest/0001": {"x.md": "x"}}
	s := NewInProcess(t, w)
	c := restClient(t, s, signedClient(s))
	ctx := t.Context()
	pull, _, err := c.PullRequests.Create(ctx, "istio", "istio", &github.NewPullRequest{
		Title: github.String("Draft"), Head: github.String("digest/0001"), Base: github.String("master"), Draft: github.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Issues.AddLabelsToIssue(ctx, "istio", "istio", pull.GetNumber(), []string{"weekly"}); err != nil {
		t.Error(err)
	}
	if _, _, err := c.Issues.AddAssignees(ctx, "istio", "istio", pull.GetNumber(), []string{"ann"}); err != nil {
		t.Error(err)
	}
	if _, _, err := c.PullRequests.RequestReviewers(ctx, "istio", "istio", pull.GetNumber(), github.ReviewersRequest{Reviewers: []string{"bob"}}); err != nil {
		t.Error(err)
	}
	if _, _, err := c.PullRequests.Edit(ctx, "istio", "istio", pull.GetNumber(), &github.PullRequest{Body: github.String("new")}); err != nil {
		t.Error(err)
	}
	list, _, err := c.PullRequests.List(ctx, "istio", "istio", &github.PullRequestListOptions{Head: "istio:digest/0001"})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d pull requests, %v", len(list), err)
	}
	want := Pull{Number: 4, Title: "Draft", Body: "new", Author: "github-actions[bot]", State: "open", Draft: true, Head: "digest/0001",
		Base: "master", Labels: []string{"weekly"}, Reviewers: []string{"bob"}, Assignees: []string{"ann"}, CreatedAt: day(18), UpdatedAt: day(18)}
	if diff := cmp.Diff(want, s.Pulls("istio/istio")[0]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	_, resp, err := c.PullRequests.Create(ctx, "istio", "istio", &github.NewPullRequest{
		Title: github.String("Again"), Head: github.String("digest/0001"), Base: github.String("master")})
	if err == nil || resp.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(err.Error(), "A pull request already exists for istio:digest/0001.") {
		t.Errorf("second one: %v", err)
	}
}

func TestRefsAreMadeAndMovedThroughREST(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	c := restClient(t, s, signedClient(s))
	head, _, err := c.Git.GetRef(t.Context(), "istio", "istio", "heads/master")
	if err != nil {
		t.Fatal(err)
	}
	made := &github.Reference{Ref: github.String("refs/heads/digest/0001"), Object: head.Object}
	if _, _, err := c.Git.CreateRef(t.Context(), "istio", "istio", made); err != nil {
		t.Error(err)
	}
	s.Push("istio/istio", "digest/0001", "more", map[string]string{"a": "b"})
	if _, _, err := c.Git.UpdateRef(t.Context(), "istio", "istio", made, false); err == nil {
		t.Error("a move back was not refused")
	}
	if _, _, err := c.Git.UpdateRef(t.Context(), "istio", "istio", made, true); err != nil {
		t.Error(err)
	}
	file, _, _, err := c.Repositories.GetContents(t.Context(), "istio", "istio", "README.md", &github.RepositoryContentGetOptions{Ref: "digest/0001"})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := file.GetContent(); err != nil || text != "hello" {
		t.Errorf("got %q, %v", text, err)
	}
	if _, _, err := c.Repositories.GetBranch(t.Context(), "istio", "istio", "digest/0001", 1); err != nil {
		t.Error(err)
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

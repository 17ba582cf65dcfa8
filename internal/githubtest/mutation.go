package githubtest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"strings"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// mutate performs the mutations that publishing needs.
func (r *root) mutate(name string, in execute.Args) (any, error) {
	switch name {
	case "createRef":
		return r.createRef(in)
	case "createCommitOnBranch":
		return r.createCommit(in)
	case "createPullRequest":
		return r.createPullRequest(in)
	case "updatePullRequest":
		return r.updatePullRequest(in)
	}
	return nil, execute.ErrUnsupported
}

func unprocessable(format string, args ...any) *execute.Error {
	return &execute.Error{Type: "UNPROCESSABLE", Message: fmt.Sprintf(format, args...)}
}

// writable finds a repository by a global ID and refuses one that the token may not write to.
func (r *root) writable(prefix, id string) (*repoState, []string, error) {
	got, parts := parseID(id, 2)
	if got != prefix || len(parts) == 0 {
		return nil, nil, notFound("Could not resolve to a node with the global id of '%s'", id)
	}
	repo := r.repoByID(parts[0])
	if repo == nil {
		return nil, nil, notFound("Could not resolve to a node with the global id of '%s'", id)
	}
	return repo, parts[1:], allowed(repo)
}

func allowed(r *repoState) error {
	switch {
	case !r.CanPush:
		return &execute.Error{Type: "FORBIDDEN", Message: "Resource not accessible by integration"}
	case r.Archived:
		return &execute.Error{Type: "FORBIDDEN", Message: "Repository was archived so is read-only."}
	}
	return nil
}

func (r *root) createRef(in execute.Args) (any, error) {
	repo, _, err := r.writable("R", in.Text("repositoryId"))
	if err != nil {
		return nil, err
	}
	if problem, _ := repo.git.setRef(in.Text("name"), in.Text("oid"), true, false); problem != "" {
		if strings.HasSuffix(problem, "already exists") {
			problem = fmt.Sprintf("A ref named \"%s\" already exists in the repository.", in.Text("name"))
		}
		return nil, unprocessable("%s", problem)
	}
	ref := r.refOrNull(repo, strings.TrimPrefix(in.Text("name"), "refs/heads/"))
	return payload("CreateRefPayload", in, "ref", ref), nil
}

// payload is the result of a mutation: what it made, and the client's own mark.
func payload(typ string, in execute.Args, name string, made any) *recordNode {
	return record(typ, map[string]any{name: made, "clientMutationId": orNull(in.Text("clientMutationId"))})
}

func (r *root) createCommit(in execute.Args) (any, error) {
	repo, branch, err := r.commitTarget(in.Object("branch"))
	if err != nil {
		return nil, err
	}
	head := repo.git.branches[branch]
	if head == nil {
		return nil, notFound("Could not resolve to a Ref with the name '%s'.", branch)
	}
	if expected := in.Text("expectedHeadOid"); expected != head.OID {
		return nil, &execute.Error{Type: "STALE_DATA", Message: fmt.Sprintf(
			"Expected branch to point to %q but it did not. Pull and try again.", expected)}
	}
	if repo.git.rules.protected[branch] {
		return nil, &execute.Error{Type: "BRANCH_PROTECTION_RULE_VIOLATION", Message: "Changes must be made through a pull request."}
	}
	files, err := changed(head.Files, in.Object("fileChanges"))
	if err != nil {
		return nil, err
	}
	message := in.Object("message")
	text := strings.TrimSuffix(message.Text("headline")+"\n\n"+message.Text("body"), "\n\n")
	made := repo.git.commit(head, text, files)
	repo.git.branches[branch] = made
	p := payload("CreateCommitOnBranchPayload", in, "commit", r.commitNode(repo, made))
	p.fields["ref"] = r.refOrNull(repo, branch)
	return p, nil
}

// commitTarget reads either form of a branch: its ID, or the names of repository and branch.
func (r *root) commitTarget(branch execute.Args) (*repoState, string, error) {
	if id := branch.Text("id"); id != "" {
		repo, rest, err := r.writable("REF", id)
		if err != nil {
			return nil, "", err
		}
		return repo, rest[0], nil
	}
	full := branch.Text("repositoryNameWithOwner")
	repo := r.index.repo(full)
	if repo == nil {
		return nil, "", notFound("Could not resolve to a Repository with the name '%s'.", full)
	}
	return repo, strings.TrimPrefix(branch.Text("branchName"), "refs/heads/"), allowed(repo)
}

// changed applies additions and deletions to a tree.
func changed(tree map[string]string, changes execute.Args) (map[string]string, error) {
	files := maps.Clone(tree)
	for _, d := range changes.Objects("deletions") {
		path := d.Text("path")
		if _, ok := files[path]; !ok {
			return nil, unprocessable("A path was requested for deletion which does not exist as of commit oid: %s", path)
		}
		delete(files, path)
	}
	for _, a := range changes.Objects("additions") {
		text, err := base64.StdEncoding.DecodeString(a.Text("contents"))
		if err != nil {
			return nil, unprocessable("contents of %s: not base64", a.Text("path"))
		}
		files[a.Text("path")] = string(text)
	}
	return files, nil
}

func (r *root) createPullRequest(in execute.Args) (any, error) {
	repo, _, err := r.writable("R", in.Text("repositoryId"))
	if err != nil {
		return nil, err
	}
	if repo.git.rules.noPulls {
		return nil, &execute.Error{Type: "FORBIDDEN", Message: "GitHub Actions is not permitted to create or approve pull requests."}
	}
	p, problem := r.openPull(repo, Pull{
		Title: in.Text("title"), Body: in.Text("body"), Head: in.Text("headRefName"), Base: in.Text("baseRefName"),
		Draft: in.True("draft"),
	})
	if problem != "" {
		return nil, unprocessable("%s", problem)
	}
	return payload("CreatePullRequestPayload", in, "pullRequest", r.pull(repo, p.Number)), nil
}

func (r *root) updatePullRequest(in execute.Args) (any, error) {
	repo, rest, err := r.writable("PR", in.Text("pullRequestId"))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"assigneeIds", "labelIds", "projectIds"} {
		if in[name] != nil {
			return nil, fmt.Errorf("input %s: the fake cannot set it", name)
		}
	}
	var number int
	fmt.Sscan(rest[0], &number)
	p := r.pull(repo, number)
	if p == nil {
		return nil, notFound("Could not resolve to a node with the global id of '%s'", in.Text("pullRequestId"))
	}
	given := func(name string) *string {
		if in[name] == nil {
			return nil
		}
		return new(in.Text(name))
	}
	if id := in.Text("milestoneId"); id != "" {
		prefix, parts := parseID(id, 2)
		if prefix != "MI" || len(parts) < 2 {
			return nil, notFound("Could not resolve to a node with the global id of '%s'", id)
		}
		defer repo.record(p.Pull, *p.Pull)
		p.Milestone = parts[1]
	}
	p.edit(r.Server, given("title"), given("body"), given("baseRefName"), given("state"))
	return payload("UpdatePullRequestPayload", in, "pullRequest", p), nil
}

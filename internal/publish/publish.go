// Package publish puts files on a branch of their own and proposes the branch as a pull request, and does it again and
// again: one branch and one pull request, however often it runs.
//
// The one idea: look first, write only what differs, and write it against what was seen. A commit names the head that
// was read and GitHub refuses it when somebody has pushed since ([ErrMoved]: open again, merge again); nothing is ever
// forced, moved back or reopened. When the answer to a write is lost, GitHub is looked at before any conclusion, and the
// write is not sent again.
//
// The one limit: it knows nothing of drafts. Files come in as bytes, and what they mean and how they are merged is the
// caller's business. It does not guard against its own user: branch and paths come from the configuration, which has
// checked them.
package publish

import (
	"fmt"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
)

// Target says where to publish.
type Target struct {
	Repo digest.Repo
	// Base is the branch to merge into; "" is the repository's default branch.
	Base string
	// Branch is the branch of the edition.
	Branch string
	// Mark is a file that the branch has had since our first commit, by which it is told from a branch of somebody else
	// with the same name. With "" every branch of that name is taken for ours.
	Mark string
}

// State is what there is of a publication.
type State string

// The states. A branch whose pull request is closed or merged is left alone, whether it still exists or not.
const (
	NoBranch   State = "no branch"
	NoPull     State = "no pull request" // but a branch
	PullOpen   State = "open"
	PullClosed State = "closed" // by a person, without merging
	PullMerged State = "merged"
)

// Branch is the branch of an edition and its pull request, as [Open] found them and as the methods leave them. It is for
// one goroutine, and of no use after [ErrMoved].
type Branch struct {
	client *github.Client
	target Target // as GitHub names it: renamed repositories by their new name, the base branch by its own
	id     githubv4.ID
	state  State
	base   string // commit that the base branch stood at
	head   string // commit that the branch stands at; "" when there is none
	pull   *pull  // nil when there is none

	readOnly  error // why nothing can be written, when that is certain beforehand
	known     map[string]string
	wrote     bool
	committed bool
}

// State returns what there is.
func (b *Branch) State() State { return b.state }

// Repo returns the repository by its present name.
func (b *Branch) Repo() digest.Repo { return b.target.Repo }

// Base returns the name of the branch to merge into.
func (b *Branch) Base() string { return b.target.Base }

// URL returns the address of the pull request, or "".
func (b *Branch) URL() string {
	if b.pull == nil {
		return ""
	}
	return b.pull.URL
}

// Done says why nothing is to be published, or "" when there is something to do: Commit and PullRequest then write
// nothing and fail at nothing.
func (b *Branch) Done() string {
	switch b.state {
	case PullClosed:
		return fmt.Sprintf("pull request %d was closed without being merged: reopen it to go on with this edition", b.pull.Number)
	case PullMerged:
		return fmt.Sprintf("pull request %d is merged", b.pull.Number)
	}
	return ""
}

// Writable returns why Commit and PullRequest could not write, as far as that is known before trying: an archived
// repository, or a token that may only read. Whoever collects for minutes first asks this before.
func (b *Branch) Writable() error { return b.readOnly }

// live reports whether the branch exists and is worked on.
func (b *Branch) live() bool { return b.state == NoPull || b.state == PullOpen }

// tip is the commit that files are read at: the branch's while it is worked on, else the base's.
func (b *Branch) tip() string {
	if b.live() {
		return b.head
	}
	return b.base
}

// String names the branch for messages.
func (b *Branch) String() string { return b.target.Branch + " of " + b.target.Repo.String() }

// compareURL is the page on which a person can open the pull request.
func (b *Branch) compareURL() string {
	return fmt.Sprintf("https://%s/%s/compare/%s...%s?expand=1", b.client.WebHost(), b.target.Repo, escape(b.target.Base), escape(b.target.Branch))
}

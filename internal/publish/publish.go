// Package publish commits files to a branch of their own and keeps one pull request open for it, however often it runs.
//
// It reads first, writes only what differs, and writes against what it has read: a commit names the head that was read,
// and GitHub rejects it when someone else has pushed since ([ErrMoved]: open the branch again and merge again). Nothing
// is ever force-pushed, moved back or reopened. When the response to a write is lost, the state on GitHub decides what
// happened; the write is not sent a second time.
//
// The package knows nothing about drafts: files are bytes, and what they mean and how they are merged is up to the
// caller. Branch and paths come from the configuration, which has validated them.
package publish

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
)

// Target is where an edition is published.
type Target struct {
	Repo digest.Repo
	// Base is the branch to merge into; "" is the repository's default branch.
	Base string
	// Branch is the branch of the edition.
	Branch string
	// Mark is a file that is on the branch from our first commit on. It distinguishes our branch from someone else's of the
	// same name. With "" every branch of that name counts as ours.
	Mark string
	// Adopt takes over a branch without the mark.
	Adopt bool
}

// Status is how far a publication has got.
type Status string

// A branch whose pull request is closed or merged is left alone, whether it still exists or not.
const (
	NoBranch   Status = "no branch"
	NoPull     Status = "no pull request" // but a branch
	PullOpen   Status = "open"
	PullClosed Status = "closed" // without merging
	PullMerged Status = "merged"
)

// Branch is the branch of an edition and its pull request, as [Open] found them and as the methods leave them. It is for
// one goroutine and must not be used after [ErrMoved].
type Branch struct {
	client *github.Client
	target Target // under GitHub's current names: the repository may have been renamed, the base branch left out
	id     githubv4.ID
	status Status
	base   string // commit at the tip of the base branch
	head   string // commit at the tip of the branch; "" without a branch
	pull   *pull  // nil without a pull request

	readOnly  error // why nothing can be written, if that is certain beforehand
	known     map[string]string
	paced     bool // a write was sent, so the next one waits
	committed bool
}

// Status returns how far the publication has got.
func (b *Branch) Status() Status { return b.status }

// Repo returns the repository under its current name.
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

// Done says why there is nothing left to publish, or returns "". When it is set, Commit and PullRequest succeed without
// writing anything.
func (b *Branch) Done() string {
	switch b.status {
	case PullClosed:
		if b.head == "" {
			return fmt.Sprintf("pull request %d was closed without merging: restore its branch and reopen it to continue "+
				"with this edition", b.pull.Number)
		}
		return fmt.Sprintf("pull request %d was closed without merging: reopen it to continue with this edition", b.pull.Number)
	case PullMerged:
		return fmt.Sprintf("pull request %d is merged", b.pull.Number)
	}
	return ""
}

// Writable returns why Commit and PullRequest would fail, as far as that is known without trying: the repository is
// archived, or the token is read-only. Check it before collecting for minutes.
func (b *Branch) Writable() error { return b.readOnly }

// active reports whether the branch exists and its pull request is not finished.
func (b *Branch) active() bool { return b.status == NoPull || b.status == PullOpen }

// tip is the commit that files are read from: the branch's while it is active, else the base's.
func (b *Branch) tip() string {
	if b.active() {
		return b.head
	}
	return b.base
}

// String names the branch in messages.
func (b *Branch) String() string { return b.target.Branch + " of " + b.target.Repo.String() }

// compareURL is the page on which a person can open the pull request.
func (b *Branch) compareURL() string {
	escape := func(branch string) string { return strings.ReplaceAll(url.PathEscape(branch), "%2F", "/") }
	return fmt.Sprintf("https://%s/%s/compare/%s...%s?expand=1",
		b.client.WebHost(), b.target.Repo, escape(b.target.Base), escape(b.target.Branch))
}

// vars are the variables that every query has.
func (b *Branch) vars() map[string]any {
	return map[string]any{"owner": githubv4.String(b.target.Repo.Owner), "name": githubv4.String(b.target.Repo.Name)}
}

package publish

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/community-digest/digest/internal/github"
)

// ErrMoved says that somebody else has pushed to the branch, or made it, since it was read. Nothing was written: open it
// again, and merge with what is there now.
var ErrMoved = errors.New("somebody else has changed the branch since it was read")

// Problem is what stands in the way of publishing, as far as callers act on it or tests name it.
type Problem string

// The problems. Each has an Error whose message says what to do.
const (
	Missing        Problem = "missing"         // no such repository, or the token may not see it
	Archived       Problem = "archived"        // the repository is read-only
	Empty          Problem = "empty"           // the repository has no commit
	NoBase         Problem = "no base"         // there is no branch to merge into
	Taken          Problem = "taken"           // the branch, or one that git cannot keep beside it, is somebody else's
	Deleted        Problem = "deleted"         // the branch was deleted while it was worked on
	Protected      Problem = "protected"       // a rule of the repository forbids the branch or the commit
	NotPermitted   Problem = "not permitted"   // the token lacks a permission
	PullsForbidden Problem = "pulls forbidden" // a setting keeps GitHub Actions from opening pull requests
	NotAFile       Problem = "not a file"      // a folder, link or submodule stands where a file should be
)

// Error is a problem with its message.
type Error struct {
	Problem Problem
	Message string // what is wrong and what to do, in one line
	Err     error  // what GitHub said; may be nil
}

// Error returns the message and what GitHub said.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap returns what GitHub said.
func (e *Error) Unwrap() error { return e.Err }

// ProblemOf returns the problem in err, or "".
func ProblemOf(err error) Problem {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Problem
	}
	return ""
}

// Unauthorised reports whether err is for want of a token, or of a token with more rights.
func Unauthorised(err error) bool {
	switch p := ProblemOf(err); p {
	case NotPermitted, PullsForbidden:
		return true
	case "":
		kind := github.KindOf(err)
		return kind == github.Unauthorized || kind == github.Forbidden
	}
	return false
}

// refusal explains why GitHub refused a write to the branch. What it cannot explain it returns as it is.
func (b *Branch) refusal(err error) error {
	switch {
	case saysArchived(err):
		return b.archived(err)
	case saysProtected(err):
		return &Error{Protected, fmt.Sprintf("a rule of %s forbids writing to the branch %s: let the rule leave it out, or set another publish.branch",
			b.target.Repo, b.target.Branch), err}
	case github.KindOf(err) == github.Forbidden:
		return &Error{NotPermitted, fmt.Sprintf("the token may not write to %s: it needs the permission contents: write", b.target.Repo), err}
	}
	return err
}

func (b *Branch) archived(err error) error {
	return &Error{Archived, fmt.Sprintf("%s is archived and can only be read: unarchive it, or set another publish.repository", b.target.Repo), err}
}

// says reports whether GitHub's own words contain one of the given ones. Only what has no code of its own is asked for
// this way.
func says(err error, words ...string) bool {
	text := strings.ToLower(err.Error())
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

func saysArchived(err error) bool { return says(err, "was archived", "is archived") }

// saysProtected knows the code of protected branches and the words of rulesets, which have none.
func saysProtected(err error) bool {
	return says(err, "branch_protection_rule_violation", "rule violation", "protected branch", "must be made through a pull request",
		"creations being restricted", "reference update failed", "verified signatures")
}

// escape makes a branch name part of an address; its slashes stay.
func escape(branch string) string {
	parts := strings.Split(branch, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}

package collectors

import (
	"errors"
	"fmt"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

var (
	// errUnread is the gap of a list of which no page was read to the end.
	errUnread = errors.New("was not read to its end")
	// errNoList is the gap of a list that was requested and is not in the response.
	errNoList = errors.New("the response does not contain the list")
	// errNoItem is the gap of an item that a list has, without its id or its date.
	errNoItem = errors.New("the list has an item without contents")
	// errStuck is the gap of a list that does not advance.
	errStuck = errors.New("the list has another page, but no new cursor for it")
	// errMoving is the gap of a list that never stays the same long enough to be read.
	errMoving = errors.New("it changes faster than it can be read")
)

// fail makes a gap of the receipt, with the reason in the service's own words where it
// gave one.
func fail(r *digest.Receipt, err error) {
	r.Outcome = digest.Failed
	switch github.KindOf(err) {
	case github.NotFound:
		r.Outcome = digest.Missing
	case github.Forbidden:
		r.Outcome = digest.Forbidden
	}
	r.Detail = markdown.Untrusted(err.Error())
	if e := github.AsError(err); e != nil {
		r.Detail, r.RequestID = markdown.Untrusted(e.Text()), markdown.Untrusted(e.RequestID)
	}
	if q, ok := errors.AsType[github.QueryErrors](err); ok {
		r.Detail, r.RequestID = markdown.Untrusted(q.Error()), markdown.Untrusted(q[0].RequestID)
	}
}

// complete ends the receipt of a list that was read to its end, unless there was a gap on
// the way. A receipt has no outcome until then: whatever is forgotten is a gap.
func complete(r *digest.Receipt) {
	if r.Outcome == "" {
		r.Outcome = digest.Complete
	}
}

// failPart is fail for a part of a repository that itself exists: the repository is not
// missing, whatever the service says about the part.
func failPart(r *digest.Receipt, err error) {
	fail(r, err)
	r.Outcome = digest.Failed
}

// protect makes a gap of a panic while one item is read. A bug then costs that item, not
// in silence, and no other.
func protect(r *digest.Receipt) {
	if p := recover(); p != nil {
		r.Outcome = digest.Failed
		r.Detail = markdown.Untrusted(bug(p).Error())
	}
}

// protectErr makes an error of a panic while one item is read, unless there is an error
// already.
func protectErr(err *error) {
	if p := recover(); p != nil && *err == nil {
		*err = bug(p)
	}
}

func bug(p any) error { return fmt.Errorf("a defect of this program: %v", p) }

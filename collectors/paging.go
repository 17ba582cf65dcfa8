package collectors

import (
	"errors"
	"slices"

	gogithub "github.com/google/go-github/v57/github"
)

// errMoving is what a list is refused with that is never the same twice.
var errMoving = errors.New("it changes faster than it can be read")

// readWhole reads a list until it holds still. Its pages are counted from the head, so
// that what leaves the list while it is read moves what is behind it one up, and one item
// out of the page that comes next. A list of one page has no such seam; a longer one is
// read again when it has moved. The function reads a page and tells what it names; it will
// see some of that more than once.
func readWhole[Name comparable](read func(page int) ([]Name, *gogithub.Response, error)) error {
	for range maxPasses {
		if still, err := readPass(read); err != nil || still {
			return err
		}
	}
	return errMoving
}

// readPass reads the list once and reports whether it held still. The last page is read
// right after the first, and both again at the end: whatever moved something past the
// reader has changed the one, before the last page was read, or the other.
func readPass[Name comparable](read func(page int) ([]Name, *gogithub.Response, error)) (still bool, err error) {
	first, resp, err := read(1)
	if err != nil || resp.NextPage == 0 {
		return err == nil, err
	}
	// A server that does not say which page is the last is walked to it.
	page, last := resp.NextPage, max(resp.LastPage, resp.NextPage)
	var tail []Name
	for walk := last; walk != 0; walk = resp.NextPage {
		if walk < last {
			return false, errStuck
		}
		last = walk
		if tail, resp, err = read(last); err != nil {
			return false, err
		}
		if resp.NextPage == last {
			return false, errStuck
		}
	}
	for ; page < last; page++ {
		if _, _, err := read(page); err != nil {
			return false, err
		}
	}
	firstAgain, _, err := read(1)
	if err != nil {
		return false, err
	}
	tailAgain, resp, err := read(last)
	if err != nil {
		return false, err
	}
	return resp.NextPage == 0 && slices.Equal(first, firstAgain) && slices.Equal(tail, tailAgain), nil
}

package collectors

import (
	"slices"

	gogithub "github.com/google/go-github/v57/github"
)

// pageInfo is where a list of GraphQL continues.
type pageInfo struct {
	HasNextPage any // a Boolean; anything else is noticed here instead of failing the document
	EndCursor   string
}

// next returns the cursor of the page behind one that was read with a cursor, or "" if it
// was the last.
func (p *pageInfo) next(after string) (string, error) {
	if p == nil {
		return "", errNoList
	}
	switch more, ok := p.HasNextPage.(bool); {
	case !ok:
		return "", errNoList
	case !more:
		return "", nil
	case p.EndCursor == "" || p.EndCursor == after:
		return "", errStuck
	}
	return p.EndCursor, nil
}

// maxPasses is how many times a list is read that changes while it is read.
const maxPasses = 4

// readStable reads a REST list until it is the same twice. Its pages are counted from the
// head, so what leaves the list while it is read moves everything behind it up, and one item
// out of the page that comes next. A list of one page has no such seam; a longer one is read
// again when it has moved. The function reads a page and returns the keys of its items; it
// sees some items more than once.
func readStable[Key comparable](read func(page int) ([]Key, *gogithub.Response, error)) error {
	for range maxPasses {
		if stable, err := readPass(read); err != nil || stable {
			return err
		}
	}
	return errMoving
}

// readPass reads the list once and reports whether it stayed the same. The last page is
// read right after the first, and both again at the end: whatever moved an item past the
// reader changed the one, before the last page was read, or the other.
func readPass[Key comparable](read func(page int) ([]Key, *gogithub.Response, error)) (stable bool, err error) {
	first, resp, err := read(1)
	if err != nil || resp.NextPage == 0 {
		return err == nil, err
	}
	// A server that does not say which page is the last is followed to it.
	page, last := resp.NextPage, max(resp.LastPage, resp.NextPage)
	var tail []Key
	for next := last; next != 0; next = resp.NextPage {
		if next < last {
			return false, errStuck
		}
		last = next
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

// pageOptions asks for a page of a hundred; the first page is not numbered.
func pageOptions(page int) gogithub.ListOptions {
	opts := gogithub.ListOptions{PerPage: 100}
	if page > 1 {
		opts.Page = page
	}
	return opts
}

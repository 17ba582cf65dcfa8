package githubtest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// number returns a numeric query parameter within its bounds.
func (c *call) number(name string, usual, most int) int {
	n, err := strconv.Atoi(c.q.Query.Get(name))
	if err != nil || n < 1 {
		return usual
	}
	return min(n, most)
}

// page cuts the page that per_page and page ask for out of n items, and links to the others.
func (c *call) page(n int) (from, to int) {
	size, page := c.number("per_page", 30, 100), c.number("page", 1, 1<<30)
	last := max((n+size-1)/size, 1)
	var links []string
	add := func(rel string, p int) {
		links = append(links, c.link(rel, url.Values{"page": {strconv.Itoa(p)}}))
	}
	if page > 1 {
		add("prev", page-1)
		add("first", 1)
	}
	if page < last {
		add("next", page+1)
		add("last", last)
	}
	c.setLinks(links)
	return min((page-1)*size, n), min(page*size, n)
}

// link names another page by the parameters that differ.
func (c *call) link(rel string, change url.Values) string {
	query := url.Values{}
	for name, values := range c.q.Query {
		query[name] = values
	}
	for _, name := range []string{"before", "after"} {
		query.Del(name)
	}
	for name, values := range change {
		query[name] = values
	}
	return fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.origin, c.q.Path, query.Encode(), rel)
}

func (c *call) setLinks(links []string) {
	if len(links) > 0 {
		c.header["Link"] = []string{strings.Join(links, ", ")}
	}
}

// cursorPage returns the items of an order that before, after and per_page ask for, and links to the pages beside.
func (c *call) cursorPage(o *order) ([]int, error) {
	size := c.number("per_page", 30, 100)
	from, to := 0, len(o.keys)
	after, before := c.q.Query.Get("after"), c.q.Query.Get("before")
	if after != "" {
		key, err := readRESTCursor(after)
		if err != nil {
			return nil, err
		}
		from = o.from(key, true)
	}
	if before != "" {
		key, err := readRESTCursor(before)
		if err != nil {
			return nil, err
		}
		to = max(o.from(key, false), from)
		from = max(from, to-size)
	}
	to = min(to, from+size)
	var links []string
	if to < len(o.keys) && to > from {
		links = append(links, c.link("next", url.Values{"after": {restCursor(o.keys[to-1])}}))
	}
	if from > 0 && from < to {
		links = append(links, c.link("prev", url.Values{"before": {restCursor(o.keys[from])}}))
	}
	c.setLinks(links)
	return o.items[from:to], nil
}

// restCursor hides a key; that it is not readable as text keeps clients from making their own.
func restCursor(key string) string { return base64.StdEncoding.EncodeToString([]byte(key)) }

func readRESTCursor(text string) (string, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", &restError{status: http.StatusUnprocessableEntity, message: "Invalid cursor"}
	}
	return string(key), nil
}

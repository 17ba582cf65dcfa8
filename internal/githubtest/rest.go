package githubtest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/community-digest/digest/internal/githubtest/openapi"
	"github.com/community-digest/digest/internal/githubtest/schema"
)

// call is one REST request on its way to a response.
type call struct {
	*Server
	q      *Request
	origin string
	route  *openapi.Route
	repo   *repoState // of routes under /repos
	status int        // of a successful response
	header http.Header
}

// rawBody is a response that is not JSON: a file, byte for byte.
type rawBody []byte

// restError is a refusal in GitHub's form.
type restError struct {
	status  int
	message string
	details []map[string]any
}

func (e *restError) Error() string { return e.message }

var errNotFound = &restError{status: http.StatusNotFound, message: "Not Found"}

// routes maps operations to handlers.
var routes = map[string]func(*call) (any, error){
	"GET /advisories":                                                    (*call).globalAdvisories,
	"GET /advisories/{ghsa_id}":                                          (*call).globalAdvisory,
	"GET /orgs/{org}/repos":                                              (*call).orgRepos,
	"GET /rate_limit":                                                    (*call).rateLimit,
	"GET /repos/{owner}/{repo}/git/blobs/{file_sha}":                     (*call).blob,
	"PATCH /repos/{owner}/{repo}/issues/{issue_number}":                  (*call).updateIssue,
	"GET /repos/{owner}/{repo}/issues/{issue_number}/events":             (*call).issueEvents,
	"POST /repos/{owner}/{repo}/issues/{issue_number}/labels":            (*call).addLabels,
	"POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": (*call).requestReviewers,
	"GET /repos/{owner}/{repo}/releases":                                 (*call).releases,
	"GET /repos/{owner}/{repo}/releases/tags/{tag}":                      (*call).releaseByTag,
	"GET /repos/{owner}/{repo}/security-advisories":                      (*call).repoAdvisories,
	"GET /search/repositories":                                           (*call).searchRepos,
	"GET /users/{username}/repos":                                        (*call).userRepos,
}

// rest serves a REST request and checks both it and its response against the description.
func (s *Server) rest(q *Request, r *http.Request) *answer {
	resource := "core"
	if strings.HasPrefix(q.Path, "/search/") {
		resource = "search"
	}
	b := s.bucket(resource, q.Token != "")
	if q.Path != "/rate_limit" && !b.take(1) {
		a := failure(http.StatusForbidden, "API rate limit exceeded for user ID 1.")
		b.headers(a.header)
		return a
	}
	c := &call{Server: s, q: q, origin: originOf(s, r), status: http.StatusOK, header: http.Header{}}
	a := c.answer(r)
	for name, values := range c.header {
		a.header[name] = values
	}
	b.headers(a.header)
	return a
}

func (c *call) answer(r *http.Request) *answer {
	if a := c.moved(); a != nil {
		return a
	}
	checked := *r
	checked.URL = &url.URL{Path: c.q.Path, RawQuery: r.URL.RawQuery}
	route, err := schema.CheckREST(&checked, c.q.Body)
	if err != nil {
		c.violation("%v", err)
		if route == nil {
			return failure(http.StatusNotFound, "Not Found")
		}
		return failure(http.StatusUnprocessableEntity, "Validation Failed: "+err.Error())
	}
	c.route = route
	value, err := c.handle()
	if err != nil {
		return c.refuse(err)
	}
	if raw, ok := value.(rawBody); ok {
		return &answer{status: c.status, header: http.Header{"Content-Type": {"application/vnd.github.raw; charset=utf-8"}}, body: raw}
	}
	a := jsonAnswer(c.status, value)
	if err := schema.REST().CheckAnswer(route, a.status, a.body); err != nil {
		c.violation("the response to %s %s breaks GitHub's schema: %v", c.q.Method, c.q.Path, err)
	}
	return a
}

func (c *call) handle() (any, error) {
	if owner, ok := c.route.Path["owner"]; ok {
		c.repo = c.index.repo(owner + "/" + c.route.Path["repo"])
		if c.repo == nil || c.repo.Private && c.q.Token == "" {
			return nil, errNotFound
		}
		if c.q.IsWrite() && (c.q.Token == "" || !c.repo.CanPush) {
			return nil, &restError{status: http.StatusForbidden, message: "Resource not accessible by integration"}
		}
	}
	handler := routes[c.q.Method+" "+c.route.Pattern]
	if handler == nil {
		return nil, fmt.Errorf("%s %s is described but not implemented", c.q.Method, c.route.Pattern)
	}
	return handler(c)
}

// refuse turns an error into a response; one that is not GitHub's is a lack of ours.
func (c *call) refuse(err error) *answer {
	var known *restError
	if !errors.As(err, &known) {
		c.violation("%s %s: %v", c.q.Method, c.q.Path, err)
		return failure(http.StatusNotImplemented, err.Error())
	}
	body := map[string]any{
		"message": known.message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(known.status),
	}
	if known.details != nil {
		body["errors"] = known.details
	}
	return jsonAnswer(known.status, body)
}

var repositoryPath = regexp.MustCompile(`^/repos/([^/]+/[^/]+)(.*)$`)

// moved redirects requests for an old name to the address by number, and reads that address.
func (c *call) moved() *answer {
	if rest, ok := strings.CutPrefix(c.q.Path, "/repositories/"); ok {
		id, tail, _ := strings.Cut(rest, "/")
		for _, r := range c.index.repos {
			if strconv.Itoa(r.id) == id {
				c.q.Path = strings.TrimSuffix("/repos/"+r.FullName()+"/"+tail, "/")
			}
		}
		return nil
	}
	m := repositoryPath.FindStringSubmatch(c.q.Path)
	if m == nil {
		return nil
	}
	r := c.index.repo(m[1])
	if r == nil || r.isNamed(m[1]) {
		return nil
	}
	return c.redirect(fmt.Sprintf("%s/repositories/%d%s", c.origin, r.id, m[2]))
}

func (c *call) redirect(to string) *answer {
	if query := c.q.Query.Encode(); query != "" {
		to += "?" + query
	}
	status := http.StatusMovedPermanently
	if c.q.Method != http.MethodGet {
		status = http.StatusTemporaryRedirect
	}
	a := jsonAnswer(status, map[string]any{
		"message": "Moved Permanently", "url": to,
		"documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
	})
	a.header.Set("Location", to)
	return a
}

// body reads the JSON body of a write.
func (c *call) body(into any) error {
	return json.Unmarshal(c.q.Body, into)
}

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

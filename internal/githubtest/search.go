package githubtest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// searchCap is how many results of a search can be reached.
const searchCap = 1000

// search is a parsed search text. It knows the qualifiers that select repositories and dates, and refuses others.
type search struct {
	words  []string
	owners []string
	repos  []string
	tests  []func(*repoState) bool
	times  map[string]func(time.Time) bool // created, updated
	forks  string                          // true, only, or false, which is GitHub's default
}

func parseSearch(text string) (*search, error) {
	q := &search{times: map[string]func(time.Time) bool{}}
	for _, term := range strings.Fields(text) {
		name, value, qualified := strings.Cut(term, ":")
		if !qualified {
			q.words = append(q.words, strings.ToLower(term))
			continue
		}
		if err := q.qualifier(name, strings.Trim(value, `"`)); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func (q *search) qualifier(name, value string) error {
	switch name {
	case "repo":
		q.repos = append(q.repos, value)
	case "org", "user":
		q.owners = append(q.owners, value)
	case "topic":
		q.tests = append(q.tests, func(r *repoState) bool { return slices.Contains(r.Topics, value) })
	case "archived":
		q.tests = append(q.tests, func(r *repoState) bool { return fmt.Sprint(r.Archived) == value })
	case "is":
		return q.is(value)
	case "fork":
		if value != "true" && value != "only" && value != "false" {
			return fmt.Errorf("search qualifier fork:%s is not known", value)
		}
		q.forks = value
	case "created", "updated":
		in, err := parseDates(value)
		if err != nil {
			return &restError{status: http.StatusUnprocessableEntity, message: err.Error()}
		}
		q.times[name] = in
	default:
		return fmt.Errorf("the fake cannot search by %s", name)
	}
	return nil
}

func (q *search) is(value string) error {
	if value != "public" && value != "private" {
		return fmt.Errorf("the fake cannot search by is:%s", value)
	}
	q.tests = append(q.tests, func(r *repoState) bool { return r.Private == (value == "private") })
	return nil
}

// inScope reports whether a repository is among those that the search names.
func (q *search) inScope(r *repoState) bool {
	if len(q.repos)+len(q.owners) == 0 {
		return true
	}
	return slices.ContainsFunc(q.repos, r.isNamed) ||
		slices.ContainsFunc(q.owners, func(o string) bool { return equalNames(o, r.Owner) })
}

func (q *search) matchesRepo(r *repoState) bool {
	return q.inScope(r) && q.in("created", r.created()) && q.in("updated", r.updated()) &&
		(q.forks == "true" || r.Fork == (q.forks == "only")) && q.hasWords(r.FullName()+" "+r.Description) &&
		!slices.ContainsFunc(q.tests, func(test func(*repoState) bool) bool { return !test(r) })
}

func (q *search) in(name string, t time.Time) bool { return q.times[name] == nil || q.times[name](t) }

func (q *search) hasWords(text string) bool {
	text = strings.ToLower(text)
	return !slices.ContainsFunc(q.words, func(w string) bool { return !strings.Contains(text, w) })
}

func equalNames(a, b string) bool { return strings.EqualFold(a, b) }

// advisoryDates are the times that the date parameters of the global list look at.
var advisoryDates = map[string]func(*Advisory) []time.Time{
	"published": func(a *Advisory) []time.Time { return []time.Time{a.PublishedAt} },
	"updated":   func(a *Advisory) []time.Time { return []time.Time{a.updated()} },
	"modified":  func(a *Advisory) []time.Time { return []time.Time{a.PublishedAt, a.updated()} },
}

// parseDates reads GitHub's search syntax for dates: "A..B", "A..*", ">=A", ">A", "<=A", "<A" or "A", each of which
// is a day (in UTC) or a time. A day as an upper bound ends with that day.
func parseDates(text string) (func(time.Time) bool, error) {
	if text == "" {
		return func(time.Time) bool { return true }, nil
	}
	for _, op := range []string{">=", "<=", ">", "<"} {
		if rest, ok := strings.CutPrefix(text, op); ok {
			return compareDate(op, rest)
		}
	}
	low, high, isRange := strings.Cut(text, "..")
	if !isRange {
		high = low
	}
	from, _, err1 := parseDate(low)
	_, to, err2 := parseDate(high)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return func(t time.Time) bool {
		return (low == "*" || !t.Before(from)) && (high == "*" || t.Before(to))
	}, nil
}

func compareDate(op, text string) (func(time.Time) bool, error) {
	from, to, err := parseDate(text)
	if err != nil {
		return nil, err
	}
	return func(t time.Time) bool {
		switch op {
		case ">=":
			return !t.Before(from)
		case "<=":
			return t.Before(to)
		case ">":
			return !t.Before(to)
		}
		return t.Before(from)
	}, nil
}

// parseDate returns the day, or the second, that a text names as [from, to).
func parseDate(text string) (from, to time.Time, err error) {
	if text == "*" {
		return from, to, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, day.AddDate(0, 0, 1), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, t.Add(time.Second), nil
		}
	}
	return from, to, fmt.Errorf("%q is not a date", text)
}

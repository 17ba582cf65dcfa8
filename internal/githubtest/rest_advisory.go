package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func (c *call) repoAdvisories() (any, error) {
	list := c.repo.Advisories
	q := c.q.Query
	state := q.Get("state")
	items, err := c.cursorPage(c.orderAdvisories(list, firstOf(q.Get("sort"), "created"), func(a *Advisory) bool {
		return (a.state() == "published" || c.pushes()) && (state == "" || a.state() == state)
	}))
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, i := range items {
		out = append(out, c.repoAdvisoryFacts(&list[i]))
	}
	return out, nil
}

// orderAdvisories puts the wanted advisories in order, the newest first unless direction says otherwise.
func (c *call) orderAdvisories(list []Advisory, by string, want func(*Advisory) bool) *order {
	key := func(i int) string {
		a := &list[i]
		switch by {
		case "created":
			return timeKey(a.created(), i)
		case "updated":
			return timeKey(a.updated(), i)
		}
		return timeKey(a.PublishedAt, i)
	}
	all := orderBy(len(list), c.q.Query.Get("direction") != "asc", key)
	kept := &order{desc: all.desc}
	for n, i := range all.items {
		if want(&list[i]) {
			kept.keys, kept.items = append(kept.keys, all.keys[n]), append(kept.items, i)
		}
	}
	return kept
}

func (c *call) repoAdvisory() (any, error) {
	for i := range c.repo.Advisories {
		a := &c.repo.Advisories[i]
		if a.GHSAID == c.route.Path["ghsa_id"] && (a.state() == "published" || c.pushes()) {
			return c.repoAdvisoryFacts(a), nil
		}
	}
	return nil, errNotFound
}

func (c *call) globalAdvisory() (any, error) {
	for i := range c.world.Advisories {
		if a := &c.world.Advisories[i]; a.GHSAID == c.route.Path["ghsa_id"] {
			return c.globalAdvisoryFacts(a), nil
		}
	}
	return nil, errNotFound
}

func (c *call) globalAdvisories() (any, error) {
	want, err := c.globalFilter()
	if err != nil {
		return nil, err
	}
	list := c.world.Advisories
	items, err := c.cursorPage(c.orderAdvisories(list, firstOf(c.q.Query.Get("sort"), "published"), want))
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, i := range items {
		out = append(out, c.globalAdvisoryFacts(&list[i]))
	}
	return out, nil
}

// globalFilter reads the parameters of the global list. One that it cannot evaluate is an error, not "all".
func (c *call) globalFilter() (func(*Advisory) bool, error) {
	q := c.q.Query
	var tests []func(*Advisory) bool
	equal := func(name string, of func(*Advisory) string) {
		if want := q.Get(name); want != "" {
			tests = append(tests, func(a *Advisory) bool { return of(a) == want })
		}
	}
	equal("ghsa_id", func(a *Advisory) string { return a.GHSAID })
	equal("cve_id", func(a *Advisory) string { return a.CVEID })
	equal("severity", func(a *Advisory) string { return firstOf(a.Severity, "unknown") })
	equal("is_withdrawn", func(a *Advisory) string { return fmt.Sprint(!a.WithdrawnAt.IsZero()) })
	equal("type", (*Advisory).kind)
	if !q.Has("type") && !q.Has("ghsa_id") && !q.Has("cve_id") {
		tests = append(tests, func(a *Advisory) bool { return a.kind() == "reviewed" })
	}
	affected, err := c.affectsFilter()
	if err != nil {
		return nil, err
	}
	tests = append(tests, affected...)
	for name, dates := range advisoryDates {
		in, err := parseDates(q.Get(name))
		if err != nil {
			return nil, &restError{status: http.StatusUnprocessableEntity, message: fmt.Sprintf("%s: %v", name, err)}
		}
		tests = append(tests, func(a *Advisory) bool { return slices.ContainsFunc(dates(a), in) })
	}
	for _, name := range []string{"cwes", "cwes[]", "epss_percentage", "epss_percentile"} {
		if q.Has(name) {
			return nil, fmt.Errorf("parameter %s: the fake cannot filter by it", name)
		}
	}
	return func(a *Advisory) bool {
		return !slices.ContainsFunc(tests, func(test func(*Advisory) bool) bool { return !test(a) })
	}, nil
}

// affectsFilter reads affects, which names packages, and ecosystem.
func (c *call) affectsFilter() ([]func(*Advisory) bool, error) {
	var tests []func(*Advisory) bool
	packages := slices.Clone(c.q.Query["affects[]"])
	if list := c.q.Query.Get("affects"); list != "" {
		packages = append(packages, strings.Split(list, ",")...)
	}
	for _, p := range packages {
		if strings.LastIndex(p, "@") > 0 { // not the scope of @scope/name
			return nil, fmt.Errorf("affects=%s: the fake does not compare versions", p)
		}
	}
	if len(packages) > 0 {
		tests = append(tests, func(a *Advisory) bool { return slices.ContainsFunc(packages, a.affects) })
	}
	if ecosystem := c.q.Query.Get("ecosystem"); ecosystem != "" {
		tests = append(tests, func(a *Advisory) bool {
			return slices.ContainsFunc(a.Vulnerabilities, func(v Vulnerability) bool { return v.Ecosystem == ecosystem })
		})
	}
	return tests, nil
}

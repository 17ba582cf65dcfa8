package githubtest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/community-digest/digest/internal/githubtest/schema"
)

// Advisory is a security advisory: one of a repository's own list, or one of the global database.
type Advisory struct {
	GHSAID          string          `json:"ghsa_id"`
	CVEID           string          `json:"cve_id"`   // empty: null
	Type            string          `json:"type"`     // global: reviewed (also when empty), unreviewed or malware
	State           string          `json:"state"`    // repository: published (also when empty), draft, triage, closed or withdrawn
	Severity        string          `json:"severity"` // low, medium, high, critical; global also unknown
	Summary         string          `json:"summary"`
	Description     string          `json:"description"`
	Repo            string          `json:"repo"` // global: "owner/name" of the repository advisory, or empty
	CreatedAt       time.Time       `json:"created_at"`
	PublishedAt     time.Time       `json:"published_at"`
	UpdatedAt       time.Time       `json:"updated_at"` // default: PublishedAt
	WithdrawnAt     time.Time       `json:"withdrawn_at"`
	ClosedAt        time.Time       `json:"closed_at"`
	CVSSv3          *CVSS           `json:"cvss_v3"`
	CVSSv4          *CVSS           `json:"cvss_v4"`
	Vulnerabilities []Vulnerability `json:"vulnerabilities"`
	Author          string          `json:"author"`
	Credits         []Credit        `json:"credits"`
}

// CVSS is a severity vector with its score.
type CVSS struct {
	Vector string  `json:"vector"`
	Score  float64 `json:"score"`
}

// Vulnerability is an affected range of a package.
type Vulnerability struct {
	Ecosystem string `json:"ecosystem"` // REST's name: go, npm, pip, other, …
	Package   string `json:"package"`
	Range     string `json:"range"`
	Patched   string `json:"patched"` // first version with the fix; empty: none
}

// Credit thanks a person.
type Credit struct {
	Login string `json:"login"`
	Type  string `json:"type"` // default: reporter
}

func (a *Advisory) kind() string { return firstOf(a.Type, "reviewed") }

func (a *Advisory) state() string { return firstOf(a.State, "published") }

func (a *Advisory) updated() time.Time { return firstTime(a.UpdatedAt, a.PublishedAt, a.created()) }

func (a *Advisory) created() time.Time { return firstTime(a.CreatedAt, a.PublishedAt, epoch) }

// affects reports whether the advisory names a package.
func (a *Advisory) affects(name string) bool {
	for _, v := range a.Vulnerabilities {
		if v.Package == name {
			return true
		}
	}
	return false
}

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

// sharedFacts are the parts that both kinds of advisory share.
func (a *Advisory) sharedFacts() map[string]any {
	identifiers := []map[string]any{{"type": "GHSA", "value": a.GHSAID}}
	if a.CVEID != "" {
		identifiers = append(identifiers, map[string]any{"type": "CVE", "value": a.CVEID})
	}
	facts := map[string]any{
		"ghsa_id": a.GHSAID, "cve_id": orNull(a.CVEID), "summary": a.Summary, "description": orNull(a.Description),
		"identifiers": identifiers, "cwes": []any{}, "published_at": stamp(a.PublishedAt), "updated_at": stamp(a.updated()),
		"withdrawn_at": stamp(a.WithdrawnAt), "cvss": vector(cmpOr(a.CVSSv3, a.CVSSv4)),
		"cvss_severities": map[string]any{"cvss_v3": vector(a.CVSSv3), "cvss_v4": vector(a.CVSSv4)},
	}
	return facts
}

func vector(c *CVSS) map[string]any {
	if c == nil {
		return map[string]any{"vector_string": nil, "score": nil}
	}
	return map[string]any{"vector_string": c.Vector, "score": c.Score}
}

func cmpOr(a, b *CVSS) *CVSS {
	if a != nil {
		return a
	}
	return b
}

func (c *call) repoAdvisoryFacts(a *Advisory) map[string]any {
	facts := a.sharedFacts()
	vulnerabilities, credits, detailed := []map[string]any{}, []map[string]any{}, []map[string]any{}
	for _, v := range a.Vulnerabilities {
		vulnerabilities = append(vulnerabilities, map[string]any{
			"package":                  map[string]any{"ecosystem": v.Ecosystem, "name": orNull(v.Package)},
			"vulnerable_version_range": orNull(v.Range), "patched_versions": orNull(v.Patched),
		})
	}
	for _, x := range a.Credits {
		kind := firstOf(x.Type, "reporter")
		credits = append(credits, map[string]any{"login": x.Login, "type": kind})
		detailed = append(detailed, map[string]any{"user": c.userFacts(x.Login), "type": kind, "state": "accepted"})
	}
	maps.Copy(facts, map[string]any{
		"state": a.state(), "severity": orNull(a.Severity), "author": c.userFacts(a.Author),
		"created_at": stamp(a.created()), "closed_at": stamp(a.ClosedAt),
		"html_url":        webURL + c.repo.FullName() + "/security/advisories/" + a.GHSAID,
		"url":             c.origin + "/repos/" + c.repo.FullName() + "/security-advisories/" + a.GHSAID,
		"vulnerabilities": vulnerabilities, "credits": credits, "credits_detailed": detailed,
	})
	return schema.REST().Fill("repository-advisory", facts)
}

func (c *call) globalAdvisoryFacts(a *Advisory) map[string]any {
	facts := a.sharedFacts()
	vulnerabilities, credits := []map[string]any{}, []map[string]any{}
	for _, v := range a.Vulnerabilities {
		vulnerabilities = append(vulnerabilities, map[string]any{
			"package":                  map[string]any{"ecosystem": v.Ecosystem, "name": orNull(v.Package)},
			"vulnerable_version_range": orNull(v.Range), "first_patched_version": orNull(v.Patched),
		})
	}
	for _, x := range a.Credits {
		credits = append(credits, map[string]any{"user": c.userFacts(x.Login), "type": firstOf(x.Type, "reporter")})
	}
	source, own := any(nil), any(nil)
	if a.Repo != "" {
		source = webURL + a.Repo
		own = c.origin + "/repos/" + a.Repo + "/security-advisories/" + a.GHSAID
	}
	maps.Copy(facts, map[string]any{
		"type": a.kind(), "severity": firstOf(a.Severity, "unknown"),
		"url": c.origin + "/advisories/" + a.GHSAID, "html_url": webURL + "advisories/" + a.GHSAID,
		"source_code_location": source, "repository_advisory_url": own,
		"vulnerabilities": vulnerabilities, "credits": credits,
	})
	return schema.REST().Fill("global-advisory", facts)
}

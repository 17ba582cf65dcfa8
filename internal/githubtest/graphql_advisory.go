package githubtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// advisoryNode is an advisory of the global database. GraphQL knows no other.
type advisoryNode struct {
	s *Server
	*Advisory
}

// advisoryNode finds a reviewed or malware advisory by its GHSA id, or returns nil.
func (s *Server) advisoryNode(ghsa string) *advisoryNode {
	for i := range s.world.Advisories {
		if a := &s.world.Advisories[i]; a.GHSAID == ghsa && a.kind() != "unreviewed" {
			return &advisoryNode{s, a}
		}
	}
	return nil
}

func (r *root) advisory(ghsa string) any { return orNil(r.advisoryNode(ghsa)) }

// advisories is the connection of the global database.
func (r *root) advisories(args execute.Args) (any, error) {
	for _, name := range []string{"epssPercentage", "epssPercentile"} {
		if args[name] != nil {
			return nil, fmt.Errorf("argument %s: the fake cannot filter by it", name)
		}
	}
	published, err1 := since(args.Text("publishedSince"))
	updated, err2 := since(args.Text("updatedSince"))
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	list := r.world.Advisories
	by := args.Object("orderBy")
	o := orderBy(len(list), descending(by, true), func(i int) string {
		if by.Text("field") == "PUBLISHED_AT" {
			return timeKey(list[i].PublishedAt, i)
		}
		return timeKey(list[i].updated(), i)
	})
	keep := func(i int) bool {
		a := &list[i]
		kinds := args.Texts("classifications")
		return a.kind() != "unreviewed" && published(a.PublishedAt) && updated(a.updated()) &&
			(len(kinds) == 0 || slices.Contains(kinds, a.classification())) && a.identifiedBy(args.Object("identifier"))
	}
	return &connection{typ: "SecurityAdvisory", order: o, args: args, keep: keep,
		node: func(i int) execute.Object { return &advisoryNode{r.Server, &list[i]} }}, nil
}

func since(text string) (func(time.Time) bool, error) {
	if text == "" {
		return func(time.Time) bool { return true }, nil
	}
	return compareDate(">=", text)
}

func (a *Advisory) classification() string {
	if a.kind() == "malware" {
		return "MALWARE"
	}
	return "GENERAL"
}

func (a *Advisory) identifiedBy(filter execute.Args) bool {
	value := filter.Text("value")
	return value == "" || value == a.GHSAID || value == a.CVEID
}

// severity is GraphQL's word for it.
func (a *Advisory) severity() string {
	if s := strings.ToUpper(a.Severity); s != "MEDIUM" {
		return s
	}
	return "MODERATE"
}

// TypeName implements execute.Object.
func (n *advisoryNode) TypeName() string { return "SecurityAdvisory" }

// Field implements execute.Object.
func (n *advisoryNode) Field(name string, args execute.Args) (any, error) {
	switch name {
	case "id":
		return nodeID("GSA", n.GHSAID), nil
	case "ghsaId":
		return n.GHSAID, nil
	case "databaseId":
		return numberOf("advisory", n.GHSAID), nil
	case "classification":
		return n.classification(), nil
	case "severity":
		return n.Advisory.severity(), nil
	case "description":
		return n.Description, nil
	case "origin":
		return "UNSPECIFIED", nil
	case "permalink":
		return webURL + "advisories/" + n.GHSAID, nil
	case "updatedAt":
		return n.updated(), nil
	case "identifiers":
		return n.identifiers(), nil
	case "references":
		return n.references(), nil
	case "cvssSeverities":
		return record("CvssSeverities", map[string]any{"cvssV3": cvssRecord(n.CVSSv3), "cvssV4": cvssRecord(n.CVSSv4)}), nil
	case "epss":
		if n.EPSS == nil {
			return nil, nil
		}
		return record("EPSS", map[string]any{"percentage": n.EPSS.Percentage, "percentile": n.EPSS.Percentile}), nil
	case "cwes":
		return listOf("CWE", n.CWEs, args, func(w CWE) execute.Object {
			return record("CWE", map[string]any{"id": nodeID("CWE", w.ID), "cweId": w.ID, "name": w.Name, "description": w.Name})
		}), nil
	case "vulnerabilities":
		return n.vulnerabilities(args)
	}
	return fact(n.Advisory, name)
}

func (n *advisoryNode) identifiers() []any {
	out := []any{record("SecurityAdvisoryIdentifier", map[string]any{"type": "GHSA", "value": n.GHSAID})}
	if n.CVEID != "" {
		out = append(out, record("SecurityAdvisoryIdentifier", map[string]any{"type": "CVE", "value": n.CVEID}))
	}
	return out
}

func (n *advisoryNode) references() []any {
	out := []any{}
	for _, r := range n.References {
		out = append(out, record("SecurityAdvisoryReference", map[string]any{"url": r}))
	}
	return out
}

func cvssRecord(c *CVSS) any {
	if c == nil {
		return nil
	}
	return record("CVSS", map[string]any{"score": c.Score, "vectorString": c.Vector})
}

// vulnerabilities is the connection of affected ranges.
func (n *advisoryNode) vulnerabilities(args execute.Args) (any, error) {
	for _, name := range []string{"classifications", "severities"} {
		if args[name] != nil {
			return nil, fmt.Errorf("argument %s: the fake cannot filter by it", name)
		}
	}
	var list []Vulnerability
	for _, v := range n.Vulnerabilities {
		pkg, ecosystem := args.Text("package"), args.Text("ecosystem")
		if (pkg == "" || pkg == v.Package) && (ecosystem == "" || ecosystem == strings.ToUpper(v.Ecosystem)) {
			list = append(list, v)
		}
	}
	return listOf("SecurityVulnerability", list, args, n.vulnerability), nil
}

func (n *advisoryNode) vulnerability(v Vulnerability) execute.Object {
	patched := any(nil)
	if v.Patched != "" {
		patched = record("SecurityAdvisoryPackageVersion", map[string]any{"identifier": v.Patched})
	}
	return record("SecurityVulnerability", map[string]any{
		"advisory": n, "severity": n.Advisory.severity(), "updatedAt": n.updated(), "firstPatchedVersion": patched,
		"vulnerableVersionRange": v.Range,
		"package": record("SecurityAdvisoryPackage",
			map[string]any{"ecosystem": strings.ToUpper(v.Ecosystem), "name": v.Package}),
	})
}

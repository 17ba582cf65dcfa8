package githubtest

import (
	"maps"

	"github.com/community-digest/digest/internal/githubtest/schema"
)

// sharedFacts are the parts that both kinds of advisory share.
func (a *Advisory) sharedFacts() map[string]any {
	identifiers := []map[string]any{{"type": "GHSA", "value": a.GHSAID}}
	if a.CVEID != "" {
		identifiers = append(identifiers, map[string]any{"type": "CVE", "value": a.CVEID})
	}
	cwes := []map[string]any{}
	for _, w := range a.CWEs {
		cwes = append(cwes, map[string]any{"cwe_id": w.ID, "name": w.Name})
	}
	facts := map[string]any{
		"ghsa_id": a.GHSAID, "cve_id": orNull(a.CVEID), "summary": a.Summary, "description": orNull(a.Description),
		"identifiers": identifiers, "cwes": cwes, "published_at": stamp(a.PublishedAt), "updated_at": stamp(a.updated()),
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
			"vulnerable_functions": append([]string{}, v.Functions...),
		})
	}
	for _, x := range a.Credits {
		kind := firstOf(x.Type, "reporter")
		credits = append(credits, map[string]any{"login": x.Login, "type": kind})
		detailed = append(detailed, map[string]any{"user": c.userFacts(x.Login), "type": kind, "state": "accepted"})
	}
	ids := []string{}
	for _, w := range a.CWEs {
		ids = append(ids, w.ID)
	}
	maps.Copy(facts, map[string]any{
		"state": a.state(), "severity": orNull(a.Severity), "author": c.userFacts(a.Author),
		"publisher": c.userFacts(a.Publisher), "created_at": stamp(a.created()), "closed_at": stamp(a.ClosedAt),
		"html_url": webURL + c.repo.FullName() + "/security/advisories/" + a.GHSAID, "cwe_ids": ids,
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
			"vulnerable_functions": append([]string{}, v.Functions...),
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
		"type": a.kind(), "severity": firstOf(a.Severity, "unknown"), "references": append([]string{}, a.References...),
		"url": c.origin + "/advisories/" + a.GHSAID, "html_url": webURL + "advisories/" + a.GHSAID,
		"source_code_location": source, "repository_advisory_url": own, "github_reviewed_at": stamp(a.ReviewedAt),
		"nvd_published_at": stamp(a.NVDPublishedAt), "vulnerabilities": vulnerabilities, "credits": credits,
	})
	if a.EPSS != nil {
		facts["epss"] = map[string]any{"percentage": a.EPSS.Percentage, "percentile": a.EPSS.Percentile}
	}
	return schema.REST().Fill("global-advisory", facts)
}

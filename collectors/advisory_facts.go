package collectors

import (
	"time"

	gogithub "github.com/google/go-github/v57/github"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// repositoryAdvisory is an advisory of a repository's own list, with the field that
// go-github v57 lacks.
// See https://docs.github.com/rest/security-advisories/repository-advisories.
type repositoryAdvisory struct {
	gogithub.SecurityAdvisory
	CVSSSeverities cvssSeverities `json:"cvss_severities"`
}

// cvssSeverities are the scores by version of the standard; a version without a score is null.
type cvssSeverities struct {
	V3 *cvssScore `json:"cvss_v3"`
	V4 *cvssScore `json:"cvss_v4"`
}

type cvssScore struct {
	Vector string  `json:"vector_string"`
	Score  float64 `json:"score"`
}

func (w *repositoryAdvisory) advisory(client *github.Client, repo digest.Repo) digest.Advisory {
	u := page(client, w.GetHTMLURL())
	a := advisoryFacts(&w.SecurityAdvisory, w.CVSSSeverities)
	a.Repo, a.URL = repoOf(client, u, repo), u
	for _, v := range w.Vulnerabilities {
		a.Packages = append(a.Packages, affected(v.Package, v.GetVulnerableVersionRange(), v.GetPatchedVersions()))
	}
	for _, credit := range w.Credits {
		a.Credits = append(a.Credits, markdown.Untrusted(credit.GetLogin()))
	}
	return a
}

// advisoryFacts takes over what both kinds of wire types share.
func advisoryFacts(w *gogithub.SecurityAdvisory, scores cvssSeverities) digest.Advisory {
	a := digest.Advisory{
		Item:        digest.Item{ID: digest.ID(w.GetGHSAID())},
		Summary:     markdown.Untrusted(w.GetSummary()),
		Description: markdown.Prose(w.GetDescription()),
		Severity:    digest.ParseSeverity(w.GetSeverity()),
		PublishedAt: at(w.PublishedAt),
		UpdatedAt:   at(w.UpdatedAt),
		WithdrawnAt: at(w.WithdrawnAt),
	}
	switch {
	case scores.V4 != nil && scores.V4.Score > 0: // the newer standard, where both are given
		a.CVSS = digest.CVSS{Score: scores.V4.Score, Vector: markdown.Untrusted(scores.V4.Vector)}
	case scores.V3 != nil && scores.V3.Score > 0:
		a.CVSS = digest.CVSS{Score: scores.V3.Score, Vector: markdown.Untrusted(scores.V3.Vector)}
	case w.CVSS != nil && w.CVSS.Score != nil && *w.CVSS.Score > 0:
		a.CVSS = digest.CVSS{Score: *w.CVSS.Score, Vector: markdown.Untrusted(w.CVSS.GetVectorString())}
	}
	if id := w.GetCVEID(); id != "" {
		a.CVEs = []markdown.Text{markdown.Untrusted(id)}
	}
	return a
}

func affected(p *gogithub.VulnerabilityPackage, versions, patched string) digest.Package {
	return digest.Package{
		Ecosystem: markdown.Untrusted(p.GetEcosystem()),
		Name:      markdown.Untrusted(p.GetName()),
		Affected:  markdown.Untrusted(versions),
		Patched:   markdown.Untrusted(patched),
	}
}

func at(t *gogithub.Timestamp) time.Time {
	if t == nil || t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

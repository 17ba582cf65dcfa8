package githubtest

import "time"

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
	ReviewedAt      time.Time       `json:"reviewed_at"`
	NVDPublishedAt  time.Time       `json:"nvd_published_at"`
	CVSSv3          *CVSS           `json:"cvss_v3"`
	CVSSv4          *CVSS           `json:"cvss_v4"`
	EPSS            *EPSS           `json:"epss"`
	CWEs            []CWE           `json:"cwes"`
	References      []string        `json:"references"`
	Vulnerabilities []Vulnerability `json:"vulnerabilities"`
	Author          string          `json:"author"`
	Publisher       string          `json:"publisher"`
	Credits         []Credit        `json:"credits"`
}

// CVSS is a severity vector with its score.
type CVSS struct {
	Vector string  `json:"vector"`
	Score  float64 `json:"score"`
}

// EPSS is how likely an exploit is.
type EPSS struct {
	Percentage float64 `json:"percentage"`
	Percentile float64 `json:"percentile"`
}

// CWE is a class of weakness.
type CWE struct {
	ID   string `json:"id"` // "CWE-79"
	Name string `json:"name"`
}

// Vulnerability is an affected range of a package.
type Vulnerability struct {
	Ecosystem string   `json:"ecosystem"` // REST's name: go, npm, pip, other, …
	Package   string   `json:"package"`
	Range     string   `json:"range"`
	Patched   string   `json:"patched"` // first version with the fix; empty: none
	Functions []string `json:"functions"`
}

// Credit thanks somebody.
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

package githubtest

import (
	"slices"
	"time"
)

// Release is a release of a repository.
type Release struct {
	TagName         string         `json:"tag_name"`
	Name            string         `json:"name"` // empty: null, as when only a tag was given
	Body            string         `json:"body"` // empty: null
	Draft           bool           `json:"draft"`
	Prerelease      bool           `json:"prerelease"`
	Immutable       bool           `json:"immutable"`
	TargetCommitish string         `json:"target_commitish"`
	CreatedAt       time.Time      `json:"created_at"`  // REST: the date of the tagged commit, which the list is ordered by; default: PublishedAt
	RecordedAt      time.Time      `json:"recorded_at"` // GraphQL's createdAt; default: CreatedAt
	PublishedAt     time.Time      `json:"published_at"`
	UpdatedAt       time.Time      `json:"updated_at"`
	Author          string         `json:"author"`
	Reactions       map[string]int `json:"reactions"`
	Assets          []Asset        `json:"assets"`
}

// Asset is a file attached to a release.
type Asset struct {
	Name          string `json:"name"`
	ContentType   string `json:"content_type"`
	Size          int    `json:"size"`
	DownloadCount int    `json:"download_count"`
}

func (r *Release) created() time.Time { return firstTime(r.CreatedAt, r.PublishedAt, epoch) }

func (r *Release) recorded() time.Time { return firstTime(r.RecordedAt, r.created()) }

func (r *Release) updated() time.Time { return firstTime(r.UpdatedAt, r.PublishedAt, r.created()) }

// latestRelease returns the newest published full release by the date of its commit, as GitHub chooses it.
func (r *Repo) latestRelease() *Release {
	var best *Release
	for i := range r.Releases {
		candidate := &r.Releases[i]
		if !candidate.Draft && !candidate.Prerelease && (best == nil || candidate.created().After(best.created())) {
			best = candidate
		}
	}
	return best
}

// release finds a published release by its tag.
func (r *Repo) release(tag string) *Release {
	i := slices.IndexFunc(r.Releases, func(x Release) bool { return x.TagName == tag && !x.Draft })
	if i < 0 {
		return nil
	}
	return &r.Releases[i]
}

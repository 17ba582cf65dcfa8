package collectors

import "github.com/community-digest/digest/internal/github"

// newDiscussions, newReleases and newAdvisories collect one kind alone.

func newDiscussions(c *github.Client, list []DiscussionSource) *GitHub {
	return NewGitHub(c, Sources{Discussions: list})
}

func newReleases(c *github.Client, list []ReleaseSource) *GitHub {
	return NewGitHub(c, Sources{Releases: list})
}

func newAdvisories(c *github.Client, list []AdvisorySource) *GitHub {
	return NewGitHub(c, Sources{Advisories: list})
}

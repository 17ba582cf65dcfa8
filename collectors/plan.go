package collectors

import (
	"math"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
)

// Step is a part of a run with its expected cost.
type Step struct {
	Name     string `json:"name"`
	Requests int    `json:"requests"`
	Points   int    `json:"graphql_points"`
}

// Activity is how much is expected to have happened in a period. It decides how many
// documents read the items, and nothing else.
type Activity struct {
	Discussions int // opened, answered or active
	Releases    int // published
}

// Plan predicts what collecting costs, without a request. It is what GitHub charges
// when nothing fails and every list ends on its first page, as nearly all do.
// See https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api.
func (c *GitHub) Plan(a Activity) []Step {
	l := c.lists()
	var steps []Step
	add := func(name string, requests, points int) {
		if requests > 0 {
			steps = append(steps, Step{name, requests, points})
		}
	}
	if c.client.Authenticated() {
		connections := 0
		for _, repo := range l.repos {
			connections += repo.connections()
		}
		documents := github.RepoDocuments(len(l.repos))
		add("lists of discussions and releases", documents, points(documents, connections))
		if len(l.discussions) == 0 {
			a.Discussions = 0
		}
		if len(l.releases) == 0 {
			a.Releases = 0
		}
		documents = github.NodeDocuments(a.Discussions, a.Releases)
		add("discussions and releases of the period", documents, points(documents, a.Discussions*(2+commentPage(a.Discussions))))
	} else {
		add("lists of releases", len(l.releases), 0)
	}
	exact := 0
	for _, list := range l.advisories {
		if list.mode == Exact {
			exact++
		}
	}
	add("repositories' security advisories", exact, 0)
	if len(l.advisories) > 0 {
		add(digest.AdvisoryDatabase, len(databaseQueries(digest.Period{}, exact < len(l.advisories))), 0)
	}
	return steps
}

// connections counts the lists that a document requests of a repository.
func (l *repoLists) connections() int {
	n := 0
	if l.discussions != nil {
		n++
	}
	if l.releases != nil {
		n++
	}
	return n
}

// points is the cost of so many connections in so many documents: a hundredth of a point
// each, and at least a point for every document.
func points(documents, connections int) int {
	return max(documents, int(math.Round(float64(connections)/100)))
}

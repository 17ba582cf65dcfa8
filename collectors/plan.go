package collectors

import (
	"math"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
)

// Step is a part of a run, and what it is expected to cost.
type Step struct {
	Name     string `json:"name"`
	Requests int    `json:"requests"`
	Points   int    `json:"graphql_points"`
}

// Activity is how much is expected to have happened in a period: it decides how many
// documents tell about the items, and nothing else.
type Activity struct {
	Discussions int // that something happened in
	Releases    int // that were published
}

// Plan predicts what collecting costs, without asking anybody. It is what GitHub charges
// when nothing fails and every list ends on its first page, as nearly all of them do.
// See https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api.
func (c *GitHub) Plan(a Activity) []Step {
	w := c.watch()
	var steps []Step
	add := func(name string, requests, points int) {
		if requests > 0 {
			steps = append(steps, Step{name, requests, points})
		}
	}
	if c.client.Authenticated() {
		lists := 0
		for _, l := range w.repos {
			lists += l.connections()
		}
		documents := github.RepoDocuments(len(w.repos))
		add("lists of discussions and releases", documents, points(documents, lists))
		if len(w.discussions) == 0 {
			a.Discussions = 0
		}
		if len(w.releases) == 0 {
			a.Releases = 0
		}
		documents = github.NodeDocuments(a.Discussions, a.Releases)
		add("discussions and releases of the period", documents, points(documents, a.Discussions*(2+commentPage(a.Discussions))))
	} else {
		add("lists of releases", len(w.releases), 0)
	}
	own, alone := 0, false
	for _, l := range w.advisories {
		if l.mode == Exact {
			own++
		} else {
			alone = true
		}
	}
	add("repositories' security advisories", own, 0)
	if len(w.advisories) > 0 {
		add(digest.AdvisoryDatabase, len(globalQueries(digest.Period{}, alone)), 0)
	}
	return steps
}

// connections counts the lists that a document asks for.
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

// points is what so many connections cost in so many documents: a hundredth of a point
// each, and a point for every document at least.
func points(documents, connections int) int {
	return max(documents, int(math.Round(float64(connections)/100)))
}

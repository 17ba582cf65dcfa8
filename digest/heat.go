package digest

import (
	"cmp"
	"slices"
)

// Heat is the explained score that ranks discussions. Only what happened inside
// the period counts, so that an old thread with many votes does not lead every
// week; bots and the author's own comments do not count.
type Heat struct {
	// People counts the people other than the author who wrote in the period.
	People int
	// Comments counts what those people wrote.
	Comments int
	// Score is 3 for each of the people and 1 for each of their comments: ten people
	// who say one thing each are hotter than two who argue.
	Score int
}

const heatPerPerson = 3

// heatOf computes the heat of a discussion from its activity in the period.
func heatOf(d *Discussion) Heat {
	h := Heat{Comments: d.Activity.Others}
	for _, p := range d.Activity.Participants {
		if p != d.Author.Login {
			h.People++
		}
	}
	h.Score = heatPerPerson*h.People + h.Comments
	return h
}

// ranked is a discussion with its heat. It points, because discussions are large and
// sorting moves them.
type ranked struct {
	*Discussion
	Heat
}

// byHeat is a total order: the hottest first, then the newest, then by repository and number.
func byHeat(a, b ranked) int {
	if c := cmp.Compare(a.Score, b.Score); c != 0 {
		return -c
	}
	if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
		return -c
	}
	return cmp.Or(
		compareRepos(a.Repo, b.Repo),
		cmp.Compare(a.Number, b.Number),
		cmp.Compare(a.ID, b.ID),
	)
}

// topics turns discussions into topics, the hottest first.
func topics(discussions []*Discussion, p Period) []Topic {
	order := make([]ranked, 0, len(discussions))
	for _, d := range discussions {
		order = append(order, ranked{d, heatOf(d)})
	}
	slices.SortFunc(order, byHeat)
	out := make([]Topic, 0, len(order))
	for _, r := range order {
		out = append(out, Topic{
			Discussion: r.in(p.Location()),
			Heat:       r.Heat,
			Opened:     r.opened(p),
			Answered:   r.answered(p),
			Active:     r.active(),
		})
	}
	return out
}

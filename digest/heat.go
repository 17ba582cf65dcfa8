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
func heatOf(d Discussion) Heat {
	h := Heat{Comments: d.Activity.Others}
	for _, p := range d.Activity.Participants {
		if p != d.Author.Login {
			h.People++
		}
	}
	h.Score = heatPerPerson*h.People + h.Comments
	return h
}

// byHeat is a total order: the hottest first, then the newest, then by repository and number.
func byHeat(a, b *Topic) int {
	return cmp.Or(
		-cmp.Compare(a.Heat.Score, b.Heat.Score),
		-a.CreatedAt.Compare(b.CreatedAt),
		compareRepos(a.Repo, b.Repo),
		cmp.Compare(a.Number, b.Number),
		cmp.Compare(a.ID, b.ID),
	)
}

// topic tells what happened to a discussion in the period.
func topic(d Discussion, p Period) *Topic {
	return &Topic{
		Discussion: d,
		Heat:       heatOf(d),
		Opened:     p.Contains(d.CreatedAt),
		Answered:   p.Contains(d.AnsweredAt),
		Active:     d.Activity.Comments+d.Activity.Replies > 0,
	}
}

// topics turns discussions into topics, the hottest first. It sorts pointers: a topic is large.
func topics(discussions []Discussion, p Period) []Topic {
	order := make([]*Topic, 0, len(discussions))
	for _, d := range discussions {
		order = append(order, topic(d, p))
	}
	slices.SortFunc(order, byHeat)
	out := make([]Topic, 0, len(order))
	for _, t := range order {
		out = append(out, *t)
	}
	return out
}

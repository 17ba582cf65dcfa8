package github

import (
	"context"

	"github.com/shurcooL/githubv4"
)

// A document asks about so many objects by their node ids, of which GitHub takes 100 in
// one list: heavy ones, which have lists of their own, and light ones beside them.
const (
	nodeBatch     = 40
	lightPerHeavy = 2
)

// NodeDocuments is how many documents [QueryNodes] asks about so many objects with, when
// none is too heavy.
func NodeDocuments(heavy, light int) int { return (places(heavy, light) + nodeBatch - 1) / nodeBatch }

// places is how long the list of heavy objects is with the light ones beside them.
func places(heavy, light int) int {
	return max(heavy, (light+lightPerHeavy-1)/lightPerHeavy)
}

// NodeAnswer is what GitHub said about one object of a batch. Data is nil when it could
// not be read; with Err beside it, it is partial.
type NodeAnswer[T any] struct {
	Data *T
	Err  error
}

// QueryNodes asks for the same fields of many objects by their node ids, many in one
// document. Heavy and Light are structs of inline fragments, one for each type that the
// ids may be of. The tags below Heavy may use the variable $first, a page size, and one
// must; what is light rides in the same documents.
//
// The answers stand in the order of the ids. An error is returned only when going on makes
// no sense, and documents that are too heavy are asked again smaller, as with [QueryRepos].
func QueryNodes[Heavy, Light any](ctx context.Context, c *Client, heavy, light []string, first int) ([]NodeAnswer[Heavy], []NodeAnswer[Light], error) {
	h, l := make([]NodeAnswer[Heavy], len(heavy)), make([]NodeAnswer[Light], len(light))
	err := c.nodeLoad.run(places(len(heavy), len(light)), first, func(s part, page int) error {
		a, b := s.within(len(heavy)), s.times(lightPerHeavy).within(len(light))
		return queryNodes(ctx, c, heavy[a.from:a.to], light[b.from:b.to], page, h[a.from:a.to], l[b.from:b.to])
	}, func(s part, err error) {
		a, b := s.within(len(heavy)), s.times(lightPerHeavy).within(len(light))
		for i := a.from; i < a.to; i++ {
			h[i] = NodeAnswer[Heavy]{Err: err}
		}
		for i := b.from; i < b.to; i++ {
			l[i] = NodeAnswer[Light]{Err: err}
		}
	})
	if err != nil {
		return nil, nil, err
	}
	return h, l, nil
}

func queryNodes[Heavy, Light any](ctx context.Context, c *Client, heavy, light []string, page int, h []NodeAnswer[Heavy], l []NodeAnswer[Light]) error {
	var q struct {
		Heavy []*Heavy `graphql:"heavy: nodes(ids: $heavy)"`
		Light []*Light `graphql:"light: nodes(ids: $light)"`
	}
	err := c.Query(ctx, &q, map[string]any{"heavy": ids(heavy), "light": ids(light), "first": githubv4.Int(page)})
	if err != nil && (Stops(err) || KindOf(err) == TooHeavy) {
		return err
	}
	assign(h, q.Heavy, err, "heavy")
	assign(l, q.Light, err, "light")
	return nil
}

// assign gives each object its data and the errors that concern it.
func assign[T any](answers []NodeAnswer[T], data []*T, err error, list string) {
	for i := range answers {
		answers[i].Err = ErrorAt(err, list, i)
		if i < len(data) {
			answers[i].Data = data[i]
		}
	}
}

func ids(names []string) []githubv4.ID {
	list := make([]githubv4.ID, len(names))
	for i, name := range names {
		list[i] = name
	}
	return list
}

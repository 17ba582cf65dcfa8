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
// Every answer is handed over once, as soon as it is there, by its place in the list of ids
// and by several goroutines: thousands of them need not be held at the same time. An error
// that is handed back ends the run, as does one that makes going on senseless. Documents
// that are too heavy are asked again smaller, as with [QueryRepos].
func QueryNodes[Heavy, Light any](ctx context.Context, c *Client, heavy, light []string, first int,
	gotHeavy func(i int, a NodeAnswer[Heavy]) error, gotLight func(i int, a NodeAnswer[Light]) error) error {
	parts := func(s part) (h, l part) { return s.within(len(heavy)), s.times(lightPerHeavy).within(len(light)) }
	return c.nodeLoad.run(places(len(heavy), len(light)), first, func(s part, page int) error {
		h, l := parts(s)
		var q struct {
			Heavy []*Heavy `graphql:"heavy: nodes(ids: $heavy)"`
			Light []*Light `graphql:"light: nodes(ids: $light)"`
		}
		err := c.Query(ctx, &q, map[string]any{
			"heavy": ids(heavy[h.from:h.to]), "light": ids(light[l.from:l.to]), "first": githubv4.Int(page),
		})
		if err != nil && (Stops(err) || KindOf(err) == TooHeavy) {
			return err
		}
		if err := handOver(h, q.Heavy, err, "heavy", gotHeavy); err != nil {
			return err
		}
		return handOver(l, q.Light, err, "light", gotLight)
	}, func(s part, err error) error {
		h, l := parts(s)
		if err := handOver(h, nil, err, "heavy", gotHeavy); err != nil {
			return err
		}
		return handOver(l, nil, err, "light", gotLight)
	})
}

// handOver gives each object of a part its data and the errors that concern it.
func handOver[T any](s part, data []*T, err error, list string, got func(i int, a NodeAnswer[T]) error) error {
	for i := range s.to - s.from {
		a := NodeAnswer[T]{Err: ErrorAt(err, list, i)}
		if i < len(data) {
			a.Data = data[i]
		}
		if err := got(s.from+i, a); err != nil {
			return err
		}
	}
	return nil
}

func ids(names []string) []githubv4.ID {
	list := make([]githubv4.ID, len(names))
	for i, name := range names {
		list[i] = name
	}
	return list
}

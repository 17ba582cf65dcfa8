package github

import (
	"cmp"
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
// Every response is passed on once, as soon as it has arrived, by its place in the list of
// ids and by several goroutines: thousands of them need not be held at the same time. An
// error that is returned ends the run, as does one that every further request would meet.
// Documents that are too heavy are split, and keep what was read, as with [QueryRepos].
func QueryNodes[Heavy, Light any](ctx context.Context, c *Client, heavy, light []string, first int,
	gotHeavy func(i int, a NodeAnswer[Heavy]) error, gotLight func(i int, a NodeAnswer[Light]) error) error {
	heavies := nodeList[Heavy]{"heavy", heavy, gotHeavy, make([]bool, len(heavy)), make([]*Heavy, len(heavy))}
	lights := nodeList[Light]{"light", light, gotLight, make([]bool, len(light)), make([]*Light, len(light))}
	parts := func(s part) (h, l part) { return s.within(len(heavy)), s.times(lightPerHeavy).within(len(light)) }
	return c.nodeLoad.run(places(len(heavy), len(light)), first, func(s part, page int) error {
		h, l := parts(s)
		openHeavy, heavyIDs := heavies.open(h)
		openLight, lightIDs := lights.open(l)
		if len(openHeavy)+len(openLight) == 0 {
			return nil
		}
		var q struct {
			Heavy []*Heavy `graphql:"heavy: nodes(ids: $heavy)"`
			Light []*Light `graphql:"light: nodes(ids: $light)"`
		}
		err := c.Query(ctx, &q, map[string]any{"heavy": heavyIDs, "light": lightIDs, "first": githubv4.Int(page)})
		if Stops(err) {
			return err
		}
		if err := heavies.take(openHeavy, q.Heavy, err); err != nil {
			return err
		}
		if err := lights.take(openLight, q.Light, err); err != nil {
			return err
		}
		if KindOf(err) == TooHeavy {
			return err
		}
		return nil
	}, func(s part, err error) error {
		h, l := parts(s)
		if err := heavies.giveUp(h, err); err != nil {
			return err
		}
		return lights.giveUp(l, err)
	})
}

// nodeList is one of the two lists of [QueryNodes] while it is read. Each element is
// touched by one goroutine at a time.
type nodeList[T any] struct {
	name string
	ids  []string
	got  func(i int, a NodeAnswer[T]) error
	done []bool
	part []*T // what was read of elements that were too heavy
}

// open returns the elements of a part that were not passed on yet.
func (n *nodeList[T]) open(s part) (open []int, ids []githubv4.ID) {
	ids = []githubv4.ID{} // an empty list, not null
	for i := s.from; i < s.to; i++ {
		if !n.done[i] {
			open, ids = append(open, i), append(ids, n.ids[i])
		}
	}
	return open, ids
}

// take passes on what a response has, but for the elements that are requested again.
func (n *nodeList[T]) take(open []int, data []*T, err error) error {
	for j, i := range open {
		a := NodeAnswer[T]{Err: ErrorAt(err, n.name, j)}
		if j < len(data) {
			a.Data = data[j]
		}
		if KindOf(err) == TooHeavy && (a.Err != nil || a.Data == nil) {
			n.part[i] = cmp.Or(n.part[i], a.Data)
			continue
		}
		n.done[i] = true
		if err := n.got(i, a); err != nil {
			return err
		}
	}
	return nil
}

// giveUp passes on what was read of the rest of a part.
func (n *nodeList[T]) giveUp(s part, err error) error {
	open, _ := n.open(s)
	for _, i := range open {
		n.done[i] = true
		if err := n.got(i, NodeAnswer[T]{Data: n.part[i], Err: err}); err != nil {
			return err
		}
	}
	return nil
}

package github

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shurcooL/githubv4"
)

const (
	// nodeBatch is how many heavy objects, those with lists of their own, one document asks about by their node ids, of
	// which GitHub takes 100 in one list; lightPerHeavy light ones ride with each.
	nodeBatch     = 40
	lightPerHeavy = 2
	// smallPage is the page size below which batches are halved first: with a few items a page, most of a query's weight
	// is its other parts.
	smallPage = 10
	// hopeless is how many single things in a row GitHub must find too heavy, in the smallest pages, until nothing else
	// is halved any more.
	hopeless = 3
)

// NodeDocuments is how many documents [QueryNodes] sends for so many objects, when none is too heavy.
func NodeDocuments(heavy, light int) int { return ceil(places(heavy, light), nodeBatch) }

// places is how many places there are for one heavy object and the light ones that ride with it.
func places(heavy, light int) int { return max(heavy, ceil(light, lightPerHeavy)) }

func ceil(n, by int) int { return (n + by - 1) / by }

// Answer is what GitHub returned about one object of a batch. Data is nil when nothing could be read, and then Err says
// why; with both, it is partial. The paths of QueryErrors begin at the object.
type Answer[T any] struct {
	Data *T
	Err  error
}

// RepoAnswer and NodeAnswer are Answer.
type (
	RepoAnswer[T any] = Answer[T]
	NodeAnswer[T any] = Answer[T]
)

// In returns the part of a result that concerns one field of the object, a list for example: without an error the field
// was in the response.
func (a Answer[T]) In(field string) Answer[T] {
	if all, ok := a.Err.(QueryErrors); ok && a.Data != nil {
		var here QueryErrors
		for _, e := range all {
			if len(e.Path) == 0 || e.Path[0] == field {
				here = append(here, e)
			}
		}
		a.Err = nil
		if len(here) > 0 {
			a.Err = here
		}
	}
	return a
}

// errLeftOut is for a null that no error explains.
var errLeftOut = &Error{Kind: Unavailable, Status: http.StatusOK, Message: "the object is left out"}

// improve replaces a result by that of a smaller query. If that was too heavy, too, the first one stays: its lists are
// longer, and each page that is missing would cost as many attempts again.
func (a *Answer[T]) improve(by Answer[T]) {
	if a.Data == nil || by.Data != nil && !by.tooHeavy() {
		*a = by
	}
}

func (a *Answer[T]) tooHeavy() bool { return KindOf(a.Err) == TooHeavy }

// QueryNodes asks for the same fields of many objects by their node ids, many in one document. Heavy and Light are
// structs of inline fragments, one for each type that the ids may be of. The tags inside Heavy may use the variable
// $first, a page size, and one must; what is light rides in the same documents.
//
// Every result is handed over once, as soon as it is complete, by its place in the list of ids and by several
// goroutines: thousands of them need not be held at the same time. An error that is handed back ends the run, as does one
// that makes going on senseless. What is too heavy is asked again in smaller documents, as with [QueryRepos].
func QueryNodes[Heavy, Light any](ctx context.Context, c *Client, heavy, light []string, first int,
	gotHeavy func(i int, a Answer[Heavy]) error, gotLight func(i int, a Answer[Light]) error) error {
	h := &nodes[Heavy]{list: "heavy", ids: heavy, got: gotHeavy, kept: map[int]Answer[Heavy]{}}
	l := &nodes[Light]{list: "light", ids: light, got: gotLight, kept: map[int]Answer[Light]{}}
	err := run(nodeBatches(len(heavy), len(light)), first, func(things []int, page int, silence *time.Duration) ([]int, error) {
		var askHeavy, askLight []int
		for _, i := range things {
			if i >= 0 {
				askHeavy = append(askHeavy, i)
			} else {
				askLight = append(askLight, ^i)
			}
		}
		var q struct {
			Heavy []*Heavy `graphql:"heavy: nodes(ids: $heavy)"`
			Light []*Light `graphql:"light: nodes(ids: $light)"`
		}
		err := c.query(ctx, &q, map[string]any{
			"heavy": h.pick(askHeavy), "light": l.pick(askLight), "first": githubv4.Int(page),
		}, silence)
		if Stops(err) {
			return nil, err
		}
		again, failed := h.take(askHeavy, q.Heavy, err)
		if failed != nil {
			return nil, failed
		}
		againLight, failed := l.take(askLight, q.Light, err)
		for _, i := range againLight {
			again = append(again, ^i)
		}
		return again, failed
	})
	if err != nil {
		return err
	}
	if err := h.finish(); err != nil {
		return err
	}
	return l.finish()
}

// nodeBatches lists what each document asks about: a heavy object by its place, a light one by the complement of its
// place, beside each other so that half a batch is half of both.
func nodeBatches(heavy, light int) [][]int {
	var batches [][]int
	for p := range places(heavy, light) {
		if p%nodeBatch == 0 {
			batches = append(batches, nil)
		}
		last := &batches[len(batches)-1]
		if p < heavy {
			*last = append(*last, p)
		}
		for i := p * lightPerHeavy; i < min((p+1)*lightPerHeavy, light); i++ {
			*last = append(*last, ^i)
		}
	}
	return batches
}

// nodes is one of the two lists that a document asks about.
type nodes[T any] struct {
	list string // its alias
	ids  []string
	got  func(i int, a Answer[T]) error

	mu   sync.Mutex
	kept map[int]Answer[T] // what came of those that were too heavy
}

func (n *nodes[T]) pick(places []int) []githubv4.ID {
	list := make([]githubv4.ID, len(places))
	for j, i := range places {
		list[j] = n.ids[i]
	}
	return list
}

// take hands over the results in a document, and keeps and returns those that were too heavy.
func (n *nodes[T]) take(asked []int, data []*T, err error) (heavy []int, _ error) {
	for j, i := range asked {
		a := Answer[T]{Err: at(err, n.list, j)}
		if j < len(data) {
			a.Data = data[j]
		}
		if a.Data == nil && a.Err == nil {
			a.Err = errLeftOut
		}
		n.mu.Lock()
		best := n.kept[i]
		best.improve(a)
		n.kept[i] = best
		if a.tooHeavy() {
			heavy = append(heavy, i)
		} else {
			delete(n.kept, i)
		}
		n.mu.Unlock()
		if !a.tooHeavy() {
			if err := n.got(i, best); err != nil {
				return nil, err
			}
		}
	}
	return heavy, nil
}

// finish hands over what stayed too heavy.
func (n *nodes[T]) finish() error {
	for _, i := range slices.Sorted(maps.Keys(n.kept)) {
		if err := n.got(i, n.kept[i]); err != nil {
			return err
		}
	}
	return nil
}

// run asks about things in batches, several at a time. ask sends one document and returns the things in it that GitHub
// found too heavy; they are asked about again in smaller documents, one after the other, until nothing can be made
// smaller. An error of ask ends the run.
func run(batches [][]int, page int, ask func(things []int, page int, silence *time.Duration) (heavy []int, err error)) error {
	var refused atomic.Int32 // single things in a row
	var halve func(things []int, page int, silence *time.Duration) error
	halve = func(things []int, page int, silence *time.Duration) error {
		heavy, err := ask(things, page, silence)
		if len(heavy) < len(things) {
			refused.Store(0)
		}
		switch {
		case err != nil || len(heavy) == 0 || refused.Load() >= hopeless:
			return err
		case len(heavy) < len(things):
			return halve(heavy, page, silence) // alone they are a smaller document
		case page > smallPage || len(heavy) == 1 && page > 1:
			return halve(heavy, page/2, silence)
		case len(heavy) == 1:
			refused.Add(1)
			return nil
		}
		half := len(heavy) / 2
		if err := halve(heavy[:half], page, silence); err != nil {
			return err
		}
		return halve(heavy[half:], page, silence)
	}
	return each(len(batches), func(i int) error { return halve(batches[i], page, new(time.Duration)) })
}

// each calls f for 0 to n-1, as many at once as requests may be in flight, until one fails. It returns that error. A
// panic of f is the caller's to recover from: in a goroutine of its own it would end the program.
func each(n int, f func(i int) error) error {
	var (
		wg       sync.WaitGroup
		next     atomic.Int64
		mu       sync.Mutex
		failed   error
		panicked any
	)
	fail := func(err error, p any) {
		mu.Lock()
		defer mu.Unlock()
		if failed == nil {
			failed = err
		}
		if panicked == nil {
			panicked = p
		}
		next.Store(int64(n))
	}
	for range min(n, maxInFlight) {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					fail(nil, p)
				}
			}()
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if err := f(int(i)); err != nil {
					fail(err, nil)
				}
			}
		})
	}
	wg.Wait()
	if panicked != nil {
		panic(panicked)
	}
	return failed
}

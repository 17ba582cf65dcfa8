package digest

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inOrder makes n results on all processors and uses each in its order, as if one after
// the other. It returns the first error in that order; later results are not used then.
func inOrder[T any](n int, make func(i int) (T, error), use func(T) error) error {
	type result struct {
		value T
		err   error
	}
	results := newQueues[result](n)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				value, err := make(int(i))
				results[i] <- result{value, err}
			}
		})
	}
	defer workers.Wait()
	defer next.Store(int64(n)) // after an error nothing more is begun
	for _, r := range results {
		r := <-r
		if r.err != nil {
			return r.err
		}
		if err := use(r.value); err != nil {
			return err
		}
	}
	return nil
}

// newQueues returns n channels with room for the one value that each is for, so that
// nobody who sends waits.
func newQueues[T any](n int) []chan T {
	queues := make([]chan T, n)
	for i := range queues {
		queues[i] = make(chan T, 1)
	}
	return queues
}

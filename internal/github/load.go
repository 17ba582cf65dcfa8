package github

import "sync"

const (
	// sideBySide is how many batches are under way at once; the gate decides how many
	// requests really are.
	sideBySide = 8
	// smallPage is the page size below which batches are made smaller first: with a few
	// items a page, most of a query's weight is its other parts.
	smallPage = 10
	// growAfter is how many queries in a row must succeed before more is asked again. It
	// doubles with every failure, so that the end is not failing and growing in turn.
	growAfter = 8
	// hopeless is how many single things in a row GitHub must find too heavy, in the
	// smallest pages, until the others are not asked about any more.
	hopeless = 3
)

// load is how much one query asks for: a batch of so many things, with pages of so many
// items in each. It shrinks when GitHub finds a query too heavy, stays small for the
// queries that follow, and grows again when all is well.
type load struct {
	maxBatch int

	mu           sync.Mutex
	maxPage      int
	batch, page  int // 0 until first asked
	good, needed int
}

// part is a part of a list of things to ask about: from <= i < to.
type part struct{ from, to int }

// times is the part of a list that has n things for each of this one.
func (s part) times(n int) part { return part{s.from * n, s.to * n} }

// within cuts the part off at the end of a list of n things.
func (s part) within(n int) part { return part{min(s.from, n), min(s.to, n)} }

// run asks about n things in batches. ask is called by several goroutines with different
// parts of the list; when it fails with TooHeavy its part is asked about again, in smaller
// batches or with smaller pages, until nothing can be made smaller: then refuse records the
// error. Any other error ends the run.
//
// The first run decides how large a page is when all is well.
func (l *load) run(n, maxPage int, ask func(s part, page int) error, refuse func(s part, err error) error) error {
	w := &work{load: l, maxPage: maxPage, refuse: refuse}
	w.changed.L = &w.mu
	if n > 0 {
		w.rest = []part{{0, n}}
	}
	var wg sync.WaitGroup
	for range sideBySide {
		wg.Go(func() { w.do(ask) })
	}
	wg.Wait()
	if w.panic != nil { // for whoever recovers: in a goroutine of its own it would end the program
		panic(w.panic)
	}
	return w.err
}

// work is what one run has left to ask about.
type work struct {
	load    *load
	maxPage int
	refuse  func(s part, err error) error

	mu       sync.Mutex
	changed  sync.Cond
	rest     []part
	underWay int
	refused  int // in a row
	err      error
	panic    any
}

// do asks about one part after the other until there is none, nor one under way that
// could come back.
func (w *work) do(ask func(s part, page int) error) {
	for {
		s, page, ok := w.take()
		if !ok {
			return
		}
		w.settle(s, page, ask)
	}
}

func (w *work) take() (s part, page int, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.rest) == 0 && w.underWay > 0 {
		w.changed.Wait()
	}
	if len(w.rest) == 0 {
		return part{}, 0, false
	}
	batch, page := w.load.next(w.maxPage)
	s = w.rest[0]
	if s.to-s.from > batch {
		w.rest[0].from += batch
		s.to = s.from + batch
	} else {
		w.rest = w.rest[1:]
	}
	w.underWay++
	return s, page, true
}

// settle asks about a part and decides what becomes of it.
func (w *work) settle(s part, page int, ask func(s part, page int) error) {
	var err error
	defer func() {
		p := recover()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.underWay--
		w.changed.Broadcast()
		switch {
		case p != nil:
			w.panic, w.rest = p, nil
		case err == nil:
			w.load.grow()
			w.refused = 0
		case KindOf(err) != TooHeavy:
			w.rest = nil
			if w.err == nil {
				w.err = err
			}
		case w.err != nil || w.panic != nil: // the run has ended
		case w.load.shrink(s.to-s.from, page):
			w.rest = append(w.rest, s)
		default:
			w.giveUp(s, err)
			if w.refused++; w.refused >= hopeless {
				for _, s := range w.rest {
					w.giveUp(s, err)
				}
				w.rest = nil
			}
		}
	}()
	err = ask(s, page)
}

// giveUp records that a part could not be asked about.
func (w *work) giveUp(s part, err error) {
	if err := w.refuse(s, err); err != nil && w.err == nil {
		w.err, w.rest = err, nil
	}
}

func (l *load) next(maxPage int) (batch, page int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.batch == 0 {
		l.maxPage = maxPage
		l.batch, l.page, l.needed = l.maxBatch, maxPage, growAfter
	}
	return l.batch, min(l.page, maxPage)
}

// shrink makes the load smaller than one that was too heavy: a batch of so many things,
// with pages of so many items. It reports false when that was the smallest already. Of
// several failures side by side only the first counts.
func (l *load) shrink(batch, page int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.batch < batch || l.page < page {
		return true
	}
	if batch == 1 && page == 1 {
		return false
	}
	l.good, l.needed = 0, 2*l.needed
	if page > smallPage || batch == 1 {
		l.page = page / 2
	} else {
		l.batch = batch / 2
	}
	return true
}

// grow records a success.
func (l *load) grow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.good++; l.good < l.needed {
		return
	}
	l.good = 0
	l.batch, l.page = min(2*l.batch, l.maxBatch), min(2*l.page, l.maxPage)
}

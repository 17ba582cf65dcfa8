package github

import "sync"

const (
	// sideBySide is how many batches are under way at once; the gate decides how many
	// requests really are.
	sideBySide = 4
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
func (l *load) run(n, maxPage int, ask func(s part, page int) error, refuse func(s part, err error)) error {
	rest := []part{{0, n}}
	var last error
	for refused := 0; len(rest) > 0 && n > 0; {
		batch, page := l.next(maxPage)
		var round []part
		round, rest = cut(rest, batch)
		errs := make([]error, len(round))
		var wg sync.WaitGroup
		for i, s := range round {
			wg.Go(func() { errs[i] = ask(s, page) })
		}
		wg.Wait()
		for i, err := range errs {
			switch {
			case err == nil:
				l.grow()
				refused = 0
			case KindOf(err) != TooHeavy:
				return err
			case l.shrink(round[i].to-round[i].from, page):
				rest = append(rest, round[i])
			default:
				refuse(round[i], err)
				refused++
				last = err
			}
		}
		if refused >= hopeless {
			for _, s := range rest {
				refuse(s, last)
			}
			return nil
		}
	}
	return nil
}

// cut takes parts of at most batch things off the list, as many as go side by side.
func cut(rest []part, batch int) (round, left []part) {
	for len(rest) > 0 && len(round) < sideBySide {
		s := rest[0]
		rest = rest[1:]
		if s.to-s.from > batch {
			rest = append([]part{{s.from + batch, s.to}}, rest...)
			s.to = s.from + batch
		}
		round = append(round, s)
	}
	return round, rest
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

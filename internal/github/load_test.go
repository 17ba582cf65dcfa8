package github

import (
	"errors"
	"sync"
	"testing"
)

// asker refuses what is heavier than it can bear, and remembers what it answered.
type asker struct {
	mu       sync.Mutex
	bears    func(batch, page int) bool
	answered map[int]int
	asked    int
}

func (a *asker) ask(s part, page int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	if !a.bears(s.to-s.from, page) {
		return &Error{Kind: TooHeavy}
	}
	for i := s.from; i < s.to; i++ {
		a.answered[i]++
	}
	return nil
}

func TestLoadShrinksUntilEverythingIsAnsweredOnce(t *testing.T) {
	for name, bears := range map[string]func(batch, page int) bool{
		"anything":            func(int, int) bool { return true },
		"20 items a page":     func(_, page int) bool { return page <= 20 },
		"100 items in all":    func(batch, page int) bool { return batch*page <= 100 },
		"one thing at a time": func(batch, _ int) bool { return batch == 1 },
		"one item at a time":  func(batch, page int) bool { return batch == 1 && page == 1 },
	} {
		a := &asker{bears: bears, answered: make(map[int]int)}
		l := &load{maxBatch: 50}
		err := l.run(330, 100, a.ask, func(s part, err error) error { t.Errorf("%s: refused %v: %v", name, s, err); return nil })
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i := range 330 {
			if a.answered[i] != 1 {
				t.Fatalf("%s: thing %d is answered %d times", name, i, a.answered[i])
			}
		}
	}
}

func TestLoadRemembersWhatWasTooHeavy(t *testing.T) {
	a := &asker{bears: func(_, page int) bool { return page <= 20 }, answered: make(map[int]int)}
	l := &load{maxBatch: 50}
	for range 5 {
		if err := l.run(50, 100, a.ask, nil); err != nil {
			t.Fatal(err)
		}
	}
	if a.asked > 5+3 { // three halvings: 50, 25, 12
		t.Errorf("%d queries for 5 batches: the size is not remembered", a.asked)
	}
}

func TestLoadGrowsAgain(t *testing.T) {
	heavy := true
	a := &asker{bears: func(_, page int) bool { return !heavy || page <= 20 }, answered: make(map[int]int)}
	l := &load{maxBatch: 1}
	for i := range 300 {
		heavy = i < 3
		if err := l.run(1, 100, a.ask, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, page := l.next(100); page != 100 {
		t.Errorf("after many successes a page has %d items, want 100", page)
	}
}

func TestWhatIsTooHeavyAtTheSmallestIsRefusedAndTheRestAnswered(t *testing.T) {
	a := &asker{bears: func(int, int) bool { return true }, answered: make(map[int]int)}
	refused := make(map[int]bool)
	l := &load{maxBatch: 8}
	err := l.run(20, 4, func(s part, page int) error {
		if s.from <= 7 && 7 < s.to {
			return &Error{Kind: TooHeavy}
		}
		return a.ask(s, page)
	}, func(s part, err error) error {
		for i := s.from; i < s.to; i++ {
			refused[i] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(refused) != 1 || !refused[7] || len(a.answered) != 19 {
		t.Errorf("refused %v, answered %d", refused, len(a.answered))
	}
}

func TestAnyOtherErrorEndsTheRun(t *testing.T) {
	l := &load{maxBatch: 2}
	want := &Error{Kind: Unauthorized}
	err := l.run(100, 4, func(part, int) error { return want }, nil)
	if !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
	if err := l.run(0, 4, nil, nil); err != nil {
		t.Errorf("nothing to ask about: %v", err)
	}
}

func TestAServerForWhichEverythingIsTooHeavyIsNotAskedForEver(t *testing.T) {
	a := &asker{bears: func(int, int) bool { return false }, answered: make(map[int]int)}
	refused := make(map[int]int)
	l := &load{maxBatch: 40}
	err := l.run(400, 50, a.ask, func(s part, _ error) error {
		for i := s.from; i < s.to; i++ {
			refused[i]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if a.asked > 80 {
		t.Errorf("asked %d times", a.asked)
	}
	for i := range 400 {
		if refused[i] != 1 {
			t.Fatalf("thing %d is refused %d times", i, refused[i])
		}
	}
}

package github

import "testing"

func TestSizeHalvesToOne(t *testing.T) {
	var s Size
	for _, want := range []int{100, 50, 25, 12, 6, 3, 1} {
		if got := s.Next(); got != want {
			t.Fatalf("size %d, want %d", got, want)
		}
		if ok := s.Halve(); ok != (want > 1) {
			t.Fatalf("Halve at %d = %v", want, ok)
		}
	}
	if s.Next() != 1 {
		t.Errorf("size %d after the end", s.Next())
	}
}

func TestSizeGrowsBackEverMoreSlowly(t *testing.T) {
	s := Size{Max: 20}
	grow := func() (n int) {
		for before := s.Next(); s.Next() == before; n++ {
			s.Grow()
		}
		return n
	}
	s.Halve()
	if n := grow(); n != 4 || s.Next() != 20 {
		t.Errorf("grew to %d after %d", s.Next(), n)
	}
	s.Halve()
	s.Grow()
	s.Halve()
	if n := grow(); n != 16 || s.Next() != 10 {
		t.Errorf("grew to %d after %d", s.Next(), n)
	}
	if n := grow(); n != 16 || s.Next() != 20 {
		t.Errorf("grew to %d after %d", s.Next(), n)
	}
	s.Grow()
	if s.Next() != 20 {
		t.Errorf("grew beyond its maximum to %d", s.Next())
	}
}

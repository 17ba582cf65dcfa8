package github

// Size is the size of a page or batch, which shrinks when GitHub finds a query too heavy and grows again, carefully,
// when all is well. The zero value starts at 100, GitHub's largest page. It is for one loop, not for several
// goroutines.
type Size struct {
	Max int // where to start, and never to be passed; 0 means 100

	now    int // 0 until first halved
	good   int // successes in a row
	needed int // successes before growing; doubles with every failure, so that the end is not failing and growing in turn
}

// growAfter is how many successes in a row the first growth takes.
const growAfter = 4

// Next returns the size to ask for now, at least 1.
func (s *Size) Next() int {
	if s.now > 0 {
		return s.now
	}
	if s.Max > 0 {
		return s.Max
	}
	return 100
}

// Halve makes the size smaller after a TooHeavy error. It returns false at 1, where there is nothing left to try.
func (s *Size) Halve() bool {
	n := s.Next()
	s.good = 0
	if n <= 1 {
		return false
	}
	if s.Max == 0 {
		s.Max = n
	}
	s.now = n / 2
	s.needed = max(growAfter, 2*s.needed)
	return true
}

// Grow records a success; several in a row double the size, up to Max.
func (s *Size) Grow() {
	if s.now == 0 || s.now >= s.Max {
		return
	}
	if s.good++; s.good >= s.needed {
		s.now, s.good = min(2*s.now, s.Max), 0
	}
}

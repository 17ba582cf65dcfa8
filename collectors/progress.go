package collectors

import "sync/atomic"

// Progress counts sources as they are read, for people who wait. A nil one counts nothing.
type Progress struct{ done atomic.Int64 }

// Done is how many sources have been read, whatever became of them.
func (p *Progress) Done() int {
	if p == nil {
		return 0
	}
	return int(p.done.Load())
}

func (p *Progress) add(n int) {
	if p != nil {
		p.done.Add(int64(n))
	}
}

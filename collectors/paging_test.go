package collectors

import (
	"errors"
	"slices"
	"testing"

	gogithub "github.com/google/go-github/v57/github"
)

// pages is a list of pages that are read; each says which comes next and which is the last.
type pages struct {
	names      [4]string
	next, last [4]int
	read       []int
}

func (p *pages) page(n int) ([]string, *gogithub.Response, error) {
	p.read = append(p.read, n)
	return []string{p.names[n-1]}, &gogithub.Response{NextPage: p.next[n-1], LastPage: p.last[n-1]}, nil
}

func TestListIsReadUntilItIsStable(t *testing.T) {
	three := func(change func(p *pages)) func(*pages) {
		return func(p *pages) {
			p.next, p.last = [4]int{2, 3}, [4]int{3, 3}
			if change != nil {
				change(p)
			}
		}
	}
	for _, tt := range []struct {
		name  string
		begin func(*pages)
		at    int // the list changes when so many pages have been read; negative is every time
		moves func(*pages)
		read  []int
		want  error
	}{
		{"one page", func(*pages) {}, 0, nil, []int{1}, nil},
		{"three pages", three(nil), 0, nil, []int{1, 3, 2, 1, 3}, nil},
		{"the last page is not named", three(func(p *pages) { p.last = [4]int{} }), 0, nil, []int{1, 2, 3, 2, 1, 3}, nil},
		{"the last page goes on where it is", three(func(p *pages) { p.next[2] = 3 }), 0, nil, []int{1, 3}, errStuck},
		{"the last page goes back", three(func(p *pages) { p.next[2] = 2 }), 0, nil, []int{1, 3}, errStuck},
		{"the head moves", three(nil), 2, func(p *pages) { p.names[0] = "x" }, []int{1, 3, 2, 1, 3, 1, 3, 2, 1, 3}, nil},
		{"the tail moves", three(nil), 4, func(p *pages) { p.names[2] = "x" }, []int{1, 3, 2, 1, 3, 1, 3, 2, 1, 3}, nil},
		{"it grows", three(nil), 4, func(p *pages) { p.next[2], p.last = 4, [4]int{4, 4, 4} }, []int{1, 3, 2, 1, 3, 1, 4, 2, 3, 1, 4}, nil},
		{"it moves all the time", three(nil), -1, func(p *pages) { p.names[0] += "x" }, slices.Repeat([]int{1, 3, 2, 1, 3}, maxPasses), errMoving},
	} {
		p := &pages{names: [4]string{"a", "b", "c", "d"}}
		tt.begin(p)
		err := readStable(func(n int) ([]string, *gogithub.Response, error) {
			if tt.at < 0 || tt.at == len(p.read) && tt.moves != nil {
				tt.moves(p)
			}
			return p.page(n)
		})
		if !errors.Is(err, tt.want) || !slices.Equal(p.read, tt.read) {
			t.Errorf("%s: read %v, %v; want %v, %v", tt.name, p.read, err, tt.read, tt.want)
		}
	}
}

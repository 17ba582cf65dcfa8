package collectors

import (
	"errors"
	"slices"
	"testing"

	gogithub "github.com/google/go-github/v57/github"
)

// pages is a list of three pages that are read; each says which comes next and which is the last.
type pages struct {
	names      [3][]string
	next, last [3]int
	read       []int
}

func (p *pages) page(n int) ([]string, *gogithub.Response, error) {
	p.read = append(p.read, n)
	return p.names[n-1], &gogithub.Response{NextPage: p.next[n-1], LastPage: p.last[n-1]}, nil
}

func TestListIsReadUntilItHoldsStill(t *testing.T) {
	abc := [3][]string{{"a"}, {"b"}, {"c"}}
	for _, tt := range []struct {
		name       string
		next, last [3]int
		move       int // changes the list before this many pages are read, again and again
		read       []int
		want       error
	}{
		{"one page", [3]int{}, [3]int{}, 0, []int{1}, nil},
		{"three pages", [3]int{2, 3, 0}, [3]int{3, 3, 0}, 0, []int{1, 3, 2, 1, 3}, nil},
		{"nobody says which is the last", [3]int{2, 3, 0}, [3]int{}, 0, []int{1, 2, 3, 2, 1, 3}, nil},
		{"the last page goes on where it is", [3]int{2, 3, 3}, [3]int{3, 3, 3}, 0, []int{1, 3}, errStuck},
		{"the last page goes back", [3]int{2, 3, 2}, [3]int{3, 3, 3}, 0, []int{1, 3}, errStuck},
		{"it moves once", [3]int{2, 3, 0}, [3]int{3, 3, 0}, 4, []int{1, 3, 2, 1, 3, 1, 3, 2, 1, 3}, nil},
		{"it moves all the time", [3]int{2, 3, 0}, [3]int{3, 3, 0}, -1, slices.Repeat([]int{1, 3, 2, 1, 3}, 4), errMoving},
	} {
		p := &pages{names: abc, next: tt.next, last: tt.last}
		err := readWhole(func(n int) ([]string, *gogithub.Response, error) {
			if tt.move < 0 || tt.move == len(p.read)+1 {
				p.names[0] = append(p.names[0], "x")
			}
			return p.page(n)
		})
		if !errors.Is(err, tt.want) || !slices.Equal(p.read, tt.read) {
			t.Errorf("%s: read %v, %v; want %v, %v", tt.name, p.read, err, tt.read, tt.want)
		}
	}
}

package digest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

func TestResultsAreUsedInOrder(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		var got []int
		err := inOrder(n, func(i int) (int, error) { return i, nil }, func(i int) error {
			got = append(got, i)
			return nil
		})
		if err != nil || len(got) != n || !slices.IsSorted(got) {
			t.Errorf("%d results: %v, %v", n, got, err)
		}
	}
}

func TestTheFirstErrorInOrderEndsTheWork(t *testing.T) {
	stop := errors.New("enough")
	for _, atUse := range []bool{false, true} {
		used := 0
		err := inOrder(1000, func(i int) (int, error) {
			if i >= 3 && !atUse {
				return 0, fmt.Errorf("%w at %d", stop, i)
			}
			return i, nil
		}, func(i int) error {
			if i == 3 {
				return fmt.Errorf("%w at %d", stop, i)
			}
			used++
			return nil
		})
		if !errors.Is(err, stop) || err.Error() != "enough at 3" || used != 3 {
			t.Errorf("%d used, error %v", used, err)
		}
	}
}

package githubtest

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"slices"
	"sort"
	"strings"
	"time"
)

// repoState is a repository as the server holds it: the world's facts, what the API has written since, and the
// orders that were asked for.
type repoState struct {
	*Repo
	id     int
	git    *git
	pulls  []Pull
	events map[int][]event // of pull requests, by number
	orders map[string]*order
	byNum  map[int]int // discussion number → index
}

// index finds things by name. It is built anew whenever the world changes; what was written through the API stays.
type index struct {
	repos  []*repoState
	byName map[string]*repoState // lower-case "owner/name", old names too
}

func newIndex(w *World, old *index) *index {
	x := &index{byName: map[string]*repoState{}}
	for i, r := range w.Repos {
		state := &repoState{Repo: r, id: 1000 + i, orders: map[string]*order{}, byNum: map[int]int{}}
		if before := old.repo(r.FullName()); before != nil {
			state.git, state.pulls, state.events = before.git, before.pulls, before.events
		} else {
			state.git, state.pulls, state.events = newGit(r), slices.Clone(r.Pulls), map[int][]event{}
		}
		for n, d := range r.Discussions {
			state.byNum[d.Number] = n
		}
		x.repos = append(x.repos, state)
		for _, name := range r.RenamedFrom {
			x.byName[strings.ToLower(name)] = state
		}
	}
	for _, r := range x.repos { // a repository of today wins over the old name of another one
		x.byName[strings.ToLower(r.FullName())] = r
	}
	return x
}

// repo finds a repository by its present or an old name; names are not case-sensitive.
func (x *index) repo(full string) *repoState {
	if x == nil {
		return nil
	}
	return x.byName[strings.ToLower(full)]
}

// isNamed reports whether full is the present name.
func (r *repoState) isNamed(full string) bool { return strings.EqualFold(r.FullName(), full) }

// order is a list of items by their keys, which are unique: the position of an item is that of its key, so that a
// cursor keeps its place when items move, come or go.
type order struct {
	keys  []string
	items []int
	desc  bool
}

// orderBy returns the n items of a kind in the order of key, which must be unique.
func orderBy(n int, desc bool, key func(int) string) *order {
	o := &order{keys: make([]string, n), items: make([]int, n), desc: desc}
	for i := range n {
		o.keys[i], o.items[i] = key(i), i
	}
	sort.Sort(o)
	return o
}

func (o *order) Len() int           { return len(o.keys) }
func (o *order) Less(i, j int) bool { return o.before(o.keys[i], o.keys[j]) }
func (o *order) Swap(i, j int) {
	o.keys[i], o.keys[j] = o.keys[j], o.keys[i]
	o.items[i], o.items[j] = o.items[j], o.items[i]
}

func (o *order) before(a, b string) bool {
	if o.desc {
		return a > b
	}
	return a < b
}

// from returns the position of the first item at or after key; with past, strictly after it.
func (o *order) from(key string, past bool) int {
	return sort.Search(len(o.keys), func(i int) bool {
		if past {
			return o.before(key, o.keys[i])
		}
		return !o.before(o.keys[i], key)
	})
}

// ordered returns a cached order of the repository's items.
func (r *repoState) ordered(name string, n int, desc bool, key func(int) string) *order {
	name = fmt.Sprint(name, desc)
	if r.orders[name] == nil {
		r.orders[name] = orderBy(n, desc, key)
	}
	return r.orders[name]
}

// timeKey makes a key of a time and a tie-breaker that sorts as they do.
func timeKey(t time.Time, tie int) string {
	return fmt.Sprintf("%s/%012d", t.UTC().Format("2006-01-02T15:04:05.000000000"), tie)
}

// placeKey makes a key of a position, for lists that have no order of their own.
func placeKey(i int) string { return fmt.Sprintf("%09d", i) }

// nodeID makes a global ID that parseID can read.
func nodeID(prefix string, parts ...any) string {
	text := strings.TrimSuffix(fmt.Sprintln(parts...), "\n")
	return prefix + "_" + base64.RawURLEncoding.EncodeToString([]byte(text))
}

// parseID cuts a global ID into its prefix and parts, of which the last may hold spaces.
func parseID(id string, n int) (string, []string) {
	prefix, code, _ := strings.Cut(id, "_")
	text, err := base64.RawURLEncoding.DecodeString(code)
	if err != nil {
		return "", nil
	}
	return prefix, strings.SplitN(string(text), " ", n)
}

// numberOf makes a stable number for what GitHub numbers and a world does not.
func numberOf(parts ...any) int {
	h := fnv.New32a()
	fmt.Fprintln(h, parts...)
	return int(h.Sum32() >> 1)
}

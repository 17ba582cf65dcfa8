package githubtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Pulls returns the pull requests of a repository in the order of their creation.
func (s *Server) Pulls(repo string) []Pull {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mustRepo(repo).pulls)
}

// EditPull changes a pull request as another person would, past the API.
func (s *Server) EditPull(repo string, number int, change func(*Pull)) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mustRepo(repo)
	p := r.pullByNumber(number)
	if p == nil {
		s.t.Fatalf("githubtest: %s has no pull request %d", repo, number)
	}
	defer r.record(p, *p)
	change(p)
}

func (r *repoState) pullByNumber(number int) *Pull {
	i := slices.IndexFunc(r.pulls, func(p Pull) bool { return p.Number == number })
	if i < 0 {
		return nil
	}
	return &r.pulls[i]
}

func (p *Pull) created() time.Time { return firstTime(p.CreatedAt, epoch) }

func (p *Pull) updated() time.Time { return firstTime(p.UpdatedAt, p.created()) }

// fromFork reports whether the branch is another repository's.
func (p *Pull) fromFork() bool { return strings.Contains(p.Head, ":") }

// branch is the name of the branch in its own repository.
func (p *Pull) branch() string { return p.Head[strings.Index(p.Head, ":")+1:] }

func (p *Pull) state() string { return firstOf(p.State, "open") }

// nextNumber continues the sequence that discussions and pull requests share.
func (r *repoState) nextNumber() int {
	last := 0
	for number := range r.byNum {
		last = max(last, number)
	}
	for _, p := range r.pulls {
		last = max(last, p.Number)
	}
	return last + 1
}

// openPull opens a pull request, or says in GitHub's words why it cannot.
func (s *Server) openPull(r *repoState, p Pull) (*Pull, string) {
	if owner, branch, ok := strings.Cut(p.Head, ":"); ok && equalNames(owner, r.Owner) {
		p.Head = branch
	}
	head, base := r.git.branches[p.Head], r.git.branches[p.Base]
	switch {
	case p.Draft && r.git.rules.noDrafts:
		return nil, "Draft pull requests are not supported in this repository."
	case head == nil:
		return nil, "Head sha can't be blank"
	case base == nil:
		return nil, "Base ref must be a branch"
	case base.contains(head):
		return nil, fmt.Sprintf("No commits between %s and %s", p.Base, p.Head)
	}
	for _, other := range r.pulls {
		if other.state() == "open" && other.Head == p.Head && other.Base == p.Base {
			return nil, fmt.Sprintf("A pull request already exists for %s:%s.", r.Owner, p.Head)
		}
	}
	p.Number, p.State, p.CreatedAt, p.UpdatedAt = r.nextNumber(), "open", s.now(), s.now()
	p.Author = firstOf(p.Author, "github-actions[bot]")
	r.pulls = append(r.pulls, p)
	return &r.pulls[len(r.pulls)-1], ""
}

// edit applies the given changes; nil leaves a fact as it is.
func (p *Pull) edit(s *Server, title, body, base, state *string) {
	for into, value := range map[*string]*string{&p.Title: title, &p.Body: body, &p.Base: base} {
		if value != nil {
			*into = *value
		}
	}
	if state != nil {
		p.setState(s, strings.ToLower(*state))
	}
	p.UpdatedAt = s.now()
}

func (p *Pull) setState(s *Server, state string) {
	p.State, p.ClosedAt = state, s.now()
	if state == "open" {
		p.ClosedAt = p.MergedAt
	}
}

// oid returns the commit that a branch stands at; a branch that is gone has none.
func (r *repoState) oid(branch string) string {
	if c := r.git.branches[branch]; c != nil {
		return c.OID
	}
	return strings.Repeat("0", 40)
}

package githubtest

import (
	"crypto/sha1"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Commit is one commit of a branch.
type Commit struct {
	OID     string
	Message string
	Files   map[string]string // the whole tree: path → text
	parent  *Commit
}

// git is the branches of a repository: what the world gives and what was written since.
type git struct {
	branches map[string]*Commit
	commits  map[string]*Commit
	modes    map[string]int // of paths that are no ordinary files
	rules    rules
}

func newGit(r *Repo) *git {
	g := &git{branches: map[string]*Commit{}, commits: map[string]*Commit{}, modes: map[string]int{}}
	g.rules.protected = map[string]bool{}
	base := g.commit(nil, "first commit", r.Files)
	g.branches[r.defaultBranch()] = base
	for _, name := range slices.Sorted(maps.Keys(r.Branches)) {
		files := maps.Clone(base.Files)
		maps.Copy(files, r.Branches[name])
		g.branches[name] = g.commit(base, "start "+name, files)
	}
	return g
}

// commit adds a commit; its OID is made of all that came before, so that equal worlds have equal commits.
func (g *git) commit(parent *Commit, message string, files map[string]string) *Commit {
	h := sha1.New()
	if parent != nil {
		fmt.Fprintln(h, parent.OID)
	}
	fmt.Fprintln(h, message)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s\x00%s\x00", path, files[path])
	}
	c := &Commit{OID: fmt.Sprintf("%x", h.Sum(nil)), Message: message, Files: maps.Clone(files), parent: parent}
	if c.Files == nil {
		c.Files = map[string]string{}
	}
	g.commits[c.OID] = c
	return c
}

// contains reports whether c has ancestor in its history.
func (c *Commit) contains(ancestor *Commit) bool {
	for ; c != nil; c = c.parent {
		if c == ancestor {
			return true
		}
	}
	return false
}

// setRef moves or makes a branch and says why it cannot, in GitHub's words.
func (g *git) setRef(name, oid string, create, force bool) (string, *Commit) {
	branch, ok := strings.CutPrefix(name, "refs/heads/")
	to := g.commits[oid]
	from := g.branches[branch]
	switch {
	case !ok:
		return "Reference name must start with 'refs/heads/': the fake has branches only", nil
	case to == nil:
		return "Object does not exist", nil
	case create && from != nil:
		return "Reference already exists", nil
	case create && g.inTheWay(branch) != "", g.rules.protected[branch]:
		return "Reference update failed", nil
	case !create && from == nil:
		return "Reference does not exist", nil
	case !create && !force && !to.contains(from):
		return "Update is not a fast forward", nil
	}
	g.branches[branch] = to
	return "", to
}

// Branch returns the commits of a branch, the newest first, or nil when there is no such branch.
func (s *Server) Branch(repo, branch string) []Commit {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Commit
	for c := s.mustRepo(repo).git.branches[branch]; c != nil; c = c.parent {
		out = append(out, *c)
	}
	return out
}

// Push commits files to a branch as another person would, past the API; the branch must exist. A file with the text
// "" is removed.
func (s *Server) Push(repo, branch, message string, files map[string]string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.mustRepo(repo).git
	head := g.branches[branch]
	if head == nil {
		s.t.Fatalf("githubtest: %s has no branch %s", repo, branch)
	}
	tree := maps.Clone(head.Files)
	for path, text := range files {
		tree[path] = text
		if text == "" {
			delete(tree, path)
		}
	}
	g.branches[branch] = g.commit(head, message, tree)
}

// CreateBranch makes a branch where the default branch stands, as another person would, past the API.
func (s *Server) CreateBranch(repo, branch string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mustRepo(repo)
	r.git.branches[branch] = r.git.branches[r.defaultBranch()]
}

// DeleteBranch removes a branch, as GitHub does after a merge when told so.
func (s *Server) DeleteBranch(repo, branch string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mustRepo(repo).git.branches, branch)
}

// mustRepo finds a repository that the test names. The caller holds the lock.
func (s *Server) mustRepo(full string) *repoState {
	r := s.index.repo(full)
	if r == nil {
		s.t.Fatalf("githubtest: the world has no repository %s", full)
	}
	return r
}

func shaOf(text string) string { return fmt.Sprintf("%x", sha1.Sum([]byte(text))) }

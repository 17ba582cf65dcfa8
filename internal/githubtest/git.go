package githubtest

import (
	"crypto/sha1"
	"fmt"
	"maps"
	"path"
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

// Branch returns the commits of a branch, the newest first, or nil without such a branch.
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

// CreateBranch makes a branch at the head of the default branch, as another person would, past the API.
func (s *Server) CreateBranch(repo, branch string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mustRepo(repo)
	r.git.branches[branch] = r.git.branches[r.defaultBranch()]
}

// DeleteBranch removes a branch, as GitHub does after a merge when configured so.
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

// rules are the settings of a repository that stand in the way of publishing.
type rules struct {
	protected  map[string]bool // branches
	noPulls    bool            // Actions may not open pull requests
	noDrafts   bool            // the plan has no draft pull requests
	milestones []string        // their numbers count from 1
}

// Protect refuses every write to a branch through the API, its creation too.
func (s *Server) Protect(repo, branch string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustRepo(repo).git.rules.protected[branch] = true
}

// ForbidPulls switches off the setting that lets GitHub Actions open pull requests.
func (s *Server) ForbidPulls(repo string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustRepo(repo).git.rules.noPulls = true
}

// ForbidDraftPulls makes the repository one whose plan has no draft pull requests.
func (s *Server) ForbidDraftPulls(repo string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustRepo(repo).git.rules.noDrafts = true
}

// AddMilestone gives a repository an open milestone.
func (s *Server) AddMilestone(repo, title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.mustRepo(repo).git
	g.rules.milestones = append(g.rules.milestones, title)
}

// The modes of what is not an ordinary file, as git has them.
const (
	ModeFile      = 0o100644
	ModeFolder    = 0o040000
	ModeSymlink   = 0o120000 // the text is where it leads
	ModeSubmodule = 0o160000
)

// treeEntry is what a folder holds under one name.
type treeEntry struct {
	path string
	mode int
	oid  string
	text string // of a file
}

// kind is git's word for the object behind the entry.
func (e treeEntry) kind() string {
	switch e.mode {
	case ModeFolder:
		return "tree"
	case ModeSubmodule:
		return "commit"
	}
	return "blob"
}

// SetMode says that a path is a symbolic link or a submodule in every commit that has it, rather than a file.
func (s *Server) SetMode(repo, path string, mode int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustRepo(repo).git.modes[path] = mode
}

// entries lists what lies directly in a folder, in the order of the names.
func (g *git) entries(c *Commit, dir string) []treeEntry {
	found := map[string]treeEntry{}
	for file, text := range c.Files {
		rest := file
		if dir != "" {
			var ok bool
			if rest, ok = strings.CutPrefix(file, dir+"/"); !ok {
				continue
			}
		}
		name, _, nested := strings.Cut(rest, "/")
		full := path.Join(dir, name)
		e := treeEntry{path: full, mode: ModeFile, oid: blobOID(text), text: text}
		if mode, ok := g.modes[full]; ok {
			e.mode = mode
		}
		if nested {
			e = treeEntry{path: full, mode: ModeFolder, oid: treeOID(c, full)}
		}
		found[name] = e
	}
	var out []treeEntry
	for _, name := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[name])
	}
	return out
}

// below lists the branches whose full names begin with prefix.
func (g *git) below(prefix string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(g.branches)), func(name string) bool {
		return !strings.HasPrefix("refs/heads/"+name, prefix)
	})
}

// inTheWay names a branch that git cannot keep beside the given one, as one would be the folder of the other.
func (g *git) inTheWay(branch string) string {
	for _, name := range slices.Sorted(maps.Keys(g.branches)) {
		if strings.HasPrefix(name, branch+"/") || strings.HasPrefix(branch, name+"/") {
			return name
		}
	}
	return ""
}

// treeOID is the object ID of a folder.
func treeOID(c *Commit, dir string) string { return shaOf(c.OID + " tree " + dir) }

// parent is the folder of a path, "" for the root.
func parent(file string) string {
	if dir := path.Dir(file); dir != "." {
		return dir
	}
	return ""
}

func base(file string) string { return path.Base(file) }

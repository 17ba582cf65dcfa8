package githubtest

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// The modes of what is no ordinary file, as git has them.
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

// treeOID stands for the object ID of a folder.
func treeOID(c *Commit, dir string) string { return shaOf(c.OID + " tree " + dir) }

// parent is the folder of a path, "" for the root.
func parent(file string) string {
	if dir := path.Dir(file); dir != "." {
		return dir
	}
	return ""
}

func base(file string) string { return path.Base(file) }

package githubtest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// refOrNull is a branch, or null when there is none.
func (s *Server) refOrNull(r *repoState, branch string) any {
	c := r.git.branches[branch]
	if c == nil {
		return nil
	}
	return record("Ref", map[string]any{
		"id": nodeID("REF", r.id, branch), "name": branch, "prefix": "refs/heads/", "repository": s.repoNode(r),
		"target": s.commitNode(r, c),
	})
}

// refs lists the branches whose full names begin with refPrefix, in the order of their names.
func (n *repoNode) refs(args execute.Args) (any, error) {
	return listOf("Ref", n.git.below(args.Text("refPrefix")), args, func(name string) execute.Object {
		ref, _ := n.s.refOrNull(n.repoState, name).(execute.Object)
		return ref
	}), nil
}

// commitNode is a commit. Its dates are the world's present: a world has no history of its own.
type commitNode struct {
	s    *Server
	repo *repoState
	*Commit
}

func (s *Server) commitNode(r *repoState, c *Commit) execute.Object { return &commitNode{s, r, c} }

// TypeName implements execute.Object.
func (n *commitNode) TypeName() string { return "Commit" }

// Field implements execute.Object.
func (n *commitNode) Field(name string, args execute.Args) (any, error) {
	switch name {
	case "tree":
		return n.s.treeNode(n.repo, n.Commit, ""), nil
	case "history":
		return n.history(args), nil
	case "file":
		return n.file(strings.Trim(args.Text("path"), "/"))
	}
	fields := n.s.gitObject(n.repo, n.OID)
	fields["url"], fields["resourcePath"] = fields["commitUrl"], fields["commitResourcePath"]
	if value, ok := fields[name]; ok {
		return value, nil
	}
	return nil, execute.ErrUnsupported
}

// history is the commit and all before it, the newest first.
func (n *commitNode) history(args execute.Args) any {
	var list []*Commit
	for c := n.Commit; c != nil; c = c.parent {
		list = append(list, c)
	}
	h := listOf("Commit", list, args, func(c *Commit) execute.Object { return n.s.commitNode(n.repo, c) })
	h.name = "CommitHistoryConnection"
	return h
}

// file is the entry at a path. One that is not there is an error beside a null, which GitHub has for no other object
// in git.
func (n *commitNode) file(path string) (any, error) {
	for _, e := range n.repo.git.entries(n.Commit, parent(path)) {
		if e.path == path {
			return n.s.entryNode(n.repo, n.Commit, e), nil
		}
	}
	return nil, notFound("Could not resolve file for path '%s'.", path)
}

// entryNode is a file, folder, symbolic link or submodule in a folder.
func (s *Server) entryNode(r *repoState, c *Commit, e treeEntry) execute.Object {
	fields := map[string]any{"name": base(e.path), "path": e.path, "mode": e.mode, "type": e.kind(), "oid": e.oid, "size": len(e.text), "object": nil}
	switch e.kind() {
	case "blob":
		fields["object"] = s.blobNode(r, e.text)
	case "tree":
		fields["object"] = s.treeNode(r, c, e.path)
	}
	return record("TreeEntry", fields)
}

// treeNode is a folder with what lies directly in it.
func (s *Server) treeNode(r *repoState, c *Commit, dir string) execute.Object {
	entries := []any{}
	for _, e := range r.git.entries(c, dir) {
		entries = append(entries, &lazyEntry{s, r, c, e})
	}
	fields := s.gitObject(r, treeOID(c, dir))
	fields["entries"] = entries
	return record("Tree", fields)
}

// lazyEntry makes the object of an entry when it is asked for: folders hold folders.
type lazyEntry struct {
	s    *Server
	repo *repoState
	in   *Commit
	treeEntry
}

// TypeName implements execute.Object.
func (e *lazyEntry) TypeName() string { return "TreeEntry" }

// Field implements execute.Object.
func (e *lazyEntry) Field(name string, args execute.Args) (any, error) {
	return e.s.entryNode(e.repo, e.in, e.treeEntry).Field(name, args)
}

// maxBlobText is how much of a file GraphQL gives; more is cut off.
const maxBlobText = 512 << 10

// blobNode is a file. Text that is not UTF-8 is guessed at and converted, so it is not what is stored.
func (s *Server) blobNode(r *repoState, text string) execute.Object {
	fields := s.gitObject(r, blobOID(text))
	shown := text
	fields["isTruncated"] = len(text) > maxBlobText
	if len(text) > maxBlobText {
		shown = text[:maxBlobText]
	}
	if !utf8.ValidString(shown) {
		shown = strings.ToValidUTF8(shown, "\uFFFD")
	}
	fields["text"], fields["byteSize"], fields["isBinary"] = shown, len(text), false
	if strings.Contains(text, "\x00") {
		fields["text"], fields["isBinary"] = nil, true
	}
	return record("Blob", fields)
}

// gitObject is what all things in git have in common.
func (s *Server) gitObject(r *repoState, oid string) map[string]any {
	path := r.FullName() + "/commit/" + oid
	return map[string]any{
		"id": nodeID("C", r.id, oid), "oid": oid, "abbreviatedOid": oid[:7], "repository": s.repoNode(r),
		"commitUrl": webURL + path, "commitResourcePath": "/" + path,
	}
}

// object resolves "branch:path" to a file, "branch" or an oid to a commit, and anything else to null.
func (n *repoNode) object(args execute.Args) (any, error) {
	name, path, isFile := strings.Cut(firstOf(args.Text("expression"), args.Text("oid")), ":")
	c := n.git.commits[name]
	if b := n.git.branches[strings.TrimPrefix(name, "refs/heads/")]; b != nil {
		c = b
	}
	if name == "HEAD" {
		c = n.git.branches[n.defaultBranch()]
	}
	if c == nil {
		return nil, nil
	}
	if !isFile {
		return n.s.commitNode(n.repoState, c), nil
	}
	text, ok := c.Files[path]
	if !ok {
		return nil, nil
	}
	return n.s.blobNode(n.repoState, text), nil
}

// blobOID is what git calls a file with this text.
func blobOID(text string) string { return shaOf(fmt.Sprintf("blob %d\x00%s", len(text), text)) }

// blob returns a file of any size by its object ID.
func (c *call) blob() (any, error) {
	sha := c.route.Path["file_sha"]
	for _, commit := range c.repo.git.commits {
		for _, text := range commit.Files {
			if blobOID(text) != sha {
				continue
			}
			if strings.Contains(c.q.Header.Get("Accept"), ".raw") {
				return rawBody(text), nil
			}
			return map[string]any{
				"sha": sha, "node_id": nodeID("B", c.repo.id, sha), "size": len(text), "encoding": "base64",
				"url":     c.origin + "/repos/" + c.repo.FullName() + "/git/blobs/" + sha,
				"content": base64.StdEncoding.EncodeToString([]byte(text)),
			}, nil
		}
	}
	return nil, errNotFound
}

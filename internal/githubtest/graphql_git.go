package githubtest

import (
	"strings"

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

// commitNode is a commit. Its dates are the world's present: a world has no history of its own.
func (s *Server) commitNode(r *repoState, c *Commit) execute.Object {
	headline, _, _ := strings.Cut(c.Message, "\n")
	fields := s.gitObject(r, c.OID)
	fields["message"], fields["messageHeadline"] = c.Message, headline
	fields["authoredDate"], fields["committedDate"] = s.now(), s.now()
	fields["url"], fields["resourcePath"] = fields["commitUrl"], fields["commitResourcePath"]
	return record("Commit", fields)
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
	fields := n.s.gitObject(n.repoState, blobOID(text))
	fields["text"], fields["byteSize"], fields["isBinary"], fields["isTruncated"] = text, len(text), false, false
	return record("Blob", fields), nil
}

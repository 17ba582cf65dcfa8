package githubtest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/community-digest/digest/internal/githubtest/schema"
)

func (c *call) ref() (any, error) {
	branch, ok := strings.CutPrefix(c.route.Path["ref"], "heads/")
	if !ok || c.repo.git.branches[branch] == nil {
		return nil, errNotFound
	}
	return c.refFacts(branch), nil
}

func (c *call) refFacts(branch string) map[string]any {
	url := c.origin + "/repos/" + c.repo.FullName() + "/git/"
	oid := c.repo.oid(branch)
	return map[string]any{
		"ref": "refs/heads/" + branch, "node_id": nodeID("REF", c.repo.id, branch), "url": url + "refs/heads/" + branch,
		"object": map[string]any{"type": "commit", "sha": oid, "url": url + "commits/" + oid},
	}
}

func (c *call) createRef() (any, error) {
	var in struct{ Ref, SHA string }
	if err := c.body(&in); err != nil {
		return nil, err
	}
	if problem, _ := c.repo.git.setRef(in.Ref, in.SHA, true, false); problem != "" {
		return nil, &restError{status: http.StatusUnprocessableEntity, message: problem}
	}
	c.status = http.StatusCreated
	return c.refFacts(strings.TrimPrefix(in.Ref, "refs/heads/")), nil
}

func (c *call) updateRef() (any, error) {
	var in struct {
		SHA   string
		Force bool
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	name := c.route.Path["ref"]
	if problem, _ := c.repo.git.setRef("refs/"+name, in.SHA, false, in.Force); problem != "" {
		return nil, &restError{status: http.StatusUnprocessableEntity, message: problem}
	}
	return c.refFacts(strings.TrimPrefix(name, "heads/")), nil
}

func (c *call) branch() (any, error) {
	name := c.route.Path["branch"]
	head := c.repo.git.branches[name]
	if head == nil {
		return nil, &restError{status: http.StatusNotFound, message: "Branch not found"}
	}
	return schema.REST().Fill("branch-with-protection", map[string]any{
		"name": name, "protected": false, "_links": map[string]any{"html": webURL + c.repo.FullName() + "/tree/" + name},
		"commit": map[string]any{"sha": head.OID, "commit": map[string]any{"message": head.Message}},
	}), nil
}

// contents answers a file, or a folder as the list of what lies directly in it.
func (c *call) contents() (any, error) {
	name := firstOf(c.q.Query.Get("ref"), c.repo.defaultBranch())
	commit := c.repo.git.branches[strings.TrimPrefix(name, "refs/heads/")]
	if commit == nil {
		commit = c.repo.git.commits[name]
	}
	if commit == nil {
		return nil, &restError{status: http.StatusNotFound, message: "No commit found for the ref " + name}
	}
	file := c.route.Path["path"]
	if text, ok := commit.Files[file]; ok {
		facts := c.fileFacts(file, text)
		facts["encoding"], facts["content"] = "base64", base64.StdEncoding.EncodeToString([]byte(text))
		return facts, nil
	}
	list := c.folder(commit, strings.Trim(file, "/"))
	if len(list) == 0 {
		return nil, errNotFound
	}
	return list, nil
}

func (c *call) folder(commit *Commit, dir string) []any {
	found := map[string]map[string]any{}
	var names []string
	for file, text := range commit.Files {
		rest, ok := strings.CutPrefix(file, dir+"/")
		if !ok {
			continue
		}
		name, _, nested := strings.Cut(rest, "/")
		if found[name] == nil {
			names = append(names, name)
		}
		found[name] = c.fileFacts(path.Join(dir, name), text)
		if nested {
			found[name]["type"], found[name]["size"] = "dir", 0
		}
	}
	slices.Sort(names)
	var out []any
	for _, name := range names {
		out = append(out, found[name])
	}
	return out
}

func (c *call) fileFacts(file, text string) map[string]any {
	url := c.origin + "/repos/" + c.repo.FullName() + "/contents/" + file
	return map[string]any{
		"type": "file", "name": path.Base(file), "path": file, "size": len(text), "sha": blobOID(text), "url": url,
		"git_url": nil, "html_url": nil, "download_url": nil,
		"_links": map[string]any{"self": url, "git": nil, "html": nil},
	}
}

// blobOID is what git calls a file with this text.
func blobOID(text string) string { return shaOf(fmt.Sprintf("blob %d\x00%s", len(text), text)) }

// blob answers a file of any size by its object ID.
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

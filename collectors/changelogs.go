package collectors

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
	"github.com/community-digest/digest/internal/notes"
)

const (
	// changelogBatch is how many files a document requests, each of up to half a megabyte.
	changelogBatch = 15
	// maxChangelogs bounds the response to such a document, in bytes.
	maxChangelogs = 32 << 20
)

// changelog is a file in a repository that holds the notes of a release.
type changelog struct {
	repo      digest.Repo
	ref, path string
}

// blob is a file at a ref. See https://docs.github.com/graphql/reference/objects#blob.
type blob struct {
	Object *struct {
		Blob struct {
			Text        *string // null for a binary file
			IsTruncated bool
		} `graphql:"... on Blob"`
	} `graphql:"object(expression: $expression)"`
}

// readChangelogs replaces notes that only link to a changelog of the same repository by
// the section of the version in that file. A link that leads nowhere, or to a file without
// such a section, leaves the notes as they are; a file that cannot be read is an error of
// the result.
func (c *GitHub) readChangelogs(ctx context.Context, lists []*releaseList, results []releaseResult) error {
	waiting := make(map[changelog][]*linkedRelease)
	var files []changelog // in order
	for _, l := range lists {
		for _, cand := range l.candidates {
			result := &results[0]
			results = results[1:]
			if result.Release == nil || !notes.LinkOnly(result.Notes) {
				continue
			}
			if file, ok := changelogOf(c.client, l.repo, cand.TagName, result.Notes.Links); ok {
				if waiting[file] == nil {
					files = append(files, file)
				}
				waiting[file] = append(waiting[file], &linkedRelease{result, cand.TagName})
			}
		}
	}
	for batch := range slices.Chunk(files, changelogBatch) {
		pages := make([]github.RepoPage, len(batch))
		for i, file := range batch {
			pages[i] = github.RepoPage{Owner: file.repo.Owner, Name: file.repo.Name,
				Vars: map[string]any{"expression": githubv4.String(file.ref + ":" + file.path)}}
		}
		responses, err := github.QueryRepos[blob](github.WithMaxBody(ctx, maxChangelogs), c.client, pages, 1)
		if err != nil {
			return fmt.Errorf("read changelogs: %w", err)
		}
		for i, r := range responses {
			for _, release := range waiting[batch[i]] {
				c.complete(release, batch[i], r)
			}
		}
	}
	return nil
}

// linkedRelease is a release whose notes are in a changelog.
type linkedRelease struct {
	*releaseResult
	tag string
}

func (c *GitHub) complete(l *linkedRelease, file changelog, r github.RepoAnswer[blob]) {
	defer protectErr(&l.err)
	if r.Err != nil {
		l.err = fmt.Errorf("read %s of %s: %w", file.path, file.repo, r.Err)
		return
	}
	if r.Data == nil || r.Data.Object == nil || r.Data.Object.Blob.Text == nil {
		return
	}
	section, ok := notes.Section(*r.Data.Object.Blob.Text, l.tag)
	if !ok {
		return
	}
	if n := c.notes(section); !notes.LinkOnly(n) {
		l.Notes = notes.Complete(n, l.Notes)
	}
}

// changelogName is what files are called that hold release notes.
var changelogName = regexp.MustCompile(`(?i)^[^/]*(change|release|history|news)[^/]*\.(md|markdown|txt)$|^(changelog|changes|history|news|releases)$`)

// changelogOf finds the first link to a changelog of a repository on GitHub's own site,
// as https://github.com/owner/name/blob/main/CHANGELOG.md. A ref with a slash is only
// known if it is the release's own tag.
func changelogOf(client *github.Client, repo digest.Repo, tag string, links []markdown.URL) (changelog, bool) {
	for _, link := range links {
		if !repoAt(client, link.String()).Same(repo) || !strings.EqualFold(link.Host(), client.WebHost()) {
			continue
		}
		u, err := url.Parse(link.String())
		if err != nil {
			continue
		}
		parts := strings.SplitN(strings.TrimPrefix(u.Path, "/"), "/", 4) // owner, name, blob, ref and path
		if len(parts) < 4 || parts[2] != "blob" && parts[2] != "raw" {
			continue
		}
		ref, file, ok := strings.Cut(parts[3], "/")
		if rest, own := strings.CutPrefix(parts[3], tag+"/"); own && tag != "" {
			ref, file, ok = tag, rest, true
		}
		if ok && !strings.Contains(ref, ":") && changelogName.MatchString(path.Base(file)) {
			return changelog{repo, ref, file}, true
		}
	}
	return changelog{}, false
}

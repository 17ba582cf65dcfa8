package publish

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/internal/github"
)

// MaxFile is the size in bytes above which no file is committed or read.
const MaxFile = 32 << 20

// Commit writes those of the files that differ from the branch in one commit, and makes the branch from the base branch
// when it is missing. It reports whether there was anything to write: with nothing new, and after [Branch.Done], it
// writes nothing. The first line of the message is the headline of the commit.
//
// GitHub makes and signs the commit, against the head that was read; [ErrMoved] says that the head has moved since.
// Files that are not named stay as they are; none is deleted.
func (b *Branch) Commit(ctx context.Context, message string, files map[string][]byte) (changed bool, err error) {
	if b.Done() != "" {
		return false, nil
	}
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if len(files[p]) > MaxFile {
			return false, &Error{TooLarge, fmt.Sprintf("%s would be larger than %d MiB, too large to be read again", p, MaxFile>>20),
				"lower limits.per_section", nil}
		}
	}
	paths, err := b.differing(ctx, files)
	if err != nil {
		return false, fmt.Errorf("read branch %s: %w", b, err)
	}
	if len(paths) == 0 {
		return false, nil
	}
	if err := b.readOnly; err != nil {
		return false, err
	}
	if err := b.commit(ctx, message, files, paths); err != nil {
		return false, fmt.Errorf("commit to branch %s: %w", b, err)
	}
	return true, nil
}

// differing lists, in order, the paths of the files that the tip does not have like this.
func (b *Branch) differing(ctx context.Context, files map[string][]byte) ([]string, error) {
	paths := slices.Sorted(maps.Keys(files))
	unknown := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { _, ok := b.known[p]; return ok })
	for batch := range slices.Chunk(unknown, entriesPerQuery) {
		found, err := readEntries[entry](ctx, b, b.tip(), batch)
		if err != nil {
			return nil, err
		}
		for _, p := range batch {
			b.known[p] = ""
			if found[p] != nil {
				b.known[p] = found[p].Oid
			}
		}
	}
	return slices.DeleteFunc(paths, func(p string) bool { return b.known[p] == blobOID(files[p]) }), nil
}

// entriesPerQuery is how many entries one query reads without their texts.
const entriesPerQuery = 100

// hasFiles reports whether a commit has exactly these files at these paths.
func (b *Branch) hasFiles(ctx context.Context, oid string, files map[string][]byte, paths []string) bool {
	for batch := range slices.Chunk(paths, entriesPerQuery) {
		found, err := readEntries[entry](ctx, b, oid, batch)
		if err != nil {
			return false // then it counts as someone else's, which is read and merged with
		}
		for _, p := range batch {
			if found[p] == nil || found[p].Oid != blobOID(files[p]) {
				return false
			}
		}
	}
	return true
}

func (b *Branch) commit(ctx context.Context, message string, files map[string][]byte, paths []string) error {
	if err := b.pace(ctx); err != nil {
		return err
	}
	head, err := b.sendCommit(ctx, b.commitInput(message, files, paths))
	if err != nil {
		if head, err = b.commitFailed(ctx, err, files, paths); err != nil {
			return err
		}
	}
	if b.head == "" {
		b.status = NoPull
	}
	b.head, b.committed = head, true
	for _, p := range paths {
		b.known[p] = blobOID(files[p])
	}
	return nil
}

// sendCommit sends the commit and returns the new head. A missing branch is created by the same request, at the commit of
// the base branch that was read, so that a run that is killed leaves no branch without a commit.
func (b *Branch) sendCommit(ctx context.Context, in githubv4.CreateCommitOnBranchInput) (head string, err error) {
	type payload struct{ Commit *struct{ Oid string } }
	var made payload
	if b.head != "" {
		var m struct {
			CreateCommitOnBranch payload `graphql:"createCommitOnBranch(input: $input)"`
		}
		err = b.client.Mutate(ctx, &m, in, nil)
		made = m.CreateCommitOnBranch
	} else {
		var m struct {
			CreateRef struct {
				Ref *struct{ Name string }
			} `graphql:"createRef(input: $ref)"`
			CreateCommitOnBranch payload `graphql:"createCommitOnBranch(input: $input)"`
		}
		err = b.client.Mutate(ctx, &m, in, map[string]any{"ref": githubv4.CreateRefInput{
			RepositoryID: b.id, Name: githubv4.String("refs/heads/" + b.target.Branch), Oid: githubv4.GitObjectID(b.base),
		}})
		made = m.CreateCommitOnBranch
	}
	switch {
	case made.Commit != nil: // even if another run has created the branch in between
		return made.Commit.Oid, nil
	case err == nil:
		err = errNoResult
	}
	return "", err
}

func (b *Branch) commitInput(message string, files map[string][]byte, paths []string) githubv4.CreateCommitOnBranchInput {
	additions := make([]githubv4.FileAddition, 0, len(paths))
	for _, p := range paths {
		additions = append(additions, githubv4.FileAddition{
			Path: githubv4.String(p), Contents: githubv4.Base64String(base64.StdEncoding.EncodeToString(files[p])),
		})
	}
	headline, body, _ := strings.Cut(message, "\n")
	in := githubv4.CreateCommitOnBranchInput{
		Branch: githubv4.CommittableBranch{
			RepositoryNameWithOwner: githubv4.NewString(githubv4.String(b.target.Repo.String())),
			BranchName:              githubv4.NewString(githubv4.String(b.target.Branch)),
		},
		Message:         githubv4.CommitMessage{Headline: githubv4.String(headline)},
		ExpectedHeadOid: githubv4.GitObjectID(cmp.Or(b.head, b.base)),
		FileChanges:     &githubv4.FileChanges{Additions: &additions},
	}
	if body = strings.TrimSpace(body); body != "" {
		in.Message.Body = githubv4.NewString(githubv4.String(body))
	}
	return in
}

// commitFailed finds out what a failed commit means, from the head of the branch before any words of the error. It
// returns the new head if the commit was made all the same.
func (b *Branch) commitFailed(ctx context.Context, err error, files map[string][]byte, paths []string) (string, error) {
	parent := cmp.Or(b.head, b.base)
	head := b.head
	look := func() (moved bool, err error) {
		head, err = b.currentHead(ctx)
		return head != parent && (head != "" || b.head != ""), err
	}
	switch kind := github.KindOf(err); {
	case inDoubt(err):
		moved, failed := lookAgain(ctx, look)
		if failed != nil {
			return "", stillInDoubt(err, failed)
		}
		if moved && head != "" && b.hasFiles(ctx, head, files, paths) {
			return head, nil
		}
	case kind == github.Invalid, kind == github.NotFound:
		if _, failed := look(); failed != nil {
			return "", err
		}
	default:
		return "", b.rejected(err)
	}
	switch {
	case head == "" && b.head != "":
		return "", &Error{Deleted, "the branch was deleted during this run", "run again", err}
	case head != "" && head != parent:
		return "", ErrMoved
	case head != "" && b.head == "":
		return "", &partialError{"the branch was created", b.rejected(err)}
	case inDoubt(err):
		return "", notDone(err)
	case head == "":
		if name := b.conflictingBranch(ctx); name != "" {
			return "", &Error{Taken, fmt.Sprintf("git cannot store it beside the branch %s", name),
				"rename or delete that one, or set another publish.branch", err}
		}
	}
	return "", b.rejected(err)
}

// conflictingBranch names a branch whose name is a prefix of ours up to a slash, or the other way round, or returns "".
// Git stores branches as files, so that one would have to be a file and a directory.
func (b *Branch) conflictingBranch(ctx context.Context) string {
	parts := strings.Split(b.target.Branch, "/")
	for i := 1; i < len(parts); i++ {
		parent := *b
		parent.target.Branch = strings.Join(parts[:i], "/")
		if oid, err := parent.currentHead(ctx); err == nil && oid != "" {
			return parent.target.Branch
		}
	}
	var q struct {
		Repository struct {
			Refs *struct {
				Nodes []struct{ Prefix, Name string }
			} `graphql:"refs(refPrefix: $prefix, first: 1)"`
		} `graphql:"repository(owner: $owner, name: $name)"`
	}
	vars := b.vars()
	vars["prefix"] = githubv4.String("refs/heads/" + b.target.Branch + "/")
	// This only explains an error that is reported anyway, so its own failure is not another one.
	if err := b.client.Query(ctx, &q, vars); err != nil || q.Repository.Refs == nil || len(q.Repository.Refs.Nodes) == 0 {
		return ""
	}
	n := q.Repository.Refs.Nodes[0]
	return strings.TrimPrefix(n.Prefix+n.Name, "refs/heads/")
}

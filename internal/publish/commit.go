package publish

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/internal/github"
)

// Commit writes those of the files that differ from what the branch has, in one commit, and makes the branch from the
// base branch when there is none. It reports whether there was anything to write: with nothing new, and where
// [Branch.Done] says why not, it writes nothing. The message's first line is its headline.
//
// The commit is made by GitHub, which signs it, against the head that was read. [ErrMoved] says that the head has moved.
// Files that are not named stay as they are; none is deleted.
func (b *Branch) Commit(ctx context.Context, message string, files map[string][]byte) (changed bool, err error) {
	if b.Done() != "" {
		return false, nil
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
	if b.head == "" {
		if err := b.create(ctx); err != nil {
			return false, fmt.Errorf("make branch %s: %w", b, err)
		}
	}
	if err := b.commit(ctx, message, files, paths); err != nil {
		return false, fmt.Errorf("commit to branch %s: %w", b, err)
	}
	return true, nil
}

// differing lists, in order, the paths of files that are not at the tip as they should be.
func (b *Branch) differing(ctx context.Context, files map[string][]byte) ([]string, error) {
	paths := slices.Sorted(maps.Keys(files))
	unknown := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { _, ok := b.known[p]; return ok })
	for batch := range slices.Chunk(unknown, 10*perDocument) {
		found, err := entries[entry](ctx, b, b.tip(), batch)
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

func (b *Branch) commit(ctx context.Context, message string, files map[string][]byte, paths []string) error {
	if err := b.pace(ctx); err != nil {
		return err
	}
	var m struct {
		CreateCommitOnBranch struct {
			Commit *struct{ Oid string }
		} `graphql:"createCommitOnBranch(input: $input)"`
	}
	err := b.client.Mutate(ctx, &m, b.commitInput(message, files, paths), nil)
	made := m.CreateCommitOnBranch.Commit
	if err == nil && made == nil {
		err = errNothing
	}
	head := ""
	if err != nil {
		head, err = b.notCommitted(ctx, err, files, paths)
	} else {
		head = made.Oid
	}
	if err != nil {
		return err
	}
	b.head, b.committed = head, true
	for _, p := range paths {
		b.known[p] = blobOID(files[p])
	}
	return nil
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
		ExpectedHeadOid: githubv4.GitObjectID(b.head),
		FileChanges:     &githubv4.FileChanges{Additions: &additions},
	}
	if body = strings.TrimSpace(body); body != "" {
		in.Message.Body = githubv4.NewString(githubv4.String(body))
	}
	return in
}

// notCommitted finds out what a failed commit means: by where the branch stands, before any words are read. It returns
// the new head when the commit was made all the same.
func (b *Branch) notCommitted(ctx context.Context, err error, files map[string][]byte, paths []string) (string, error) {
	head := b.head
	look := func() (bool, error) {
		var err error
		head, err = b.standing(ctx)
		return head != b.head, err
	}
	switch kind := github.KindOf(err); {
	case doubtful(err):
		moved, failed := lookAgain(ctx, look)
		if failed != nil {
			return "", unclear(err, failed)
		}
		if moved && head != "" && b.holds(ctx, head, files, paths) {
			return head, nil
		}
	case kind == github.Invalid, kind == github.NotFound:
		if _, failed := look(); failed != nil {
			return "", err
		}
	default:
		return "", b.refusal(err)
	}
	switch {
	case head == "":
		return "", &Error{Deleted, "the branch was deleted while this ran: run again to see what is left to do", err}
	case head != b.head:
		return "", ErrMoved
	case doubtful(err):
		return "", undone(err)
	}
	return "", b.refusal(err)
}

// holds reports whether a commit has exactly these files at these paths.
func (b *Branch) holds(ctx context.Context, oid string, files map[string][]byte, paths []string) bool {
	for batch := range slices.Chunk(paths, 10*perDocument) {
		found, err := entries[entry](ctx, b, oid, batch)
		if err != nil {
			return false // then it counts as somebody else's, which is read and merged with
		}
		for _, p := range batch {
			if found[p] == nil || found[p].Oid != blobOID(files[p]) {
				return false
			}
		}
	}
	return true
}

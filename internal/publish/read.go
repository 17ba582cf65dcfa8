package publish

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
)

// perDocument is how many files are read at once. GraphQL gives half a megabyte of each at most, and the client takes
// 10 MiB in one answer.
const perDocument = 10

// Read returns the files at the given paths, byte for byte: from the branch while it is worked on, else from the base
// branch. What is not there is not in the answer. It is an error when something else than a file stands at a path, or
// something else than a folder on the way there.
func (b *Branch) Read(ctx context.Context, paths ...string) (map[string][]byte, error) {
	files := make(map[string][]byte, len(paths))
	for batch := range slices.Chunk(paths, perDocument) {
		found, err := entries[textEntry](ctx, b, b.tip(), batch)
		if err != nil {
			return nil, fmt.Errorf("read branch %s: %w", b, err)
		}
		for _, p := range batch {
			b.known[p] = ""
			e := found[p]
			if e == nil {
				continue
			}
			data, err := b.content(ctx, e)
			if err != nil {
				return nil, fmt.Errorf("read %s in branch %s: %w", p, b, err)
			}
			files[p], b.known[p] = data, e.Oid
		}
	}
	return files, nil
}

// content returns the bytes of a file. The text of the first answer is taken when it has the file's object ID, and so is
// the whole of it; everything else is asked for by REST, which gives bytes.
func (b *Branch) content(ctx context.Context, e *textEntry) ([]byte, error) {
	if t := e.Object.Blob.Text; t != nil && blobOID([]byte(*t)) == e.Oid {
		return []byte(*t), nil
	}
	blob, _, err := b.client.REST.Git.GetBlob(ctx, b.target.Repo.Owner, b.target.Repo.Name, e.Oid)
	if err != nil {
		return nil, err
	}
	if blob.GetEncoding() != "base64" {
		return nil, fmt.Errorf("it came in an unknown encoding, %q", blob.GetEncoding())
	}
	data, err := base64.StdEncoding.DecodeString(blob.GetContent())
	if err != nil {
		return nil, fmt.Errorf("it came as no base64: %w", err)
	}
	if blobOID(data) != e.Oid {
		return nil, errors.New("the bytes that came are not those of the commit")
	}
	return data, nil
}

package publish

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/shurcooL/githubv4"
)

// List returns the names in a folder of the base branch, in order: which editions have state there, for example. A
// folder that is not there has none. "." is the root.
func (b *Branch) List(ctx context.Context, folder string) ([]string, error) {
	names, err := b.list(ctx, folder)
	if err != nil {
		return nil, fmt.Errorf("list %s in branch %s of %s: %w", folder, b.target.Base, b.target.Repo, err)
	}
	slices.Sort(names)
	return names, nil
}

type folderEntries struct {
	Entries []struct{ Name string }
}

func (b *Branch) list(ctx context.Context, folder string) ([]string, error) {
	vars := b.vars()
	vars["oid"] = githubv4.GitObjectID(b.base)
	if folder == "." {
		root := []reflect.StructField{{Name: "Tree", Type: reflect.TypeFor[folderEntries]()}}
		commit, err := b.commitFields(ctx, root, vars)
		if err != nil {
			return nil, err
		}
		return names(commit.Field(0).Interface().(folderEntries)), nil
	}
	if err := checkPath(folder); err != nil {
		return nil, err
	}
	type found struct {
		entry
		Object struct {
			Tree folderEntries `graphql:"... on Tree"`
		}
	}
	vars["folder"] = githubv4.String(folder)
	field := []reflect.StructField{{Name: "File", Type: reflect.TypeFor[*found](), Tag: `graphql:"file(path: $folder)"`}}
	commit, err := b.commitFields(ctx, field, vars)
	if err != nil {
		return nil, err
	}
	f := commit.Field(0).Interface().(*found)
	switch {
	case f == nil:
		return nil, nil
	case f.Type != "tree":
		return nil, notAFile(folder, or(f.what(), "a file"), "a folder")
	}
	return names(f.Object.Tree), nil
}

func names(f folderEntries) []string {
	var out []string
	for _, e := range f.Entries {
		out = append(out, e.Name)
	}
	return out
}

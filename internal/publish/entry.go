package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/internal/github"
)

// entry is what a commit has at a path.
// https://docs.github.com/graphql/reference/objects#treeentry
type entry struct {
	Mode int
	Type string // blob, tree, or commit for a submodule
	Oid  string
}

// textEntry is an entry with its text, if it is one: null for what GitHub takes for binary, cut off when it is long, and
// converted when it is not UTF-8.
type textEntry struct {
	entry
	Object struct {
		Blob struct{ Text *string } `graphql:"... on Blob"`
	}
}

const modeSymlink = 0o120000

// what says in words what an entry is, or "" for an ordinary file.
func (e entry) what() string {
	switch {
	case e.Type == "tree":
		return "a folder"
	case e.Type == "commit":
		return "a submodule"
	case e.Mode == modeSymlink:
		return "a symbolic link"
	}
	return ""
}

// entryType is what [entries] can ask for.
type entryType interface {
	entry | textEntry
	what() string
}

// entries asks for the entries of a commit at the given paths, and for those of the folders above them. Missing ones are
// not in the answer.
func entries[T entryType](ctx context.Context, b *Branch, oid string, paths []string) (map[string]*T, error) {
	for _, p := range paths {
		if err := checkPath(p); err != nil {
			return nil, err
		}
	}
	folders := above(paths)
	vars := b.vars()
	vars["oid"] = githubv4.GitObjectID(oid)
	// The tags hold no values: types that reflect makes are never freed, and so there are as many as numbers of paths.
	fields := append(fileFields[T]("f", paths, vars), fileFields[entry]("d", folders, vars)...)
	commit, err := b.commitFields(ctx, fields, vars)
	if err != nil {
		return nil, err
	}
	for i, dir := range folders {
		e := commit.Field(len(paths) + i).Interface().(*entry)
		if e != nil && e.Type != "tree" {
			return nil, notAFile(dir, or(e.what(), "a file"), "a folder")
		}
	}
	found := make(map[string]*T, len(paths))
	for i, p := range paths {
		e := commit.Field(i).Interface().(*T)
		if e == nil {
			continue
		}
		if is := (*e).what(); is != "" {
			return nil, notAFile(p, is, "a file")
		}
		found[p] = e
	}
	return found, nil
}

// fileFields makes a field of the struct that asks a commit for each of the paths, and a variable beside it.
func fileFields[T any](prefix string, paths []string, vars map[string]any) []reflect.StructField {
	fields := make([]reflect.StructField, len(paths))
	for i, p := range paths {
		alias := fmt.Sprint(prefix, i)
		fields[i] = reflect.StructField{
			Name: "X" + alias, Type: reflect.TypeFor[*T](),
			Tag: reflect.StructTag(fmt.Sprintf(`graphql:"%s: file(path: $%s)"`, alias, alias)),
		}
		vars[alias] = githubv4.String(p)
	}
	return fields
}

func notAFile(path, is, want string) error {
	return &Error{Problem: NotAFile, Message: fmt.Sprintf("%s is %s, not %s: move it away, or set another path in the configuration", path, is, want)}
}

// commitFields asks for fields of a commit and returns the struct of them.
func (b *Branch) commitFields(ctx context.Context, fields []reflect.StructField, vars map[string]any) (reflect.Value, error) {
	fields = append(fields, reflect.StructField{Name: "Oid", Type: reflect.TypeFor[string]()})
	commit := reflect.StructOf([]reflect.StructField{{Name: "Commit", Type: reflect.StructOf(fields), Tag: `graphql:"... on Commit"`}})
	repository := reflect.StructOf([]reflect.StructField{{Name: "Object", Type: reflect.PointerTo(commit), Tag: `graphql:"object(oid: $oid)"`}})
	q := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Repository", Type: repository, Tag: `graphql:"repository(owner: $owner, name: $name)"`}}))
	if err := withoutMissing(b.client.Query(ctx, q.Interface(), vars)); err != nil {
		return reflect.Value{}, err
	}
	object := q.Elem().Field(0).Field(0)
	if object.IsNil() {
		return reflect.Value{}, ErrMoved // a commit that is gone would look like one without files
	}
	return object.Elem().Field(0), nil
}

// above lists the folders that the paths lie in, each once, in order.
func above(paths []string) []string {
	var folders []string
	for _, p := range paths {
		for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
			folders = append(folders, dir)
		}
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}

// checkPath keeps what is no path of an ordinary file in a repository from being asked for or written.
func checkPath(path string) error {
	if !fs.ValidPath(path) || path == "." || strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return &Error{Problem: NotAFile, Message: fmt.Sprintf("%q is no path in a repository", path)}
	}
	if slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return strings.EqualFold(part, ".git") }) {
		return &Error{Problem: NotAFile, Message: fmt.Sprintf("%q is git's own", path)}
	}
	return nil
}

// withoutMissing takes those errors out of an answer that say no more than that a file is not there, which GitHub
// reports as an error beside a null.
func withoutMissing(err error) error {
	var all github.QueryErrors
	if err == nil || github.AsError(err) != nil || !errors.As(err, &all) {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(all), func(e github.QueryError) bool {
		inside := len(e.Path) > 2 // deeper than the repository and the branch
		return inside && (e.Kind() == github.NotFound || strings.HasPrefix(e.Message, "Could not resolve file for path"))
	})
	if len(rest) == 0 {
		return nil
	}
	return rest
}

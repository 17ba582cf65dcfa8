package publish

import (
	"cmp"
	"context"
	"crypto/sha1"
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

// filesPerQuery is how many files one query reads. GraphQL returns at most half a megabyte of text for each, and the
// client accepts responses of 10 MiB.
const filesPerQuery = 8

// Read returns the files at the given paths, byte for byte: from the branch while it is active, else from the base
// branch. Missing files are not in the result. It is an error when something other than a file is at a path, or
// something other than a directory on the way there.
func (b *Branch) Read(ctx context.Context, paths ...string) (map[string][]byte, error) {
	files := make(map[string][]byte, len(paths))
	for batch := range slices.Chunk(paths, filesPerQuery) {
		found, err := readEntries[textEntry](ctx, b, b.tip(), batch)
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

// content returns the bytes of a file: the text that came with the entry if it hashes to the file's object ID, so that
// nothing was cut off or converted, else the blob by REST.
func (b *Branch) content(ctx context.Context, e *textEntry) ([]byte, error) {
	if o := e.Object; o != nil && o.Blob.Text != nil && blobOID([]byte(*o.Blob.Text)) == e.Oid {
		return []byte(*o.Blob.Text), nil
	}
	if e.Object.Blob.ByteSize > MaxFile {
		return nil, &Error{Problem: TooLarge, Message: fmt.Sprintf("larger than %d MiB", MaxFile>>20)}
	}
	// As raw bytes: a blob in JSON is a third larger.
	data, _, err := b.client.REST.Git.GetBlobRaw(github.WithMaxBody(ctx, MaxFile), b.target.Repo.Owner, b.target.Repo.Name, e.Oid)
	if err != nil {
		return nil, err
	}
	if blobOID(data) != e.Oid {
		return nil, errors.New("the response does not match the object ID")
	}
	return data, nil
}

// blobOID is git's object ID of a file with these bytes. It only shows whether two files are the same.
func blobOID(data []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	return fmt.Sprintf("%x", h.Sum(nil))
}

// List returns the names in a directory of the base branch, sorted; none if the directory is missing. "." is the root.
func (b *Branch) List(ctx context.Context, dir string) ([]string, error) {
	names, err := b.list(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("list %s in branch %s of %s: %w", dir, b.target.Base, b.target.Repo, err)
	}
	slices.Sort(names)
	return names, nil
}

// tree is the content of a directory.
type tree struct {
	Entries []struct{ Name string }
}

func (t tree) names() []string {
	var names []string
	for _, e := range t.Entries {
		names = append(names, e.Name)
	}
	return names
}

func (b *Branch) list(ctx context.Context, dir string) ([]string, error) {
	vars := b.vars()
	vars["oid"] = githubv4.GitObjectID(b.base)
	if dir == "." {
		root := []reflect.StructField{{Name: "Tree", Type: reflect.TypeFor[tree]()}}
		commit, err := b.queryCommit(ctx, root, vars)
		if err != nil {
			return nil, err
		}
		return commit.Field(0).Interface().(tree).names(), nil
	}
	if err := checkPath(dir); err != nil {
		return nil, err
	}
	type treeEntry struct {
		entry
		Object struct {
			Tree tree `graphql:"... on Tree"`
		}
	}
	vars["dir"] = githubv4.String(dir)
	field := []reflect.StructField{{Name: "File", Type: reflect.TypeFor[*treeEntry](), Tag: `graphql:"file(path: $dir)"`}}
	commit, err := b.queryCommit(ctx, field, vars)
	if err != nil {
		return nil, err
	}
	e := commit.Field(0).Interface().(*treeEntry)
	switch {
	case e == nil:
		return nil, nil
	case e.Type != "tree":
		return nil, notAFile(dir, cmp.Or(e.unusual(), "a file"), "a directory")
	}
	return e.Object.Tree.names(), nil
}

// entry is what a commit has at a path.
// https://docs.github.com/graphql/reference/objects#treeentry
type entry struct {
	Mode int
	Type string // blob, tree, or commit for a submodule
	Oid  string
}

// textEntry is an entry with its text: null for what GitHub takes for binary, cut off when it is long, and converted
// when it is not UTF-8.
type textEntry struct {
	entry
	Object *struct { // nil for a submodule
		Blob struct {
			Text     *string
			ByteSize int
		} `graphql:"... on Blob"`
	}
}

const modeSymlink = 0o120000

// unusual says what an entry is if it is not an ordinary file.
func (e entry) unusual() string {
	switch {
	case e.Type == "tree":
		return "a directory"
	case e.Type == "commit":
		return "a submodule"
	case e.Mode == modeSymlink:
		return "a symbolic link"
	}
	return ""
}

// readEntries queries the entries of a commit at the given paths, and those of the directories above them. Missing ones
// are not in the result.
func readEntries[T interface {
	entry | textEntry
	unusual() string
}](ctx context.Context, b *Branch, oid string, paths []string) (map[string]*T, error) {
	for _, p := range paths {
		if err := checkPath(p); err != nil {
			return nil, err
		}
	}
	dirs := parents(paths)
	vars := b.vars()
	vars["oid"] = githubv4.GitObjectID(oid)
	// The tags refer to variables instead of holding the paths: types that reflect makes are never freed.
	fields := append(fileFields[T]("f", paths, vars), fileFields[entry]("d", dirs, vars)...)
	commit, err := b.queryCommit(ctx, fields, vars)
	if err != nil {
		return nil, err
	}
	for i, dir := range dirs {
		e := commit.Field(len(paths) + i).Interface().(*entry)
		if e != nil && e.Type != "tree" {
			return nil, notAFile(dir, cmp.Or(e.unusual(), "a file"), "a directory")
		}
	}
	found := make(map[string]*T, len(paths))
	for i, p := range paths {
		e := commit.Field(i).Interface().(*T)
		if e == nil {
			continue
		}
		if is := (*e).unusual(); is != "" {
			return nil, notAFile(p, is, "a file")
		}
		found[p] = e
	}
	return found, nil
}

// fileFields makes one struct field for each path, which queries the commit for it, and the variables they refer to.
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

// queryCommit queries these fields of a commit and returns the struct that holds them.
func (b *Branch) queryCommit(ctx context.Context, fields []reflect.StructField, vars map[string]any) (reflect.Value, error) {
	fields = append(fields, reflect.StructField{Name: "Oid", Type: reflect.TypeFor[string]()})
	wrap := func(name string, t reflect.Type, tag reflect.StructTag) reflect.Type {
		return reflect.StructOf([]reflect.StructField{{Name: name, Type: t, Tag: tag}})
	}
	commit := wrap("Commit", reflect.StructOf(fields), `graphql:"... on Commit"`)
	repository := wrap("Object", reflect.PointerTo(commit), `graphql:"object(oid: $oid)"`)
	q := reflect.New(wrap("Repository", repository, `graphql:"repository(owner: $owner, name: $name)"`))
	if err := ignoreMissing(b.client.Query(ctx, q.Interface(), vars)); err != nil {
		return reflect.Value{}, err
	}
	object := q.Elem().Field(0).Field(0)
	if object.IsNil() {
		return reflect.Value{}, ErrMoved // a commit that is gone would look like one without files
	}
	return object.Elem().Field(0), nil
}

// parents lists the directories above the paths, each once, sorted.
func parents(paths []string) []string {
	var dirs []string
	for _, p := range paths {
		for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// checkPath rejects what is not the path of an ordinary file in a repository, before it is read or written.
func checkPath(path string) error {
	if !fs.ValidPath(path) || path == "." || strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return &Error{Problem: NotAFile, Message: fmt.Sprintf("invalid path %q", path)}
	}
	if slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return strings.EqualFold(part, ".git") }) {
		return &Error{Problem: NotAFile, Message: fmt.Sprintf("invalid path %q: it is inside git's own directory", path)}
	}
	return nil
}

func notAFile(path, is, want string) error {
	return &Error{Problem: NotAFile, Message: fmt.Sprintf("%s is %s, not %s", path, is, want),
		Remedy: "move it away, or set another path in the configuration"}
}

// ignoreMissing drops the errors that only report a missing file, which GitHub does beside a null.
func ignoreMissing(err error) error {
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

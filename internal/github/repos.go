package github

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/shurcooL/githubv4"
)

// repoBatch is how many repositories one document asks about. A document's cost is its connections divided by 100, so
// 50 repositories with a flat list each cost one point, as one repository does.
const repoBatch = 50

// RepoDocuments is how many documents [QueryRepos] sends for n repositories, when none is too heavy.
func RepoDocuments(n int) int { return ceil(n, repoBatch) }

// RepoPage asks about one repository of a batch.
type RepoPage struct {
	Owner, Name string
	// Vars are the variables that are this repository's own, by their names without the dollar sign: the cursor of the
	// page that is wanted ([Cursor]), for example. All pages of a batch have the same names.
	Vars map[string]any
}

// Cursor makes a variable of a cursor; a first page has none.
func Cursor(after string) *githubv4.String {
	if after == "" {
		return nil
	}
	return githubv4.NewString(githubv4.String(after))
}

// QueryRepos asks for the same fields of many repositories, many in one document. T is a struct of fields of the GraphQL
// type Repository; the tags of its own fields may use the variable $first, a page size, and the pages' own variables.
//
// The answers are in the order of the pages. An error is returned only when going on makes no sense; a repository that
// GitHub refuses has its own error, and costs the others nothing. What GitHub found too heavy is asked again in smaller
// documents, and with smaller pages than first; what it returned all the same is kept.
func QueryRepos[T any](ctx context.Context, c *Client, pages []RepoPage, first int) ([]Answer[T], error) {
	var batches [][]int
	for i := range pages {
		if i%repoBatch == 0 {
			batches = append(batches, nil)
		}
		last := &batches[len(batches)-1]
		*last = append(*last, i)
	}
	answers := make([]Answer[T], len(pages))
	err := run(batches, first, func(things []int, page int, silence *time.Duration) (heavy []int, err error) {
		got, err := queryRepos[T](ctx, c, pick(pages, things), page, silence)
		if err != nil {
			return nil, err
		}
		for j, i := range things {
			answers[i].improve(got[j])
			if got[j].tooHeavy() {
				heavy = append(heavy, i)
			}
		}
		return heavy, nil
	})
	if err != nil {
		return nil, err
	}
	return answers, nil
}

func pick[T any](list []T, places []int) []T {
	out := make([]T, len(places))
	for j, i := range places {
		out[j] = list[i]
	}
	return out
}

func queryRepos[T any](ctx context.Context, c *Client, pages []RepoPage, first int, silence *time.Duration) ([]Answer[T], error) {
	vars := make(map[string]any)
	if uses(reflect.TypeFor[T](), "$first") {
		vars["first"] = githubv4.Int(first)
	}
	fields := make([]reflect.StructField, len(pages))
	for i, p := range pages {
		fields[i] = reflect.StructField{
			Name: fmt.Sprintf("R%d", i),
			Type: reflect.PointerTo(numbered(reflect.TypeFor[T](), p.Vars, i)),
			Tag:  reflect.StructTag(fmt.Sprintf(`graphql:"r%d: repository(owner: $owner%d, name: $name%d)"`, i, i, i)),
		}
		vars[fmt.Sprintf("owner%d", i)] = githubv4.String(p.Owner)
		vars[fmt.Sprintf("name%d", i)] = githubv4.String(p.Name)
		for name, v := range p.Vars {
			vars[fmt.Sprint(name, i)] = v
		}
	}
	query := reflect.New(reflect.StructOf(fields))
	err := c.query(ctx, query.Interface(), vars, silence)
	if Stops(err) {
		return nil, err
	}
	answers := make([]Answer[T], len(pages))
	err = ownErrors(err, len(pages))
	for i := range answers {
		answers[i].Err = at(err, fmt.Sprintf("r%d", i))
		if v := query.Elem().Field(i); !v.IsNil() {
			data := v.Elem().Convert(reflect.TypeFor[T]()).Interface().(T)
			answers[i].Data = &data
		} else if answers[i].Err == nil {
			answers[i].Err = errLeftOut
		}
	}
	return answers, nil
}

// alias matches the name that a repository has in a document.
var alias = regexp.MustCompile(`^r\d+$`)

// ownErrors makes errors that belong to none of n repositories concern all of them.
func ownErrors(err error, n int) error {
	all, ok := errors.AsType[QueryErrors](err)
	if !ok || AsError(err) != nil {
		return err
	}
	own := make(QueryErrors, len(all))
	for i, e := range all {
		if k, err := strconv.Atoi(strings.TrimPrefix(e.Alias(), "r")); !alias.MatchString(e.Alias()) || err != nil || k >= n {
			e.Path = nil
		}
		own[i] = e
	}
	return own
}

// uses reports whether a tag of the struct's own fields names a variable: GitHub refuses a query that declares one that
// it does not use.
func uses(t reflect.Type, variable string) bool {
	for i := range t.NumField() {
		if strings.Contains(string(t.Field(i).Tag), variable) {
			return true
		}
	}
	return false
}

// numbered gives the struct type t the variables of the i-th repository. The tags hold no values, only variables: types
// that reflect makes are never freed, and so there are as many of them as a batch has places.
func numbered(t reflect.Type, vars map[string]any, i int) reflect.Type {
	fields := make([]reflect.StructField, t.NumField())
	for j := range fields {
		f := t.Field(j)
		f.Tag = reflect.StructTag(variable.ReplaceAllStringFunc(string(f.Tag), func(name string) string {
			if _, own := vars[name[1:]]; own {
				return fmt.Sprint(name, i)
			}
			return name
		}))
		fields[j] = f
	}
	return reflect.StructOf(fields)
}

var variable = regexp.MustCompile(`\$\w+`)

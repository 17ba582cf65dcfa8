package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/shurcooL/githubv4"
)

// repoBatch is how many repositories one GraphQL document asks about. A document's
// cost is its connections divided by 100, so 50 repositories with a flat list each
// cost one point, as one repository does.
const repoBatch = 50

// RepoDocuments is how many documents [QueryRepos] asks about n repositories with, when
// none is too heavy.
func RepoDocuments(n int) int { return (n + repoBatch - 1) / repoBatch }

// RepoPage asks about one repository of a batch.
type RepoPage struct {
	Owner, Name string
	// Vars are the variables that are this repository's own, by their names without the
	// dollar sign: the cursor of the page that is wanted ([Cursor]), for example. All
	// pages of a batch have the same names.
	Vars map[string]any
}

// Cursor makes a variable of a cursor; a first page has none.
func Cursor(after string) *githubv4.String {
	if after == "" {
		return nil
	}
	return githubv4.NewString(githubv4.String(after))
}

// RepoAnswer is what GitHub said about one repository of a batch. Data is nil when
// the repository could not be read at all; with Err beside it, it is partial.
type RepoAnswer[T any] struct {
	Data *T
	Err  error
}

// QueryRepos reads the same fields of many repositories, many in one document. T is a
// struct of fields of the GraphQL type Repository; the tags of its own fields may use the
// variable $first, a page size, and the pages' own variables.
//
// The responses are in the order of the pages. An error is returned only if it ends the
// run; a repository that GitHub refuses has its own error, and costs the others nothing. A
// document that is too heavy is split, and its pages become smaller than first. What was in
// its response is kept: only repositories with an error are requested again, and if that
// does not help, they have the part that was read beside the error.
func QueryRepos[T any](ctx context.Context, c *Client, pages []RepoPage, first int) ([]RepoAnswer[T], error) {
	answers := make([]RepoAnswer[T], len(pages))
	read := make([]bool, len(pages))
	err := c.repoLoad.run(len(pages), first, func(s part, page int) error {
		var open []int
		var batch []RepoPage
		for i := s.from; i < s.to; i++ {
			if !read[i] {
				open, batch = append(open, i), append(batch, pages[i])
			}
		}
		if len(open) == 0 {
			return nil
		}
		got, err := queryRepos[T](ctx, c, batch, page)
		for j, i := range open {
			if j >= len(got) {
				break // there is no response
			}
			read[i] = err == nil || got[j].Err == nil
			if read[i] || answers[i].Data == nil {
				answers[i] = got[j]
			}
		}
		return err
	}, func(s part, err error) error {
		for i := s.from; i < s.to; i++ {
			if !read[i] && answers[i].Data == nil {
				answers[i] = RepoAnswer[T]{Err: err}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answers, nil
}

func queryRepos[T any](ctx context.Context, c *Client, pages []RepoPage, first int) ([]RepoAnswer[T], error) {
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
	answers := make([]RepoAnswer[T], len(pages))
	err := c.Query(ctx, query.Interface(), vars)
	if Stops(err) {
		return nil, err
	}
	share(answers, err)
	for i := range answers {
		if v := query.Elem().Field(i); !v.IsNil() {
			data := v.Elem().Convert(reflect.TypeFor[T]()).Interface().(T)
			answers[i].Data = &data
		} else if answers[i].Err == nil { // a null that no error explains
			answers[i].Err = &Error{Kind: Unavailable, Status: http.StatusOK, Message: "it leaves the repository out"}
		}
	}
	if KindOf(err) == TooHeavy {
		return answers, err
	}
	return answers, nil
}

// uses reports whether a tag of the struct's own fields names a variable: GitHub refuses
// a query that declares one that it does not use.
func uses(t reflect.Type, variable string) bool {
	for i := range t.NumField() {
		if strings.Contains(string(t.Field(i).Tag), variable) {
			return true
		}
	}
	return false
}

// numbered gives the struct type t the variables of the i-th repository. The tags
// hold no values, only variables: types that reflect makes are never freed, and so
// there are as many of them as a batch has places.
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

// share puts errors on the repositories they belong to. One that belongs to none is
// every repository's, as is one of a response that could not be read.
func share[T any](answers []RepoAnswer[T], err error) {
	if err == nil {
		return
	}
	everyones := func() {
		for i := range answers {
			answers[i].Err = err
		}
	}
	var all QueryErrors
	if AsError(err) != nil || !errors.As(err, &all) {
		everyones()
		return
	}
	for _, e := range all {
		i, ok := place(e.Alias(), len(answers))
		if !ok {
			everyones()
			return
		}
		own, _ := answers[i].Err.(QueryErrors)
		answers[i].Err = append(own, e)
	}
}

// place reads the place in the batch out of an alias, r3.
func place(alias string, n int) (int, bool) {
	digits, ok := strings.CutPrefix(alias, "r")
	i, err := strconv.Atoi(digits)
	return i, ok && err == nil && i >= 0 && i < n
}

package collectors

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// wants reports whether the source asks for a category, named by slug or name.
func (t *discussionTarget) wants(slug, name string) bool {
	if len(t.source.Categories) == 0 {
		return true
	}
	for _, c := range t.source.Categories {
		if strings.EqualFold(c, slug) || strings.EqualFold(c, name) {
			t.met[c] = true
			return true
		}
	}
	return false
}

// categoryList is the categories of a repository, of which GitHub allows 25.
// See https://docs.github.com/graphql/reference/objects#discussioncategory.
type categoryList struct {
	DiscussionCategories struct {
		Nodes []struct{ Name, Slug string }
	} `graphql:"discussionCategories(first: 25)"`
}

// checkCategories asks for the categories of the repositories in which a category of the
// configuration has met no discussion: it may be quiet, or misspelt, and a misspelt one
// would be missing in silence, every week.
func (c *GitHub) checkCategories(ctx context.Context, lists []*discussionList) error {
	var doubtful []*discussionList
	var pages []github.RepoPage
	for _, l := range lists {
		if slices.ContainsFunc(l.targets, func(t *discussionTarget) bool { return len(t.unmet()) > 0 }) {
			doubtful = append(doubtful, l)
			pages = append(pages, github.RepoPage{Owner: l.repo.Owner, Name: l.repo.Name})
		}
	}
	answers, err := github.QueryRepos[categoryList](ctx, c.client, pages, listPage)
	if err != nil {
		return err
	}
	for i, a := range answers {
		for _, t := range doubtful[i].targets {
			t.check(a)
		}
	}
	return nil
}

// unmet returns the categories that are doubtful. A list that could not be read is a gap
// already.
func (t *discussionTarget) unmet() []string {
	if t.receipt.Gap() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(t.source.Categories), func(c string) bool { return t.met[c] })
}

// check makes a gap of a category that the repository does not have.
func (t *discussionTarget) check(a github.RepoAnswer[categoryList]) {
	if len(t.unmet()) == 0 {
		return
	}
	if a.Err != nil || a.Data == nil {
		fail(&t.receipt, fmt.Errorf("read the categories: %w", a.Err))
		return
	}
	var slugs []string
	for _, have := range a.Data.DiscussionCategories.Nodes {
		slugs = append(slugs, have.Slug)
		t.wants(have.Slug, have.Name)
	}
	if missing := t.unmet(); len(missing) > 0 {
		t.receipt.Outcome = digest.Failed
		t.receipt.Detail = markdown.Untrusted(fmt.Sprintf("the repository has no category %q, it has %s", missing[0], strings.Join(slugs, ", ")))
	}
}

package github

import (
	"context"

	"github.com/shurcooL/githubv4"
)

// nodeBatch is how many objects one document asks about by their node ids.
const nodeBatch = 40

// NodeAnswer is what GitHub said about one object of a batch. Data is nil when it could
// not be read; with Err beside it, it is partial.
type NodeAnswer[T any] struct {
	Data *T
	Err  error
}

// QueryNodes asks for the same fields of many objects by their node ids, many in one
// document. T is a struct of inline fragments, one for each type that the ids may be of;
// the tags below may use the variable $first, a page size.
//
// The answers stand in the order of the ids. An error is returned only when going on makes
// no sense, and documents that are too heavy are asked again smaller, as with [QueryRepos].
func QueryNodes[T any](ctx context.Context, c *Client, ids []string, first int) ([]NodeAnswer[T], error) {
	answers := make([]NodeAnswer[T], len(ids))
	err := c.nodeLoad.run(len(ids), first, func(s part, page int) error {
		return queryNodes(ctx, c, ids[s.from:s.to], page, answers[s.from:s.to])
	}, func(s part, err error) {
		for i := s.from; i < s.to; i++ {
			answers[i] = NodeAnswer[T]{Err: err}
		}
	})
	if err != nil {
		return nil, err
	}
	return answers, nil
}

func queryNodes[T any](ctx context.Context, c *Client, ids []string, page int, answers []NodeAnswer[T]) error {
	var q struct {
		Nodes []*T `graphql:"nodes(ids: $ids)"`
	}
	list := make([]githubv4.ID, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	err := c.Query(ctx, &q, map[string]any{"ids": list, "first": githubv4.Int(page)})
	if err != nil && (Stops(err) || KindOf(err) == TooHeavy) {
		return err
	}
	for i := range answers {
		answers[i].Err = ErrorAt(err, "nodes", i)
		if i < len(q.Nodes) {
			answers[i].Data = q.Nodes[i]
		}
	}
	return nil
}

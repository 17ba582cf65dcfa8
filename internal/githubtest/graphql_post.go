package githubtest

import (
	"html"
	"time"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// post is what discussions and comments have in common: somebody wrote it and others react to it.
type post struct {
	s                                 *Server
	author, editor, association, body string
	reactions                         map[string]int
	created, edited                   time.Time
}

// field answers a field of the post, or leaves it to the next one. Texts that are rendered on GitHub are the plain
// text here.
func (p *post) field(name string, args execute.Args, next func() (any, error)) (any, error) {
	switch name {
	case "author":
		return p.s.actorOrNull(p.author), nil
	case "editor":
		return p.s.actorOrNull(p.editor), nil
	case "authorAssociation":
		return firstOf(p.association, "NONE"), nil
	case "body", "bodyText":
		return p.body, nil
	case "bodyHTML":
		return plainHTML(p.body), nil
	case "publishedAt":
		return p.created, nil
	case "includesCreatedEdit":
		return !p.edited.IsZero(), nil
	case "createdViaEmail":
		return false, nil
	case "reactions":
		return reactionsOf(p.reactions, args), nil
	case "reactionGroups":
		return reactionGroups(p.reactions), nil
	}
	return next()
}

// reactionNames are the kinds of reaction in GitHub's order, by REST's and GraphQL's names.
var reactionNames = [][2]string{
	{"+1", "THUMBS_UP"}, {"-1", "THUMBS_DOWN"}, {"laugh", "LAUGH"}, {"hooray", "HOORAY"}, {"confused", "CONFUSED"},
	{"heart", "HEART"}, {"rocket", "ROCKET"}, {"eyes", "EYES"},
}

// reactionsOf is the connection of reactions. Who reacted is not a fact of the world: only counts are answered.
func reactionsOf(counts map[string]int, args execute.Args) *counted {
	total := 0
	for _, name := range reactionNames {
		if want := args.Text("content"); want == "" || want == name[1] {
			total += counts[name[0]]
		}
	}
	return &counted{"ReactionConnection", total}
}

// reactionGroups lists all kinds, also those without a reaction, as GitHub does.
func reactionGroups(counts map[string]int) []any {
	var out []any
	for _, name := range reactionNames {
		out = append(out, &reactionGroup{name[1], counts[name[0]]})
	}
	return out
}

type reactionGroup struct {
	content string
	count   int
}

// TypeName implements execute.Object.
func (g *reactionGroup) TypeName() string { return "ReactionGroup" }

// Field implements execute.Object.
func (g *reactionGroup) Field(name string, _ execute.Args) (any, error) {
	switch name {
	case "content":
		return g.content, nil
	case "reactors":
		return &counted{"ReactorConnection", g.count}, nil
	}
	return nil, execute.ErrUnsupported
}

// counted is a connection of which only the size is known.
type counted struct {
	typ   string
	total int
}

// TypeName implements execute.Object.
func (c *counted) TypeName() string { return c.typ }

// Field implements execute.Object.
func (c *counted) Field(name string, _ execute.Args) (any, error) {
	if name == "totalCount" {
		return c.total, nil
	}
	return nil, execute.ErrUnsupported
}

// plainHTML stands for rendered Markdown: the text, escaped.
func plainHTML(text string) string { return "<p>" + html.EscapeString(text) + "</p>" }

package merge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/community-digest/digest/internal/frontmatter"
	"github.com/community-digest/digest/internal/textfile"
)

// Texts are the three texts of a merge.
type Texts struct {
	Base   string // what the tool wrote last; empty if that is not known
	Edited string // what people made of it
	Fresh  string // what the tool would write now
	// Renamed maps the old addresses of items to new ones, after a repository was renamed
	// or a discussion transferred. Links to either are links to the same item.
	Renamed map[string]string
}

// Result is the merged text and what was done.
type Result struct {
	Text   string
	Report Report
}

// ErrLeftAlone is the error of a merge that would not be safe. The edited text must stay
// as it is; the message, which follows the name of a file, says why and what to do.
var ErrLeftAlone = errors.New("left alone")

// leftAlone is an [ErrLeftAlone] with its own message.
type leftAlone struct{ reason string }

func (e leftAlone) Error() string        { return e.reason }
func (e leftAlone) Is(target error) bool { return target == ErrLeftAlone }

// Merge returns one text that has what people did and what is new. Texts that can be read
// never fail: what cannot be taken apart is kept as a whole, as the edited text has it.
// Merging the result again, with fresh as its base, changes nothing.
//
// The error is [ErrLeftAlone] for an edited text that is not UTF-8 or has conflict markers
// of git, and for texts that are too large, see [textfile.Check]; or that of the context.
func Merge(ctx context.Context, t Texts) (Result, error) {
	if err := t.check(); err != nil {
		return Result{}, err
	}
	base, _ := textfile.Decode(t.Base)
	edited, style := textfile.Decode(t.Edited)
	fresh, _ := textfile.Decode(t.Fresh)
	r, err := merge(ctx, base, edited, fresh, newRenames(t.Renamed))
	switch {
	case err != nil:
		return Result{}, err
	case t.Edited == t.Base:
		r.Text = t.Fresh
	case fresh == base, edited == fresh:
		r.Text = t.Edited
	default:
		r.Text = style.Encode(r.Text)
	}
	return r, nil
}

// check refuses texts that a merge would damage or take too long for. A base that cannot
// be read is treated as missing.
func (t Texts) check() error {
	if err := textfile.Check(t.Edited); err != nil {
		return leftAlone{err.Error()}
	}
	for _, text := range []struct{ name, text string }{{"", t.Edited}, {"its base has ", t.Base}} {
		if lines := textfile.Conflicts(text.text); len(lines) > 0 {
			return leftAlone{fmt.Sprintf("line %d: %sconflict markers of git: resolve the conflict first", lines[0], text.name)}
		}
	}
	if err := textfile.CheckSize(t.Base); err != nil {
		return leftAlone{"its base is " + err.Error()}
	}
	if err := textfile.CheckSize(t.Fresh); err != nil {
		return leftAlone{fmt.Sprintf("the new draft is %v: lower the limits in the configuration", err)}
	}
	return nil
}

// merge merges texts with plain line ends. It looks at the context between its steps,
// each of which takes at most a few seconds.
func merge(ctx context.Context, base, edited, fresh string, renamed renames) (Result, error) {
	b, e, n := splitPage(base), splitPage(edited), splitPage(fresh)
	m := &merger{base: parse(b.body, renamed), edited: parse(e.body, renamed), fresh: parse(n.body, renamed), report: &Report{}}
	for _, step := range []func(){m.match, m.classify} {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		step()
	}
	m.report.NoBase = m.noBase
	head := mergeFrontMatter(b, e, n, m.report)
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	body := m.assemble()
	for len(head) == 0 && len(e.body) == 0 && len(body) > 0 && blank(body[0]) {
		body = body[1:] // it separated the body from front matter
	}
	ended := e.ended
	if e.ended == b.ended {
		ended = n.ended
	}
	r := Result{Text: joinLines(slices.Concat(head, body), ended), Report: *m.report}
	if losesWords(base, edited, r.Text) {
		return Result{Text: edited, Report: Report{Undecided: []Change{{Reason: Unmergeable}}}}, nil
	}
	return r, ctx.Err()
}

// parts is a text as lines, without line ends.
type parts struct {
	head  []string // the front matter with its fences; empty if there is none
	body  []string
	ended bool // the last line has a line end
}

// splitPage splits a page. Front matter that is not closed belongs to the body.
func splitPage(text string) parts {
	body := frontmatter.Split(text).Body
	head, ended := splitLines(text[:body])
	p := parts{head: head, ended: ended}
	if body < len(text) || body == 0 {
		p.body, p.ended = splitLines(text[body:])
	}
	return p
}

// splitLines returns the lines of a text, and whether the last one has a line end.
func splitLines(text string) (lines []string, ended bool) {
	if text == "" {
		return nil, true
	}
	text, ended = strings.CutSuffix(text, "\n")
	return strings.Split(text, "\n"), ended
}

// joinLines reverses splitLines.
func joinLines(lines []string, ended bool) string {
	text := strings.Join(lines, "\n")
	if ended && len(lines) > 0 {
		text += "\n"
	}
	return text
}

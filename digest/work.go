package digest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/community-digest/digest/internal/markdown"
)

// Bounds of what a template may do. The house templates take some 120 steps an item.
const (
	maxRendered = 32 << 20  // bytes that are written
	maxSteps    = 200_000   // nodes that are executed
	itemSteps   = 1_000     // and as many more for each item of the edition
	maxDepth    = 100       // templates within templates
	maxPrinted  = 256 << 10 // bytes of a value that is made by print and its like
)

var (
	errTooLarge = fmt.Errorf("the template produces more than %d MiB", maxRendered>>20)
	errTooLong  = errors.New("the template does not come to an end")
	errTooDeep  = fmt.Errorf("templates are nested more than %d deep", maxDepth)
	errTooWide  = fmt.Errorf("the value is larger than %d KiB", maxPrinted>>10)
)

// The calls that are put into a template when it is parsed.
const (
	stepFunc  = "_step"  // at the beginning of the body of a range, with its number of nodes
	enterFunc = "_enter" // at the beginning of a template, likewise
	leaveFunc = "_leave" // at its end
)

// countWork puts the counting calls into a template.
func countWork(root *parse.ListNode) {
	weight := countRanges(root)
	root.Nodes = append([]parse.Node{callOf(enterFunc, weight, root.Pos)}, root.Nodes...)
	root.Nodes = append(root.Nodes, callOf(leaveFunc, 0, root.Pos))
}

// countRanges puts counting calls into the ranges below a node, and returns how many
// nodes it has.
func countRanges(n parse.Node) (weight int) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return 0
		}
		for _, child := range n.Nodes {
			weight += countRanges(child)
		}
		return weight
	case *parse.IfNode:
		return countBranches(n.BranchNode)
	case *parse.WithNode:
		return countBranches(n.BranchNode)
	case *parse.RangeNode:
		weight = countBranches(n.BranchNode)
		n.List.Nodes = append([]parse.Node{callOf(stepFunc, weight, n.Pos)}, n.List.Nodes...)
		return weight
	case *parse.ActionNode:
		return 1 + len(n.Pipe.Cmds)
	}
	return 1
}

func countBranches(n parse.BranchNode) int {
	return 1 + len(n.Pipe.Cmds) + countRanges(n.List) + countRanges(n.ElseList)
}

// callOf returns {{name weight}}, at the place of the node that it counts.
func callOf(name string, weight int, pos parse.Pos) *parse.ActionNode {
	number := &parse.NumberNode{NodeType: parse.NodeNumber, Pos: pos, IsInt: true, Int64: int64(weight), Text: fmt.Sprint(weight)}
	call := &parse.CommandNode{NodeType: parse.NodeCommand, Pos: pos, Args: []parse.Node{parse.NewIdentifier(name).SetPos(pos), number}}
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: pos, Pipe: &parse.PipeNode{NodeType: parse.NodePipe, Pos: pos, Cmds: []*parse.CommandNode{call}}}
}

// work is what one execution of a template has done.
type work struct {
	stopped func() error // asked at every step
	steps   int          // that are left
	depth   int
	written int // bytes
	out     strings.Builder
}

// execute runs a template that is its caller's own.
func (w *work) execute(t *template.Template, e Edition) (string, error) {
	w.steps = maxSteps + itemSteps*items(e)
	err := t.Funcs(w.funcs()).Execute(w, e)
	if err != nil {
		return "", plainError(err)
	}
	return w.out.String(), nil
}

func items(e Edition) int {
	n := 0
	for _, s := range e.Sections() {
		n += len(s.Topics)
		for _, story := range s.Stories {
			n += len(story.Items())
		}
		for _, t := range s.Also {
			n += len(t.Releases)
		}
	}
	return n
}

// plainError leaves the counting calls, which are in no source, out of a message.
func plainError(err error) error {
	for _, bound := range []error{errTooLong, errTooDeep, context.Canceled, context.DeadlineExceeded} {
		if !errors.Is(err, bound) {
			continue
		}
		if where, _, ok := strings.Cut(err.Error(), " at <_"); ok {
			return fmt.Errorf("%s: %w", where, bound)
		}
	}
	return err
}

// Write writes no more than maxRendered.
func (w *work) Write(p []byte) (int, error) {
	if w.written += len(p); w.written > maxRendered {
		return 0, errTooLarge
	}
	return w.out.Write(p)
}

func (w *work) step(weight int) (string, error) {
	if w.steps -= weight + 1; w.steps < 0 {
		return "", errTooLong
	}
	return "", w.stopped()
}

// funcs are the functions that count, and those of text/template that make values of any size.
func (w *work) funcs() template.FuncMap {
	return template.FuncMap{
		stepFunc: w.step,
		enterFunc: func(weight int) (string, error) {
			if w.depth++; w.depth > maxDepth {
				return "", errTooDeep
			}
			return w.step(weight)
		},
		leaveFunc: func(int) string {
			w.depth--
			return ""
		},
		"print":    w.bounded(fmt.Sprint),
		"println":  w.bounded(fmt.Sprintln),
		"html":     w.bounded(template.HTMLEscaper),
		"js":       w.bounded(template.JSEscaper),
		"urlquery": w.bounded(template.URLQueryEscaper),
		"printf":   w.printf,
	}
}

// bounded makes a function that joins its arguments refuse to make a large value of them.
// Its work is counted by the size, too.
func (w *work) bounded(join func(...any) string) func(...any) (string, error) {
	return func(args ...any) (string, error) {
		if sizeOf(args) > maxPrinted {
			return "", errTooWide
		}
		return w.made(join(args...))
	}
}

func (w *work) printf(format string, args ...any) (string, error) {
	if largest := strings.Count(format, "%") * max(sizeOf(args), widest(format, args)); len(format)+largest > maxPrinted {
		return "", errTooWide
	}
	return w.made(fmt.Sprintf(format, args...))
}

func (w *work) made(s string) (string, error) {
	const perStep = 16 // bytes
	if len(s) > maxPrinted {
		return "", errTooWide
	}
	_, err := w.step(len(s) / perStep)
	return s, err
}

// sizeOf returns about how many bytes the arguments take when they are printed.
func sizeOf(args []any) int {
	n := 0
	for _, a := range args {
		switch a := a.(type) {
		case string:
			n += len(a)
		case markdown.Text:
			n += len(a.String())
		case int, bool, float64:
			n += 8
		default:
			n += len(fmt.Sprint(a))
		}
	}
	return n
}

// widest returns the largest width or precision that a format may ask for.
func widest(format string, args []any) int {
	n := 0
	for _, digits := range strings.FieldsFunc(format, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(digits) > 6 {
			return maxPrinted
		}
		width := 0
		for _, d := range digits {
			width = 10*width + int(d-'0')
		}
		n = max(n, width)
	}
	if strings.Contains(format, "*") {
		for _, a := range args {
			if width, ok := a.(int); ok {
				n = max(n, width, -width)
			}
		}
	}
	return n
}

package digest

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"text/template"
	"text/template/parse"
)

// A page is mostly what the loops over the lists of its sections print, and those can be
// long. A loop that does nothing but hand each item to a template, as in
//
//	{{range .Topics}}{{template "topic" .}}{{end}}
//
// is therefore run on all processors. It prints what it would print item by item.

// loopFunc is the function that such a loop becomes a call of.
const loopFunc = "_loop"

// batch is how many items are printed in one go: enough to be worth handing over, and
// few enough that all processors are done at about the same time.
const batch = 128

// itemSize is about what an item prints at most, in bytes.
const itemSize = 512

// quicken replaces the loops below a node that may run on all processors.
func quicken(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for i, child := range n.Nodes {
			if loop, ok := child.(*parse.RangeNode); ok && isHandingOver(loop) {
				n.Nodes[i] = loopCall(loop)
			} else {
				quicken(child)
			}
		}
	case *parse.IfNode:
		quickenBranches(n.BranchNode)
	case *parse.RangeNode:
		quickenBranches(n.BranchNode)
	case *parse.WithNode:
		quickenBranches(n.BranchNode)
	}
}

func quickenBranches(n parse.BranchNode) {
	quicken(n.List)
	quicken(n.ElseList)
}

// isHandingOver reports whether a loop goes over one of a section's lists and only hands
// each item to a template.
func isHandingOver(loop *parse.RangeNode) bool {
	list := only[*parse.FieldNode](loop.Pipe)
	if list == nil || !slices.Contains([]string{"Stories", "Entries", "Topics"}, list.Ident[len(list.Ident)-1]) {
		return false
	}
	if loop.ElseList != nil || len(loop.List.Nodes) != 1 {
		return false
	}
	body, ok := loop.List.Nodes[0].(*parse.TemplateNode)
	return ok && only[*parse.DotNode](body.Pipe) != nil
}

// only returns the one thing that a pipeline consists of, or nil if there is more to it.
func only[N interface {
	comparable
	parse.Node
}](pipe *parse.PipeNode) (none N) {
	if pipe == nil || len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 1 {
		return none
	}
	if n, ok := pipe.Cmds[0].Args[0].(N); ok {
		return n
	}
	return none
}

// loopCall makes {{_loop "topic" .Topics}} of the loop.
func loopCall(loop *parse.RangeNode) *parse.ActionNode {
	name := loop.List.Nodes[0].(*parse.TemplateNode).Name
	call := loop.Pipe.Cmds[0]
	call.Args = []parse.Node{
		parse.NewIdentifier(loopFunc).SetPos(call.Pos),
		&parse.StringNode{NodeType: parse.NodeString, Pos: call.Pos, Quoted: `"` + name + `"`, Text: name},
		call.Args[0],
	}
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: loop.Pos, Line: loop.Line, Pipe: loop.Pipe}
}

// writer is a template whose loops write where it writes itself.
type writer struct {
	t *template.Template
	w *bounded
}

func newWriter(t *template.Template, w *bounded) (writer, error) {
	own, err := t.Clone()
	if err != nil {
		return writer{}, err
	}
	own.Funcs(template.FuncMap{loopFunc: func(name string, list reflect.Value) (string, error) {
		if err := loop(t, w, name, list); err != nil {
			return "", loopError{err}
		}
		return "", nil
	}})
	return writer{own, w}, nil
}

// execute runs the template of that name.
func (w writer) execute(name string, dot any) error {
	err := w.t.ExecuteTemplate(w.w, name, dot)
	if inner, ok := errors.AsType[loopError](err); ok {
		return inner.error
	}
	return err
}

// loopError is an error inside a loop: it names its place in the template already.
type loopError struct{ error }

// loop runs the template of that name for each item of a list, some at a time.
func loop(t *template.Template, w *bounded, name string, list reflect.Value) error {
	if list.Kind() != reflect.Slice {
		return fmt.Errorf("range can't iterate over %v", list)
	}
	some := func(i int) ([]byte, error) {
		var page bytes.Buffer
		page.Grow(batch * itemSize)
		part, err := newWriter(t, &bounded{Writer: &page})
		if err != nil {
			return nil, err
		}
		for k := i * batch; k < min((i+1)*batch, list.Len()); k++ {
			if err := part.execute(name, list.Index(k)); err != nil {
				return nil, err
			}
		}
		return page.Bytes(), nil
	}
	return inOrder((list.Len()+batch-1)/batch, some, func(page []byte) error {
		_, err := w.Write(page)
		return err
	})
}

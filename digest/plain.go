package digest

import (
	"text/template/parse"

	"github.com/community-digest/digest/internal/markdown"
)

// plainFunc is the function that every printing action of a plain text ends in.
const plainFunc = "_plain"

// plain makes a plain line of untrusted text; everything else is printed as it is.
func plain(v any) any {
	switch v := v.(type) {
	case markdown.Text:
		return markdown.Line(v)
	case ID:
		return markdown.Line(markdown.Untrusted(string(v)))
	}
	return v
}

// printPlain sends what the actions of a tree print through plainFunc, as html/template
// does with its escapers.
func printPlain(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			printPlain(child)
		}
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{
				NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{parse.NewIdentifier(plainFunc).SetPos(n.Pos)},
			})
		}
	case *parse.IfNode:
		printPlainBranches(n.BranchNode)
	case *parse.RangeNode:
		printPlainBranches(n.BranchNode)
	case *parse.WithNode:
		printPlainBranches(n.BranchNode)
	}
}

func printPlainBranches(n parse.BranchNode) {
	printPlain(n.List)
	printPlain(n.ElseList)
}

package execute

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// group is all selections with one key in the answer: the same field, perhaps selected several times with
// different fields of its own.
type group struct {
	key    string
	fields []*ast.Field
}

// set is what the group selects of the field's result.
func (g *group) set() ast.SelectionSet {
	if len(g.fields) == 1 {
		return g.fields[0].SelectionSet
	}
	var out ast.SelectionSet
	for _, f := range g.fields {
		out = append(out, f.SelectionSet...)
	}
	return out
}

// collect lists the fields that a selection asks of an object of the given type, in the order of the query.
func (r *run) collect(def *ast.Definition, set ast.SelectionSet) []*group {
	var groups []*group
	r.walk(def, set, func(f *ast.Field) {
		i := slices.IndexFunc(groups, func(g *group) bool { return g.key == f.Alias })
		if i < 0 {
			groups = append(groups, &group{key: f.Alias, fields: []*ast.Field{f}})
			return
		}
		groups[i].fields = append(groups[i].fields, f)
	})
	return groups
}

func (r *run) walk(def *ast.Definition, set ast.SelectionSet, yield func(*ast.Field)) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if r.included(s.Directives) {
				yield(s)
			}
		case *ast.InlineFragment:
			if r.included(s.Directives) && r.applies(def, s.TypeCondition) {
				r.walk(def, s.SelectionSet, yield)
			}
		case *ast.FragmentSpread:
			if r.included(s.Directives) && r.applies(def, s.Definition.TypeCondition) {
				r.walk(def, s.Definition.SelectionSet, yield)
			}
		}
	}
}

// included evaluates @skip and @include.
func (r *run) included(list ast.DirectiveList) bool {
	for _, d := range list {
		condition := d.ArgumentMap(r.variables)["if"]
		if d.Name == "skip" && condition == true || d.Name == "include" && condition == false {
			return false
		}
	}
	return true
}

// applies reports whether a fragment on a type is for objects of def.
func (r *run) applies(def *ast.Definition, condition string) bool {
	if condition == "" || condition == def.Name {
		return true
	}
	return slices.ContainsFunc(r.schema.PossibleTypes[condition], func(d *ast.Definition) bool { return d.Name == def.Name })
}

package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// cutGraphQL keeps the listed types and what they need, without descriptions. The published schema is parsed but
// not validated: it defines two fields of a type we do not use twice.
func (u *uses) cutGraphQL(source []byte) ([]byte, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: "schema.graphql", Input: string(source)})
	if err != nil {
		return nil, err
	}
	c := &cutter{uses: u, all: map[string]*ast.Definition{}, kept: map[string]*ast.Definition{}}
	for _, def := range doc.Definitions {
		c.all[def.Name] = def
	}
	for name := range u.types {
		if err := c.keepListed(name); err != nil {
			return nil, err
		}
	}
	c.completeObjects()
	return c.print()
}

// cutter builds the subset: all is the published schema, kept what stays of it.
type cutter struct {
	uses      *uses
	all, kept map[string]*ast.Definition
}

// keepListed keeps one listed type with the fields or members asked for.
func (c *cutter) keepListed(name string) error {
	def := c.all[name]
	if def == nil {
		return fmt.Errorf("no type %s", name)
	}
	kept := &ast.Definition{Kind: def.Kind, Name: name}
	for _, i := range def.Interfaces {
		if c.uses.listed(i) {
			kept.Interfaces = append(kept.Interfaces, i)
		}
	}
	c.kept[name] = kept
	want := c.uses.types[name]
	if def.Kind == ast.Union {
		kept.Types = slices.DeleteFunc(slices.Clone(def.Types), func(m string) bool { return !slices.Contains(want, m) })
		return c.missing(name, want, kept.Types)
	}
	var have []string
	for _, f := range def.Fields {
		if c.wanted(want, f) {
			have = append(have, f.Name)
			kept.Fields = append(kept.Fields, c.keepField(f))
		}
	}
	return c.missing(name, want, have)
}

// wanted reports whether a field is asked for by name, or by "*" with a result that is available.
func (c *cutter) wanted(want []string, f *ast.FieldDefinition) bool {
	return slices.Contains(want, f.Name) || slices.Contains(want, "*") && c.available(f)
}

// available reports whether a field's result is a leaf or a listed type.
func (c *cutter) available(f *ast.FieldDefinition) bool {
	def := c.all[f.Type.Name()]
	return def == nil || def.IsLeafType() || c.uses.listed(def.Name)
}

// missing refuses a list that names what does not exist, so that uses.txt cannot rot.
func (c *cutter) missing(name string, want, have []string) error {
	for _, w := range want {
		if w != "*" && !slices.Contains(have, w) {
			return fmt.Errorf("type %s has no %s", name, w)
		}
	}
	return nil
}

// keepField copies a field without its description and keeps the leaf and input types it needs.
func (c *cutter) keepField(f *ast.FieldDefinition) *ast.FieldDefinition {
	out := &ast.FieldDefinition{Name: f.Name, Type: f.Type, DefaultValue: f.DefaultValue, Directives: deprecation(f.Directives)}
	c.keepNeeded(f.Type.Name())
	for _, a := range f.Arguments {
		c.keepNeeded(a.Type.Name())
		out.Arguments = append(out.Arguments, &ast.ArgumentDefinition{
			Name: a.Name, Type: a.Type, DefaultValue: a.DefaultValue, Directives: deprecation(a.Directives),
		})
	}
	return out
}

// keepNeeded keeps a type that a kept field refers to, when it is an enum, an input or a scalar.
func (c *cutter) keepNeeded(name string) {
	def := c.all[name]
	if def == nil || c.kept[name] != nil || def.IsCompositeType() {
		return
	}
	kept := &ast.Definition{Kind: def.Kind, Name: name}
	c.kept[name] = kept
	for _, v := range def.EnumValues {
		kept.EnumValues = append(kept.EnumValues, &ast.EnumValueDefinition{Name: v.Name, Directives: deprecation(v.Directives)})
	}
	for _, f := range def.Fields {
		kept.Fields = append(kept.Fields, c.keepField(f))
	}
}

// deprecation keeps that something is deprecated, but not the reason.
func deprecation(list ast.DirectiveList) ast.DirectiveList {
	if list.ForName("deprecated") == nil {
		return nil
	}
	return ast.DirectiveList{{Name: "deprecated"}}
}

// completeObjects adds the fields that kept interfaces ask of the types that implement them.
func (c *cutter) completeObjects() {
	for _, def := range c.kept {
		for _, i := range def.Interfaces {
			for _, f := range c.kept[i].Fields {
				if def.Fields.ForName(f.Name) == nil {
					def.Fields = append(def.Fields, c.keepField(c.all[def.Name].Fields.ForName(f.Name)))
				}
			}
		}
		slices.SortFunc(def.Fields, func(a, b *ast.FieldDefinition) int { return strings.Compare(a.Name, b.Name) })
	}
}

// print writes the subset in the order of the names, and refuses one that does not hold together.
func (c *cutter) print() ([]byte, error) {
	doc := &ast.SchemaDocument{}
	for _, def := range c.kept {
		if def.IsAbstractType() && len(def.Types) == 0 && def.Kind == ast.Union {
			return nil, fmt.Errorf("union %s has no member left", def.Name)
		}
		doc.Definitions = append(doc.Definitions, def)
	}
	slices.SortFunc(doc.Definitions, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	for _, def := range doc.Definitions {
		for _, f := range def.Fields {
			if c.kept[f.Type.Name()] == nil && c.all[f.Type.Name()] != nil {
				return nil, fmt.Errorf("%s.%s: type %s is not listed", def.Name, f.Name, f.Type.Name())
			}
		}
	}
	var b bytes.Buffer
	b.WriteString("# Code generated by gen from @octokit/graphql-schema; DO NOT EDIT. Change uses.txt instead.\n\n")
	formatter.NewFormatter(&b).FormatSchemaDocument(doc)
	return b.Bytes(), nil
}

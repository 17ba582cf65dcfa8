// Package templates holds the house templates, one per language. They are embedded
// in the program, so that a weekly needs no templates of its own.
package templates

import "embed"

// FS holds the house templates at its root, named weekly.<language>.md.tmpl.
//
//go:embed *.md.tmpl
var FS embed.FS

package config

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/community-digest/digest/digest"
)

// namespace holds names that must not meet: equal ones, a file where another name needs a
// directory, and those that only some file systems distinguish, which ignore case or the
// Unicode form.
type namespace struct {
	files map[string]string // folded name → as written
	dirs  map[string]string // folded parent → a name in it, as written
}

func fold(name string) string { return strings.ToLower(norm.NFC.String(name)) }

// add takes a name, or returns the one that it collides with.
func (n *namespace) add(name string) (other string, collides bool) {
	if n.files == nil {
		n.files, n.dirs = make(map[string]string), make(map[string]string)
	}
	folded := fold(name)
	if other, collides = n.files[folded]; collides {
		return other, true
	}
	if other, collides = n.dirs[folded]; collides {
		return other, true
	}
	for dir := path.Dir(folded); dir != "."; dir = path.Dir(dir) {
		if other, collides = n.files[dir]; collides {
			return other, true
		}
	}
	n.files[folded] = name
	for dir := path.Dir(folded); dir != "."; dir = path.Dir(dir) {
		n.dirs[dir] = name
	}
	return "", false
}

// successive is how many editions names are tried on: more than a year of weeks, so that a
// week without its year is noticed, too.
const successive = 54

// editionsOf returns successive editions of a weekly, as paths and branches see them.
func editionsOf(c digest.Calendar, title string) []digest.Edition {
	start := c.First
	if start.IsZero() {
		start = time.Date(2024, time.January, 1, 0, 0, 0, 0, c.Location)
	}
	p := c.Containing(start)
	editions := make([]digest.Edition, 0, successive)
	for range successive {
		editions = append(editions, digest.Edition{Title: title, Number: c.Number(p), Period: p})
		p = c.After(p.To)
	}
	return editions
}

// errRepeated is the error that successive editions have the same name.
type errRepeated struct{ error }

// addAll adds what a template names for successive editions. The error is an [errRepeated]
// when it gives two of them the same name.
func (n *namespace) addAll(editions []digest.Edition, name func(digest.Edition) (string, error)) error {
	var own []string
	for _, ed := range editions {
		s, err := name(ed)
		if err != nil {
			return err
		}
		other, collides := n.add(s)
		if !collides {
			own = append(own, s)
			continue
		}
		i := slices.Index(own, other)
		switch {
		case i < 0:
			return fmt.Errorf("%q collides with %q", shorten(s), shorten(other))
		case s == other:
			return errRepeated{fmt.Errorf("%q is the same for editions %d and %d: use {{.Number}} to make them differ", shorten(s), editions[i].Number, ed.Number)}
		default:
			return fmt.Errorf("%q of edition %d collides with %q of edition %d", shorten(s), ed.Number, shorten(other), editions[i].Number)
		}
	}
	return nil
}

// report records the error of [namespace.addAll] at the key of the template.
func (v value) report(err error) {
	if err == nil {
		return
	}
	if _, repeated := errors.AsType[errRepeated](err); repeated {
		v.r.repeated = append(v.r.repeated, v.r.at(v.line, v.column, v.key, "%v", err))
		return
	}
	v.problem("%v", err)
}

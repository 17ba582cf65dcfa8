package report

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Annotation is a message that GitHub Actions shows at a line of a file.
type Annotation struct {
	Level        string // error, warning or notice
	File         string
	Line, Column int // from 1; 0 is unknown
	Title        string
	Message      string
}

// levels are those of annotations, in the order in which they are shown.
var levels = []string{"error", "warning", "notice"}

// maxAnnotations is how many a step shows of each level; GitHub drops the others. The log has all of them.
const maxAnnotations = 10

// Annotations returns what a person should see without opening the log: why the run failed, or every mistake in the
// configuration at its place, and what is missing. Both arguments may be nil.
func Annotations(r *Report, f *Failure) []Annotation {
	var as []Annotation
	switch {
	case f == nil:
	case len(f.Problems) > 0:
		as = append(as, f.Problems...)
	case f.Hint != "":
		as = append(as, Annotation{Level: "error", Title: "digest", Message: f.Message + "; " + f.Hint})
	default:
		as = append(as, Annotation{Level: "error", Title: "digest", Message: f.Message})
	}
	if r != nil {
		for _, g := range r.Gaps {
			as = append(as, Annotation{Level: "warning", Title: "gap", Message: g.Subject() + ": " + g.Reason()})
		}
		for _, w := range r.Warnings {
			as = append(as, Annotation{Level: "warning", Title: "digest", Message: w})
		}
	}
	return atMost(maxAnnotations, as)
}

// atMost cuts a list of annotations; the last one that is left counts the others.
func atMost(most int, as []Annotation) []Annotation {
	if len(as) <= most {
		return as
	}
	cut := slices.Clone(as[:most])
	cut[most-1].Message += fmt.Sprintf(" (and %d more: the log has all)", len(as)-most)
	return cut
}

// Commands returns annotations as commands to the runner, errors first and at most ten, with file names relative to the
// workspace.
func Commands(as []Annotation, workspace string) string {
	as = slices.Clone(as)
	slices.SortStableFunc(as, func(a, b Annotation) int {
		return cmp.Compare(slices.Index(levels, a.Level), slices.Index(levels, b.Level))
	})
	var b strings.Builder
	for _, a := range as[:min(maxAnnotations, len(as))] {
		if a.File != "" {
			a.File = inWorkspace(a.File, workspace)
		}
		b.WriteString(a.command())
	}
	return b.String()
}

// inWorkspace returns a file as the runner names it: relative to the checkout, whatever the step's working directory is.
func inWorkspace(file, workspace string) string {
	abs, err := filepath.Abs(file)
	if err != nil || workspace == "" {
		return filepath.ToSlash(file)
	}
	rel, err := filepath.Rel(workspace, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return filepath.ToSlash(file)
	}
	return filepath.ToSlash(rel)
}

// command is the annotation as a command to the runner, on one line.
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
func (a Annotation) command() string {
	var properties []string
	add := func(name, value string) {
		if value != "" {
			properties = append(properties, name+"="+escapeProperty.Replace(Printable(value)))
		}
	}
	add("file", a.File)
	if a.Line > 0 {
		add("line", fmt.Sprint(a.Line))
	}
	if a.Column > 0 {
		add("col", fmt.Sprint(a.Column))
	}
	add("title", a.Title)
	return fmt.Sprintf("::%s %s::%s\n", a.Level, strings.Join(properties, ","), escapeData.Replace(Printable(a.Message)))
}

// What the runner takes for the end of a command, of a property or of its own escapes. Line breaks are gone already where
// [Printable] cleaned a text; these do not rely on that.
var (
	escapeData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// Errors returns those of the annotations that are errors.
func Errors(as []Annotation) []Annotation {
	return slices.DeleteFunc(slices.Clone(as), func(a Annotation) bool { return a.Level != levels[0] })
}

package main

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// annotation is a message that GitHub Actions shows at a line of a file.
type annotation struct {
	level        string // error, warning or notice
	file         string
	line, column int // from 1; 0 is unknown
	title        string
	message      string
}

// maxAnnotations is how many a run gives. GitHub shows ten of each level of a step and
// drops the others: what is reported beside them has all.
const maxAnnotations = 10

// annotate shows messages at their lines when the program runs in GitHub Actions, errors
// first. They go to stderr, where the runner looks as well: stdout may be read as JSON.
func (p *program) annotate(as []annotation) {
	if p.getenv("GITHUB_ACTIONS") != "true" {
		return
	}
	levels := []string{"error", "warning", "notice"}
	as = slices.Clone(as)
	slices.SortStableFunc(as, func(a, b annotation) int {
		return cmp.Compare(slices.Index(levels, a.level), slices.Index(levels, b.level))
	})
	var b strings.Builder
	for _, a := range as[:min(maxAnnotations, len(as))] {
		if p.stderr.quiet && a.level != levels[0] {
			continue
		}
		if a.file != "" {
			a.file = inWorkspace(a.file, p.getenv("GITHUB_WORKSPACE"))
		}
		b.WriteString(a.command())
	}
	p.stderr.command(b.String())
}

// inWorkspace returns a file as the runner names it: relative to the checkout, wherever
// the step runs.
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
func (a annotation) command() string {
	var properties []string
	add := func(name, value string) {
		if value != "" {
			properties = append(properties, name+"="+escapeProperty.Replace(safe(value)))
		}
	}
	add("file", a.file)
	if a.line > 0 {
		add("line", fmt.Sprint(a.line))
	}
	if a.column > 0 {
		add("col", fmt.Sprint(a.column))
	}
	add("title", a.title)
	return fmt.Sprintf("::%s %s::%s\n", a.level, strings.Join(properties, ","), escapeData.Replace(safe(a.message)))
}

// What the runner takes for the end of a command, of a property or of its own escapes.
// Line breaks are gone already where [safe] cleaned a text; these do not rely on that.
var (
	escapeData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// command gives the runner commands, which nothing that is said can.
func (v *voice) command(lines string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wipe()
	io.WriteString(v.w, lines)
}

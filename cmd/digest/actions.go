package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/markdown"
	"github.com/community-digest/digest/internal/publish"
)

// drafts reports whether a command makes drafts: GitHub Actions is told of those only.
func drafts(cmd *cobra.Command) bool { return !cmd.HasParent() || cmd.Name() == "publish" }

// tellActions tells GitHub Actions of a run that ends with this exit code, and returns
// the code that it ends with then: a job that cannot be told must not seem to be well.
func (p *program) tellActions(err error, code int) int {
	if err := p.actions(p.told, err, code); err != nil {
		p.stderr.failure(err.Error())
		if code == exitOK {
			return exitFailed
		}
	}
	return code
}

// actions tells a job of GitHub Actions how a run ended: outputs for the steps that
// follow, a summary for the page of the job, and annotations. r is nil when the run ended
// before there was anything to report. Elsewhere the variables are not set, and nothing
// happens.
func (p *program) actions(r *report, err error, code int) error {
	p.annotate(atMost(maxAnnotations, runAnnotations(r, err, p.hint(err))))
	return errors.Join(
		appendTo(p.getenv("GITHUB_OUTPUT"), outputs(r, code)),
		appendTo(p.getenv("GITHUB_STEP_SUMMARY"), summary(r, err, code)),
	)
}

// appendTo writes behind what a step has written into one of the runner's files already.
// Without a name there is no such file.
func appendTo(name, text string) error {
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("tell GitHub Actions of the run: %w", err)
	}
	_, err = io.WriteString(f, text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("tell GitHub Actions of the run: %w", err)
	}
	return nil
}

// outputs are those of action.yml, all of them on every run; what is not known is empty.
// Nothing in them is a stranger's: numbers, paths of the configuration, and an address.
func outputs(r *report, code int) string {
	values := [][2]string{
		{"draft-path", ""}, {"edition", ""}, {"items", ""}, {"gaps", ""},
		{"pull-request-url", ""}, {"operation", string(publish.None)}, {"exit-code", strconv.Itoa(code)},
	}
	set := func(name, value string) {
		values[slices.IndexFunc(values, func(v [2]string) bool { return v[0] == name })][1] = value
	}
	if r != nil {
		var paths []string
		for _, d := range r.Drafts {
			if d.Operation != opPrinted {
				paths = append(paths, d.name)
			}
		}
		set("draft-path", strings.Join(paths, "\n"))
		set("edition", strconv.Itoa(r.Edition))
		set("items", itemsObject(r))
		set("gaps", strconv.Itoa(len(r.Gaps)))
		set("pull-request-url", address(r.PullRequestURL).String())
		if r.Operation != "" {
			set("operation", string(r.Operation))
		}
	}
	var b strings.Builder
	for _, v := range values {
		b.WriteString(outputBlock(v[0], v[1]))
	}
	return b.String()
}

// outputBlock sets one output. No value can end its block, as nobody can know the delimiter.
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
func outputBlock(name, value string) string {
	end := "digest_" + rand.Text()
	return name + "<<" + end + "\n" + value + "\n" + end + "\n"
}

// itemsObject is the number of items by kind, as JSON on one line.
func itemsObject(r *report) string {
	if len(r.Items) == 0 {
		return "{}"
	}
	object, err := json.Marshal(r.Items)
	if err != nil {
		return "{}" // unreachable: texts and numbers
	}
	return string(object)
}

// address checks an address that GitHub gave; what is none becomes no link.
func address(s string) markdown.URL {
	u, err := markdown.ParseURL(s)
	if err != nil {
		return markdown.URL{}
	}
	return u
}

// runAnnotations are what a person should see without opening the log: every mistake in
// the configuration at its place, or else why the run failed, and what is missing.
func runAnnotations(r *report, err error, hint string) []annotation {
	var as []annotation
	problems, misconfigured := errors.AsType[config.Problems](err)
	for _, pr := range problems {
		as = append(as, annotation{"error", pr.File, pr.Line, pr.Column, "configuration", problemText(pr)})
	}
	if err != nil && !misconfigured && exitCode(err) != exitGaps {
		text := words(err)
		if hint != "" {
			text += "; " + hint
		}
		as = append(as, annotation{level: "error", title: "digest", message: text})
	}
	if r == nil {
		return as
	}
	for _, g := range r.Gaps {
		as = append(as, annotation{level: "warning", title: "gap", message: g.Subject() + ": " + g.Reason()})
	}
	for _, w := range r.Warnings {
		as = append(as, annotation{level: "warning", title: "pull request", message: w})
	}
	return as
}

func problemText(pr config.Problem) string {
	if pr.Key == "" {
		return pr.Message
	}
	return pr.Key + ": " + pr.Message
}

// atMost cuts a list of annotations; the last one that is left tells of the others.
func atMost(most int, as []annotation) []annotation {
	if len(as) <= most {
		return as
	}
	cut := slices.Clone(as[:most])
	cut[most-1].message += fmt.Sprintf(" (and %d more: the log has all)", len(as)-most)
	return cut
}

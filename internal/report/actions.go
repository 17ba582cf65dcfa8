package report

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
)

// SetOutputs gives a job of GitHub Actions its outputs and its summary. Elsewhere the variables are not set, and nothing
// happens.
func SetOutputs(getenv func(string) string, r *Report, f *Failure, exitCode int) error {
	return errors.Join(
		appendTo(getenv("GITHUB_OUTPUT"), Outputs(r, exitCode)),
		appendTo(getenv("GITHUB_STEP_SUMMARY"), Summary(r, f)),
	)
}

// appendTo appends to one of the runner's files. Without a name the file does not exist.
func appendTo(name, text string) error {
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("set the outputs of the job: %w", err)
	}
	_, err = io.WriteString(f, text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("set the outputs of the job: %w", err)
	}
	return nil
}

// Outputs are those of action.yml, all of them on every run; unknown ones are empty. r is nil when there is nothing to
// report. None of them is untrusted input: numbers, paths of the configuration, and an address.
func Outputs(r *Report, exitCode int) string {
	values := [][2]string{
		{"draft-path", ""}, {"edition", ""}, {"items", ""}, {"gaps", ""},
		{"pull-request-url", ""}, {"operation", string(None)}, {"exit-code", strconv.Itoa(exitCode)},
	}
	set := func(name, value string) {
		values[slices.IndexFunc(values, func(v [2]string) bool { return v[0] == name })][1] = value
	}
	if r != nil {
		var paths []string
		for _, d := range r.Drafts {
			if d.Operation != Printed {
				paths = append(paths, d.Name)
			}
		}
		set("draft-path", strings.Join(paths, "\n"))
		set("edition", strconv.Itoa(r.Number))
		set("items", itemsObject(r))
		set("gaps", strconv.Itoa(len(r.Gaps)))
		set("pull-request-url", address(r.PullRequestURL).String())
		if r.Operation != "" {
			set("operation", string(r.Operation))
		}
	}
	var b strings.Builder
	for _, v := range values {
		b.WriteString(output(v[0], v[1]))
	}
	return b.String()
}

// output sets one output. No value can end its block, as the delimiter is random.
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
func output(name, value string) string {
	end := "digest_" + rand.Text()
	return name + "<<" + end + "\n" + value + "\n" + end + "\n"
}

// itemsObject is the number of items by kind, as JSON on one line.
func itemsObject(r *Report) string {
	if len(r.Items) == 0 {
		return "{}"
	}
	object, err := json.Marshal(r.Items)
	if err != nil {
		return "{}" // unreachable: texts and numbers
	}
	return string(object)
}

// Dockerfile reads the Dockerfile of a folder as BuildKit does and fails on whatever its parser
// warns of: dockerfile FOLDER CONTEXT. It copies what .dockerignore lets into a build to the
// folder CONTEXT, and prints the commands of the RUN lines, one per line.
//
// No engine is needed, and nothing is built: running the commands there shows whether
// they work.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "dockerfile FOLDER CONTEXT")
		os.Exit(2)
	}
	runs, err := check(filepath.Join(os.Args[1], "Dockerfile"))
	if err == nil {
		err = copyContext(os.Args[1], os.Args[2])
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "Dockerfile: %v\n", err)
		os.Exit(1)
	}
	fmt.Println(strings.Join(runs, "\n"))
}

// check returns the commands that the file runs, in order.
func check(name string) ([]string, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	parsed, err := parser.Parse(file)
	if err != nil {
		return nil, err
	}
	var problems []error
	for _, w := range parsed.Warnings {
		problems = append(problems, errors.New(w.Short))
	}
	stages, arguments, err := instructions.Parse(parsed.AST, linter.New(&linter.Config{
		Warn: func(rule, _, _, message string, at []parser.Range) {
			problems = append(problems, fmt.Errorf("line %d: %s (%s)", line(at), message, rule))
		},
	}))
	if err != nil {
		return nil, errors.Join(append(problems, err)...)
	}
	if len(arguments) > 0 {
		problems = append(problems, errors.New("arguments before the first stage can change what is built from"))
	}
	var runs []string
	for _, stage := range stages {
		problems = append(problems, pinned(stage, stages))
		for _, command := range stage.Commands {
			if run, ok := command.(*instructions.RunCommand); ok {
				runs = append(runs, strings.Join(run.CmdLine, " "))
			}
		}
	}
	problems = append(problems, sealed(stages[len(stages)-1])...)
	return runs, errors.Join(problems...)
}

func line(at []parser.Range) int {
	if len(at) == 0 {
		return 0
	}
	return at[0].Start.Line
}

// pinned reports a stage that begins with an image whose tag can come to mean another version.
func pinned(s instructions.Stage, stages []instructions.Stage) error {
	if _, earlier := instructions.HasStage(stages, s.BaseName); earlier || s.BaseName == "scratch" {
		return nil
	}
	_, tag, _ := strings.Cut(s.BaseName, ":")
	version, _, _ := strings.Cut(tag, "-")
	if strings.Count(version, ".") != 2 {
		return fmt.Errorf("%s: want a tag with a version of three numbers", s.BaseName)
	}
	return nil
}

// sealed reports what the image must not be: run by root, with a shell, or through one.
func sealed(s instructions.Stage) []error {
	var problems []error
	user := ""
	for _, command := range s.Commands {
		switch c := command.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.EntrypointCommand:
			if c.PrependShell {
				problems = append(problems, errors.New("the entry point goes through a shell"))
			}
		case *instructions.CmdCommand:
			if c.PrependShell {
				problems = append(problems, errors.New("the command goes through a shell"))
			}
		case *instructions.RunCommand:
			problems = append(problems, errors.New("the last stage runs commands: it has a shell"))
		}
	}
	// Kubernetes can see that a user is not root by its number only.
	if number, _, _ := strings.Cut(user, ":"); number == "" || strings.Trim(number, "0123456789") != "" || strings.Trim(number, "0") == "" {
		problems = append(problems, fmt.Errorf("the user is %q: want a number other than 0", user))
	}
	return problems
}

package main

import (
	"github.com/spf13/cobra"
)

// The groups that the help lists commands in.
const (
	groupStart  = "start"
	groupWeekly = "weekly"
	groupRun    = "run"
	groupMore   = "more"
)

var groups = []*cobra.Group{
	{ID: groupStart, Title: "Getting started:"},
	{ID: groupWeekly, Title: "Every week:"},
	{ID: groupRun, Title: "Running:"},
	{ID: groupMore, Title: "More:"},
}

// Annotations of a command that its help shows.
const (
	annotationExits = "exits" // what the exit codes mean
	annotationDocs  = "docs"  // a page in docs/
)

// about returns the annotations of a command.
func about(docs, exits string) map[string]string {
	return map[string]string{annotationDocs: docs, annotationExits: exits}
}

// draftExits are the exit codes of the commands that draft.
const draftExits = `  0  the draft is complete, or there was nothing to do
  1  failed, nothing was changed
  2  wrong usage or configuration, nothing was contacted
  3  the draft was written, but with gaps
  4  the token is missing, invalid or insufficient
  5  rate limit reached, the message says when to run again`

// helpTemplate shows what a command does in one sentence, how it is used, examples, and then the reference.
const helpTemplate = `{{with or .Long .Short}}{{.}}{{end}}.

Usage:
  {{.UseLine}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} COMMAND [flags]{{end}}
{{with .Example}}
Examples:
{{.}}
{{end}}{{$cmds := .Commands}}{{range $g := .Groups}}
{{$g.Title}}{{range $cmds}}{{if and (eq .GroupID $g.ID) .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{end}}{{if .HasAvailableLocalFlags}}
Flags:
{{.LocalFlags.FlagUsages}}{{end}}{{if .HasAvailableInheritedFlags}}
Global flags:
{{.InheritedFlags.FlagUsages}}{{end}}{{with index .Annotations "exits"}}
Exit codes:
{{.}}
{{end}}{{with index .Annotations "docs"}}
Documentation: https://github.com/community-digest/digest/blob/main/docs/{{.}}
{{end}}`

// helpCommand is cobra's own, but that an unknown command is an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Show the help of a command",
		GroupID: groupMore,
		RunE: func(cmd *cobra.Command, args []string) error {
			wanted, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(cmd.Root(), args[0])
			}
			wanted.InitDefaultHelpFlag()
			return wanted.Help()
		},
	}
}

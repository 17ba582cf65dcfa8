package main

import (
	"github.com/spf13/cobra"
)

// rootCommand returns the command line. Each command has a file of its own; to add one,
// write the file and name the command here.
func rootCommand(p *program) *cobra.Command {
	var f draftFlags
	root := &cobra.Command{
		Use:   "digest",
		Short: "Draft one edition of a community weekly from what happened on GitHub",
		Long: `Digest collects the discussions, releases, security advisories and feed entries of a
period and drafts one edition of a community weekly, one Markdown file per language.

Without dates it drafts the last complete period. Running it again refreshes a draft, and
keeps what people have changed in it.`,
		Example: `  digest demo                                 the model week: no token, no network
  digest --from 2023-12-11 --to 2023-12-17    these days, both included
  digest --week 2023-W50 --output -           a draft on standard output`,
		Args:          noArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return draftCommand(cmd.Context(), p, f)
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w; see '%s --help'", err, cmd.CommandPath())
	})
	f.register(root.Flags())
	root.PersistentFlags().BoolVarP(&p.stderr.quiet, "quiet", "q", false, "say nothing but errors")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(demoCommand(p), lintCommand(p), planCommand(p), publishCommand(p), serveCommand(p), versionCommand(p))
	return root
}

// noArgs refuses arguments. On the root command they are misspelt commands.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef("%q is no command of %s%s", args[0], cmd.CommandPath(), suggestions(cmd, args[0]))
}

func suggestions(cmd *cobra.Command, typed string) string {
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(typed); len(near) > 0 {
		return ": did you mean '" + cmd.CommandPath() + " " + near[0] + "'?"
	}
	return "; see '" + cmd.CommandPath() + " --help'"
}

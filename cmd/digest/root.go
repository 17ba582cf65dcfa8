package main

import (
	"errors"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// rootCommand returns the command line. Each command has a file of its own; to add one, write the file and name the
// command here.
func rootCommand(e env, done *drafted) *cobra.Command {
	var f draftFlags
	var showVersion bool
	root := &cobra.Command{
		Use:   "digest",
		Short: "Draft one edition of a community weekly from what happened on GitHub",
		Long:  "Digest drafts one edition of a community weekly from what happened on GitHub in a period, one Markdown file per language",
		Example: `  # the last complete period, as digest.yaml says
  digest
  # these days, inclusive
  digest --from 2023-12-11 --to 2023-12-17
  # one language on stdout
  digest --week 2023-W50 --language en --output -`,
		Annotations:   about("commands.md", draftExits),
		Args:          noArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if showVersion {
				return printVersion(e)
			}
			return draft(cmd.Context(), e, done, f)
		},
	}
	root.SetFlagErrorFunc(flagError)
	f.register(root.Flags())
	root.Flags().BoolVar(&showVersion, "version", false, "print the version")
	root.PersistentFlags().BoolVarP(&e.stderr.quiet, "quiet", "q", false, "print nothing but errors")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(demoCommand(e, done), lintCommand(e), planCommand(e), publishCommand(e, done), serveCommand(e), versionCommand(e))
	root.AddGroup(groups...)
	root.SetHelpTemplate(helpTemplate)
	root.SetHelpCommand(helpCommand())
	root.SetCompletionCommandGroupID(groupMore)
	return root
}

// noArgs refuses arguments. On the root command they are misspelt commands.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasParent():
		return withHint(usagef("unexpected argument %q", args[0]), "run '%s --help' for its flags", cmd.CommandPath())
	}
	return unknownCommand(cmd, args[0])
}

func unknownCommand(root *cobra.Command, typed string) error {
	err := usagef("unknown command %q", typed)
	root.SuggestionsMinimumDistance = 2
	if near := root.SuggestionsFor(typed); len(near) > 0 {
		return withHint(err, "did you mean '%s %s'?", root.CommandPath(), near[0])
	}
	return withHint(err, "run '%s --help' for the commands", root.CommandPath())
}

// flagError names the flag that comes nearest to a misspelt one.
func flagError(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return withHint(usageError{err}, "run '%s --help' for its flags", cmd.CommandPath())
	}
	name := unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		return withHint(usagef("unknown flag -%s", name), "run '%s --help' for its flags", cmd.CommandPath())
	}
	err = usagef("unknown flag --%s", name)
	nearest, least := "", 3 // three typing mistakes are another word
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if d := levenshtein.ComputeDistance(name, f.Name); d < least {
			nearest, least = f.Name, d
		}
	})
	if nearest != "" {
		return withHint(err, "did you mean --%s?", nearest)
	}
	return withHint(err, "run '%s --help' for its flags", cmd.CommandPath())
}

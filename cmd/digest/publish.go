package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/report"
)

// publishFlags are the flags of digest publish.
type publishFlags struct {
	sourceFlags
	catchUp int
	adopt   bool
}

func (f *publishFlags) register(set *pflag.FlagSet) {
	f.sourceFlags.register(set)
	set.IntVar(&f.catchUp, "catch-up", 1, "without dates: publish up to `n` editions that are due")
	set.BoolVar(&f.adopt, "adopt", false, "take over a branch that digest has not made")
}

// maxCatchUp is how many editions are drafted at most that no one has asked for one by one.
const maxCatchUp = 52

func (f *publishFlags) check() error {
	if err := f.sourceFlags.check(); err != nil {
		return err
	}
	if f.catchUp != 1 && (f.ways() > 0 || f.snapshot != "") {
		return usagef("--catch-up publishes what is due: it cannot be used with a period or a snapshot")
	}
	if f.catchUp < 1 || f.catchUp > maxCatchUp {
		return usagef("--catch-up %d: want a number from 1 to %d", f.catchUp, maxCatchUp)
	}
	return nil
}

func publishCommand(e env, done *drafted) *cobra.Command {
	var f publishFlags
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Draft an edition and propose it as a pull request",
		Long: `Publish drafts the editions that are due and keeps each in one pull request, merged with what people
committed to its branch`,
		GroupID: groupWeekly,
		Example: `  # what follows the last edition that is merged or proposed
  digest publish
  # this week, whatever was published before
  digest publish --week 2023-W50
  # up to four editions that were missed
  digest publish --catch-up 4 --format json`,
		Annotations: about("publishing.md", draftExits),
		Args:        noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return publishEditions(cmd.Context(), e, done, f)
		},
	}
	f.register(cmd.Flags())
	return cmd
}

// publishEditions publishes the editions that the flags name, or those that are due.
func publishEditions(ctx context.Context, e env, done *drafted, f publishFlags) error {
	cfg, snapshot, err := f.load()
	if err != nil {
		return err
	}
	if err := cfg.Repeated(); err != nil {
		return err
	}
	repo, err := edition.PublishRepo(cfg, e.getenv)
	if err != nil {
		return usageError{err}
	}
	if edition.TokenVariable(e.getenv) == "" {
		return edition.ErrNoToken
	}
	w := edition.Weekly{Config: cfg, Target: edition.PullRequests{Repo: repo, Adopt: f.adopt, Checkout: "."}, Anyway: f.anyway, Warn: e.warn()}
	stop, err := e.connect(&w)
	if err != nil {
		return err
	}
	defer stop()
	r := edition.Request{Snapshot: snapshot, Recreate: f.recreate, ByHand: f.ways() > 0}
	if r.ByHand {
		r.PeriodAt = f.periodAt(cfg.Calendar)
	}
	if r.ByHand || snapshot != nil {
		return e.draft(ctx, w, r, done)
	}
	periods, more, err := edition.Next(ctx, w, e.now, f.catchUp)
	if err != nil {
		return err
	}
	if len(periods) == 0 {
		e.stderr.note("nothing to do: the first edition is not over yet")
	}
	if more > 0 {
		e.stderr.note("due after this: %s; --catch-up publishes up to %d at once", report.Count(more, "more edition"), maxCatchUp)
	}
	for _, p := range periods {
		r.Period = p
		if err := e.draft(ctx, w, r, done); err != nil {
			return fmt.Errorf("edition %d, %s: %w", cfg.Calendar.Number(p), p, err)
		}
	}
	return nil
}

package main

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/publish"
	"github.com/community-digest/digest/internal/schedule"
)

// lastEditions is how many editions of a place are looked at to find out what comes next.
const lastEditions = 3

// publishedEditions returns the last editions on the base branch and those between and
// after them that have a pull request, in order.
func publishedEditions(ctx context.Context, cfg *config.Config, s *sources, repo digest.Repo) ([]schedule.Edition, error) {
	b, err := openBranch(ctx, s.client, cfg, repo, cfg.Calendar.Last(s.now))
	if err != nil {
		return nil, err
	}
	merged, err := writtenEditions(ctx, b, cfg.State)
	if err != nil {
		return nil, err
	}
	var editions []schedule.Edition
	for {
		if len(merged) > 0 && (len(editions) == 0 || !merged[0].Period.From.After(schedule.End(editions))) {
			editions, merged = append(editions, merged[0]), merged[1:]
			continue
		}
		due, _ := schedule.Due(cfg.Calendar, schedule.End(editions), s.now, 1)
		if len(due) == 0 {
			return append(editions, merged...), nil
		}
		b, err := openBranch(ctx, s.client, cfg, repo, due[0])
		if err != nil {
			return nil, err
		}
		switch b.branch.Status() {
		case publish.NoBranch, publish.NoPull: // a branch alone is a run that was stopped: it is not done
			return append(editions, merged...), nil
		}
		period, err := b.period(ctx, due[0])
		if err != nil {
			return nil, err
		}
		editions = append(editions, schedule.Edition{Number: cfg.Calendar.Number(due[0]), Period: period})
	}
}

// editionNumbers lists the editions that have a state, in order.
func editionNumbers(ctx context.Context, to place, state string) ([]int, error) {
	names, err := to.list(ctx, state)
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil && path.Base(stateFolder(state, n)) == name {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// writtenEditions are the editions whose state lies in a place, the last ones of them.
func writtenEditions(ctx context.Context, to place, state string) ([]schedule.Edition, error) {
	numbers, err := editionNumbers(ctx, to, state)
	if err != nil {
		return nil, err
	}
	var editions []schedule.Edition
	for _, n := range numbers[max(0, len(numbers)-lastEditions):] {
		name := path.Join(stateFolder(state, n), snapshotFile)
		files, err := to.read(ctx, name)
		if err != nil {
			return nil, err
		}
		if files[name] == nil {
			continue // a folder without a snapshot is no edition
		}
		s, err := decodeStored(to.name(name), files[name])
		if err != nil {
			return nil, err
		}
		editions = append(editions, schedule.Edition{Number: n, Period: s.Period})
	}
	return editions, nil
}

// decodeStored reads the snapshot of an edition that is there already. One that cannot be
// read is an error: the edition would be begun again as if it had never been.
func decodeStored(name string, data []byte) (digest.Snapshot, error) {
	s, err := digest.DecodeSnapshot(data)
	if err != nil {
		return s, fmt.Errorf("%s: %w: restore it or delete it", name, err)
	}
	return s, nil
}

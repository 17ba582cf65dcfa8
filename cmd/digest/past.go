package main

import (
	"context"
	"path"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/publish"
)

// pastEditions is how many editions before are asked what came too late for them: about
// a month of weeks.
const pastEditions = 4

// readPast reads the snapshots of the editions before one.
func readPast(ctx context.Context, p *program, cfg *config.Config, to place, period digest.Period) (*digest.Past, error) {
	var names []string
	before := cfg.Calendar.Last(period.From)
	for q := before; len(names) < pastEditions; q = cfg.Calendar.Last(q.From) {
		names = append(names, path.Join(stateFolder(cfg.State, cfg.Calendar.Number(q)), snapshotFile))
	}
	files, err := to.read(ctx, names...)
	if err != nil {
		return nil, err
	}
	if _, there := files[names[0]]; !there {
		// The last edition may not have got here yet: its pull request is open.
		more, err := readThere(ctx, to, before, names[0])
		if publish.ProblemOf(err) == publish.Taken {
			p.stderr.warning("%v: what came too late for the edition before is not looked for", err)
		} else if err != nil {
			return nil, err
		}
		if data, there := more[names[0]]; there {
			files[names[0]] = data
		}
	}
	var snapshots []digest.Snapshot
	for _, name := range names {
		data, there := files[name]
		if !there {
			continue
		}
		s, err := digest.DecodeSnapshot(data)
		if err != nil {
			p.stderr.warning("%s: %v: what came too late for that edition is not looked for", to.name(name), err)
			continue
		}
		snapshots = append(snapshots, s)
	}
	return digest.NewPast(snapshots...), nil
}

// readThere reads a file of another edition.
func readThere(ctx context.Context, to place, p digest.Period, name string) (map[string][]byte, error) {
	other, err := to.of(ctx, p)
	if err != nil {
		return nil, err
	}
	return other.read(ctx, name)
}

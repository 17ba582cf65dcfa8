package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/jobs"
	"github.com/community-digest/digest/internal/schedule"
	"github.com/community-digest/digest/templates"
)

// served is a digest that the daemon runs.
type served struct {
	name     string // of its configuration file, without the ending
	cfg      *config.Config
	schedule schedule.Schedule
	alone    bool // it is the only one: its drafts need no folder of their own
}

// loadDigests reads the configurations of files and of folders of files.
func loadDigests(e env, names []string) ([]*served, error) {
	files, err := configFiles(names)
	if err != nil {
		return nil, err
	}
	var digests []*served
	known := make(map[string]string)
	for _, file := range files {
		s, err := loadDigest(file)
		if err != nil {
			return nil, usageError{err}
		}
		if other, twice := known[s.name]; twice {
			return nil, usagef("%s and %s have the same name: a digest is known by that of its file", other, file)
		}
		known[s.name] = file
		digests = append(digests, s)
	}
	// That of a folder is not: another one may join it, and its drafts must not move then.
	digests[0].alone = slices.Equal(files, names) && len(files) == 1
	return digests, publishable(e, digests)
}

// configFiles lists the files that are named and those in the folders that are.
func configFiles(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil || !info.IsDir() {
			files = append(files, name) // what is wrong with it, loading it says
			continue
		}
		found, err := filepath.Glob(filepath.Join(name, "*.yaml"))
		if err != nil || len(found) == 0 {
			return nil, usagef("--config %s: there is no *.yaml in this folder", name)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		return nil, usagef("--config: want a file or a folder")
	}
	return files, nil
}

// publishable reports why digests could not be published, or would get in each other's way:
// one whose state is another's takes its editions for its own, and drafts nothing.
func publishable(e env, digests []*served) error {
	holder := make(map[string]string)
	for _, s := range digests {
		if !s.cfg.Publish.Configured {
			continue
		}
		repo, err := edition.PublishRepo(s.cfg, e.getenv)
		if err != nil {
			return usagef("%s: %w", s.name, err)
		}
		if edition.TokenVariable(e.getenv) == "" {
			return fmt.Errorf("%s: %w", s.name, errNoToken)
		}
		takes, err := s.takes()
		if err != nil {
			return usagef("%s: %w", s.name, err)
		}
		for _, what := range takes {
			key := strings.ToLower(repo.String()) + " " + what
			if other, taken := holder[key]; taken {
				return usagef("%s and %s both publish in %s and have the same %s: give each its own", other, s.name, repo, what)
			}
			holder[key] = s.name
		}
	}
	return nil
}

// takes lists what a digest takes of the repository that it is published in, by the
// example of one edition.
func (s *served) takes() ([]string, error) {
	sample := digest.Sample()
	sample.Title = s.cfg.Title
	branch, err := s.cfg.Publish.BranchName(sample)
	if err != nil {
		return nil, err
	}
	takes := []string{"state " + s.cfg.State, "publish.branch " + branch}
	for _, e := range s.cfg.Editions {
		sample.Title = e.Title
		file, err := e.File(sample)
		if err != nil {
			return nil, err
		}
		takes = append(takes, "path "+file)
	}
	return takes, nil
}

func loadDigest(file string) (*served, error) {
	cfg, err := config.Load(file, templates.FS)
	if err != nil {
		return nil, err
	}
	if cfg.Schedule.Cron == "" {
		return nil, fmt.Errorf("%s: serving takes a schedule: set schedule.cron, for example \"17 9 * * 1\"", file)
	}
	s, err := schedule.Parse(cfg.Schedule.Cron, cfg.Calendar.Location)
	if err != nil {
		return nil, fmt.Errorf("%s: schedule.cron: %w", file, err)
	}
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	return &served{name: name, cfg: cfg, schedule: s}, nil
}

func work(digests []*served) []jobs.Digest {
	var list []jobs.Digest
	for _, s := range digests {
		list = append(list, jobs.Digest{Name: s.name, Schedule: s.schedule})
	}
	return list
}

// lastSlot is the last slot of the schedule until now: what was over then is due. Without
// one, as in the first days of a yearly schedule, it is now.
func (s *served) lastSlot(now time.Time) time.Time {
	if last := s.schedule.Last(now); !last.IsZero() {
		return last
	}
	return now
}

// folder is where the drafts go of a digest that is not published.
func (s *served) folder(output string) string {
	if s.alone {
		return output
	}
	return filepath.Join(output, s.name)
}

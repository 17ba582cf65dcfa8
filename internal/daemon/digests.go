package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/schedule"
	"github.com/community-digest/digest/templates"
)

// served is a digest that the daemon drafts.
type served struct {
	name     string // of its configuration file, without the extension
	config   *config.Config
	schedule schedule.Schedule
	target   edition.Target
}

// load reads the configurations, which are files and directories of files, and decides where the
// drafts of each digest go.
func load(o Options, getenv func(string) string) ([]*served, error) {
	if len(o.Configs) == 0 {
		name, err := config.Find()
		if err != nil {
			return nil, err
		}
		o.Configs = []string{name}
	}
	files, err := configFiles(o.Configs)
	if err != nil {
		return nil, err
	}
	// The only digest needs no directory of its own. One in a directory of configurations has one
	// all the same: another may join it, and its drafts must not move then.
	alone := len(files) == 1 && slices.Equal(files, o.Configs)
	var digests []*served
	byName := make(map[string]string)
	for _, file := range files {
		s, err := loadFile(file)
		if err != nil {
			return nil, err
		}
		if other, taken := byName[s.name]; taken {
			return nil, fmt.Errorf("%s and %s are both named %s: a digest is named after its file", other, file, s.name)
		}
		byName[s.name] = file
		dir := o.Output
		if !alone {
			dir = filepath.Join(dir, s.name)
		}
		if err := s.choose(dir, getenv); err != nil {
			return nil, err
		}
		digests = append(digests, s)
	}
	return digests, checkTargets(digests)
}

// configFiles lists the files that are named and those in the directories that are.
func configFiles(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil || !info.IsDir() {
			files = append(files, name) // loading it reports what is wrong
			continue
		}
		found, err := filepath.Glob(filepath.Join(name, "*.yaml"))
		if err != nil || len(found) == 0 {
			return nil, fmt.Errorf("--config %s: no *.yaml in this directory", name)
		}
		files = append(files, found...)
	}
	return files, nil
}

func loadFile(file string) (*served, error) {
	cfg, err := config.Load(file, templates.FS)
	if err != nil {
		return nil, err
	}
	if cfg.Schedule.Cron == "" {
		return nil, fmt.Errorf("%s: schedule.cron is required, for example \"17 9 * * 1\"", file)
	}
	s, err := schedule.Parse(cfg.Schedule.Cron, cfg.Calendar.Location)
	if err != nil {
		return nil, fmt.Errorf("%s: schedule.cron: %w", file, err)
	}
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	return &served{name: name, config: cfg, schedule: s}, nil
}

// choose sets where the drafts go: to pull requests, or into a directory.
func (s *served) choose(dir string, getenv func(string) string) error {
	if !s.config.Publish.Configured {
		s.target = edition.Folder{Path: dir}
		return nil
	}
	repo, err := edition.PublishRepo(s.config, getenv)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	if edition.TokenVariable(getenv) == "" {
		return fmt.Errorf("%s: %w", s.name, edition.ErrNoToken)
	}
	s.target = edition.PullRequests{Repo: repo}
	return nil
}

// checkTargets refuses digests that share a repository and get in each other's way there: one
// that has another's state would take its editions for its own, and draft nothing.
func checkTargets(digests []*served) error {
	owner := make(map[string]string)
	for _, s := range digests {
		target, ok := s.target.(edition.PullRequests)
		if !ok {
			continue
		}
		names, err := s.names()
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		for _, name := range names {
			key := strings.ToLower(target.Repo.String()) + " " + name
			if other, taken := owner[key]; taken {
				return fmt.Errorf("%s and %s are both published to %s with %s: give each its own", other, s.name, target.Repo, name)
			}
			owner[key] = s.name
		}
	}
	return nil
}

// names lists what a digest uses in the repository that it is published to, by the example of
// one edition.
func (s *served) names() ([]string, error) {
	sample := digest.Sample()
	sample.Title = s.config.Title
	branch, err := s.config.Publish.BranchName(sample)
	if err != nil {
		return nil, err
	}
	names := []string{"state " + s.config.State, "publish.branch " + branch}
	for _, e := range s.config.Editions {
		sample.Title = e.Title
		file, err := e.File(sample)
		if err != nil {
			return nil, err
		}
		names = append(names, "path "+file)
	}
	return names, nil
}

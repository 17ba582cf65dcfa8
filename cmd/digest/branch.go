package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/lint"
	"github.com/community-digest/digest/internal/merge"
	"github.com/community-digest/digest/internal/publish"
)

// branch is the place of drafts that are published: the edition's branch and its pull
// request.
type branch struct {
	client *github.Client
	cfg    *config.Config
	target publish.Target
	branch *publish.Branch
}

// openBranch looks at what there is of an edition on GitHub.
func openBranch(ctx context.Context, client *github.Client, cfg *config.Config, repo digest.Repo, p digest.Period) (*branch, error) {
	number := cfg.Calendar.Number(p)
	name, err := cfg.Publish.BranchName(digest.Edition{Title: cfg.Title, Number: number, Period: p})
	if err != nil {
		return nil, err
	}
	t := &branch{client: client, cfg: cfg, target: publish.Target{
		Repo: repo, Base: cfg.Publish.Base, Branch: name, Mark: path.Join(stateFolder(cfg.State, number), snapshotFile),
	}}
	return t, t.open(ctx)
}

func (t *branch) open(ctx context.Context) (err error) {
	t.branch, err = publish.Open(ctx, t.client, t.target)
	return publishError(err)
}

// publishError gives errors that only other rights can mend their exit code.
func publishError(err error) error {
	if err != nil && publish.Unauthorised(err) {
		return codedError{exitUnauthorised, err}
	}
	return err
}

func (t *branch) close() error { return nil }

func (t *branch) name(file string) string { return file }

func (t *branch) read(ctx context.Context, names ...string) (map[string][]byte, error) {
	files, err := t.branch.Read(ctx, names...)
	return files, publishError(err)
}

func (t *branch) list(ctx context.Context, dir string) ([]string, error) {
	names, err := t.branch.List(ctx, dir)
	return names, publishError(err)
}

func (t *branch) of(ctx context.Context, p digest.Period) (place, error) {
	return openBranch(ctx, t.client, t.cfg, t.target.Repo, p)
}

// period is what the edition on the branch covers: mostly what the calendar says.
func (t *branch) period(ctx context.Context, usual digest.Period) (digest.Period, error) {
	files, err := t.read(ctx, t.target.Mark)
	if err != nil || files[t.target.Mark] == nil {
		return usual, err
	}
	s, err := decodeStored(t.target.Mark, files[t.target.Mark])
	return s.Period, err
}

func (t *branch) find(ctx context.Context, drafts []draftFile) error {
	var names []string
	for _, d := range drafts {
		names = append(names, d.path, d.base)
	}
	files, err := t.read(ctx, names...)
	if err != nil {
		return err
	}
	for i := range drafts {
		had := &drafts[i].had
		text, hasText := files[drafts[i].path]
		base, hasBase := files[drafts[i].base]
		had.Text, had.HasText, had.Base, had.HasBase = string(text), hasText, string(base), hasBase
		drafts[i].deleted = hasBase && !hasText
	}
	return nil
}

// write makes one commit of the edition and proposes it. When somebody has pushed since
// it was read, nothing is written and the branch is opened anew: errMoved.
func (t *branch) write(ctx context.Context, e *edition) error {
	files := map[string][]byte{e.snapshotFile: e.snapshotData}
	for _, d := range e.drafts {
		if !d.deleted {
			files[d.path], files[d.base] = []byte(d.merged), []byte(d.text)
		}
	}
	pull, err := t.pullRequest(e)
	if err != nil {
		return err
	}
	_, err = t.branch.Commit(ctx, commitMessage(e), files)
	if errors.Is(err, publish.ErrMoved) {
		if err := t.open(ctx); err != nil {
			return err
		}
		return errMoved
	}
	if err != nil {
		return publishError(err)
	}
	result, err := t.branch.PullRequest(ctx, pull)
	e.pull = &result
	return publishError(err)
}

// commitMessage names the edition by number and days only: what a stranger wrote in it
// could close issues or skip checks.
func commitMessage(e *edition) string {
	return fmt.Sprintf("Draft of edition %d, %s", e.Number, e.Period)
}

func (t *branch) pullRequest(e *edition) (publish.PullRequest, error) {
	head := e.Edition
	head.Title = t.cfg.Title
	title, err := t.cfg.Publish.PullRequestTitle(head)
	if err != nil {
		return publish.PullRequest{}, err
	}
	c := t.cfg.Publish
	return publish.PullRequest{
		Title: title, Body: publish.Body(t.facts(e)), Draft: c.Draft,
		Labels: c.Labels, Reviewers: c.Reviewers, Assignees: c.Assignees, Milestone: c.Milestone,
	}, nil
}

// facts is what the body of the pull request tells.
func (t *branch) facts(e *edition) publish.Facts {
	f := publish.Facts{
		Title: t.cfg.Title, Number: e.Number, Period: e.Period.String(), Provisional: e.Provisional,
		Receipts: e.snapshot.Receipts, Host: t.client.WebHost(),
	}
	for _, r := range e.snapshot.Late.Releases {
		f.Late = append(f.Late, r.URL.String())
	}
	for _, a := range e.snapshot.Late.Advisories {
		f.Late = append(f.Late, a.URL.String())
	}
	for _, s := range e.Sections() {
		f.Sections = append(f.Sections, publish.Section{Name: s.Name, Items: addresses(s), LeftOut: s.Cut})
	}
	for _, d := range e.drafts {
		if d.deleted {
			continue
		}
		f.Files = append(f.Files, publish.File{Language: d.language, Path: d.path})
		for _, mark := range lint.Placeholders(d.merged) {
			f.ToWrite = append(f.ToWrite, publish.Placeholder{Language: d.language, Text: mark.Text})
		}
		if d.report != nil {
			f.Changes = append(f.Changes, changes(d.language, *d.report))
		}
	}
	return f
}

// addresses lists the pages of a section's items.
func addresses(s digest.Section) []string {
	var list []string
	add := func(it digest.Item) {
		if !it.URL.IsZero() {
			list = append(list, it.URL.String())
		}
	}
	for _, story := range s.Stories {
		for _, a := range story.Advisories {
			add(a.Item)
		}
		if story.Train != nil {
			for _, r := range story.Train.Releases {
				add(r.Item)
			}
		}
	}
	for _, e := range s.Entries {
		add(e.Item)
	}
	for _, t := range s.Topics {
		add(t.Item)
	}
	return list
}

func changes(language string, r merge.Report) publish.Changes {
	items := func(list []merge.Change) []string {
		seen := make(map[string]bool)
		for _, c := range list {
			seen[c.Item] = true
		}
		return slices.Sorted(maps.Keys(seen))
	}
	return publish.Changes{
		Language: language, NoBase: r.NoBase, Kept: r.Kept,
		Added: items(r.Added), Refreshed: items(r.Refreshed), Removed: items(r.Removed),
		LeftOut: items(r.LeftOut), Undecided: items(r.Undecided), Stranded: items(r.Stranded),
	}
}

// publishRepo is where the edition is published: as configured, else the repository that
// the job runs in.
func (p *program) publishRepo(cfg *config.Config) (digest.Repo, error) {
	if cfg.Publish.Repository != (digest.Repo{}) {
		return cfg.Publish.Repository, nil
	}
	name := p.getenv("GITHUB_REPOSITORY")
	if strings.TrimSpace(name) == "" {
		return digest.Repo{}, usagef("there is no repository to publish in: set publish.repository in the configuration, or GITHUB_REPOSITORY")
	}
	repo, err := digest.ParseRepo(name)
	if err != nil {
		return digest.Repo{}, usagef("GITHUB_REPOSITORY: %w", err)
	}
	return repo, nil
}

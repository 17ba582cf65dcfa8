package edition

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/lint"
	"github.com/community-digest/digest/internal/merge"
	"github.com/community-digest/digest/internal/output"
	"github.com/community-digest/digest/internal/publish"
	"github.com/community-digest/digest/internal/report"
)

// PullRequests is the target of drafts that are published: each edition has a branch and a pull request of its own.
type PullRequests struct {
	Repo digest.Repo
	// Adopt takes over a branch that this weekly has not made.
	Adopt bool
	// Checkout is a working copy in which people may have edited drafts; empty for none.
	Checkout string
}

// branch is the place of an edition in PullRequests.
type branch struct {
	client *github.Client
	cfg    *config.Config
	target publish.Target
	branch *publish.Branch

	checkout string
}

func (t PullRequests) look(ctx context.Context, w Weekly, p digest.Period) (reader, error) {
	return t.branch(ctx, w, p)
}

func (t PullRequests) open(ctx context.Context, w Weekly, p digest.Period, _ time.Time) (place, error) {
	b, err := t.branch(ctx, w, p)
	if err != nil {
		return nil, err
	}
	if why := b.branch.Done(); why != "" {
		return nil, &finishedError{why, b.branch.URL()}
	}
	return b, b.branch.Writable()
}

// branch looks at what there is of an edition on GitHub.
func (t PullRequests) branch(ctx context.Context, w Weekly, p digest.Period) (*branch, error) {
	cfg := w.Config
	number := cfg.Calendar.Number(p)
	name, err := cfg.Publish.BranchName(digest.Edition{Title: cfg.Title, Number: number, Period: p})
	if err != nil {
		return nil, err
	}
	b := &branch{client: w.Client, cfg: cfg, checkout: t.Checkout, target: publish.Target{
		Repo: t.Repo, Base: cfg.Publish.Base, Branch: name, Mark: path.Join(stateFolder(cfg.State, number), snapshotFile), Adopt: t.Adopt,
	}}
	return b, b.open(ctx)
}

func (t *branch) open(ctx context.Context) (err error) {
	t.branch, err = publish.Open(ctx, t.client, t.target)
	return err
}

func (t *branch) close() error { return nil }

func (t *branch) name(file string) string { return file }

func (t *branch) read(ctx context.Context, names ...string) (map[string][]byte, error) {
	return t.branch.Read(ctx, names...)
}

func (t *branch) list(ctx context.Context, dir string) ([]string, error) {
	return t.branch.List(ctx, dir)
}

// period is what the edition on the branch covers: mostly what the calendar says.
func (t *branch) period(ctx context.Context, w Weekly, usual digest.Period, now time.Time) (digest.Period, error) {
	files, err := w.readAny(ctx, t, []string{t.target.Mark})
	if err != nil || files[t.target.Mark] == nil {
		return usual, err
	}
	s, err := w.decode(w.Config.Calendar.Number(usual), t.target.Mark, files[t.target.Mark], now)
	if damaged, ok := errors.AsType[*damagedError](err); ok {
		w.warnf("%v: ignored; taken for the edition of %s", damaged, usual)
		return usual, nil
	}
	return s.Period, err
}

func (t *branch) find(ctx context.Context, drafts []draft) error {
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
	}
	return nil
}

// write makes one commit of the edition and proposes it. When someone has pushed since it was read, nothing is written
// and the branch is opened again: errMoved.
func (t *branch) write(ctx context.Context, c *composition) error {
	files := map[string][]byte{c.snapshotFile: c.snapshotData}
	for _, d := range c.drafts {
		if !d.skipped() {
			files[d.path], files[d.base] = []byte(d.merged), []byte(d.text)
		}
	}
	pull, err := t.pullRequest(c)
	if err != nil {
		return err
	}
	_, err = t.branch.Commit(ctx, commitMessage(c), files)
	if errors.Is(err, publish.ErrMoved) {
		if err := t.open(ctx); err != nil {
			return err
		}
		return errMoved
	}
	if err != nil {
		return err
	}
	result, err := t.branch.PullRequest(ctx, pull)
	c.published = published{
		operation: report.Operation(result.Operation), number: result.Number, url: result.URL,
		reason: result.Reason, warnings: append(result.Warnings, t.uncommitted(ctx, c)...),
	}
	return err
}

// uncommitted warns of drafts in the checkout that a person has edited, and whose edits are not on the branch.
func (t *branch) uncommitted(ctx context.Context, c *composition) []string {
	if t.checkout == "" {
		return nil
	}
	local := slices.Clone(c.drafts)
	for i := range local {
		local[i].had, local[i].movedFrom = output.Found{}, ""
	}
	dir, err := Folder{Path: t.checkout}.existing()
	if err == nil {
		err = errors.Join(dir.find(ctx, local), dir.close())
	}
	if err != nil {
		return []string{fmt.Sprintf("not looking for local edits: %v", err)}
	}
	var warnings []string
	for i, l := range local {
		if there := c.drafts[i]; l.edited() && !l.foreign() && l.had.Text != there.merged && l.had.Text != there.had.Text && l.had.Text != there.had.Base {
			warnings = append(warnings, fmt.Sprintf("%s has local edits that are not part of the pull request: commit them to the branch %s",
				dir.name(l.path), t.target.Branch))
		}
	}
	return warnings
}

// commitMessage names the edition by number and days only: user content in it could close issues or skip checks.
func commitMessage(c *composition) string {
	return fmt.Sprintf("Draft of edition %d, %s", c.Number, c.Period)
}

func (t *branch) pullRequest(c *composition) (publish.PullRequest, error) {
	head := c.Edition
	head.Title = t.cfg.Title
	title, err := t.cfg.Publish.PullRequestTitle(head)
	if err != nil {
		return publish.PullRequest{}, err
	}
	p := t.cfg.Publish
	return publish.PullRequest{
		Title: title, Body: publish.Body(t.facts(c)), Draft: p.Draft,
		Labels: p.Labels, Reviewers: p.Reviewers, Assignees: p.Assignees, Milestone: p.Milestone,
	}, nil
}

// facts is what the body of the pull request says.
func (t *branch) facts(c *composition) publish.Facts {
	f := publish.Facts{
		Title: t.cfg.Title, Number: c.Number, Period: c.Period.String(), Provisional: c.Provisional,
		Receipts: c.snapshot.Receipts, Host: t.client.WebHost(),
	}
	for _, r := range c.snapshot.Late.Releases {
		f.Late = append(f.Late, r.URL.String())
	}
	for _, a := range c.snapshot.Late.Advisories {
		f.Late = append(f.Late, a.URL.String())
	}
	for _, s := range c.Sections() {
		section := publish.Section{Name: s.Name, Stories: stories(s), LeftOut: s.Cut}
		for _, it := range s.LeftOut {
			section.LeftOutStories = append(section.LeftOutStories, addresses(it))
		}
		f.Sections = append(f.Sections, section)
	}
	for _, d := range c.drafts {
		if d.operation == report.Deleted {
			continue
		}
		f.Files = append(f.Files, publish.File{Language: d.language, Path: d.path})
		marks, err := lint.Placeholders(d.merged)
		if err != nil {
			f.ToWrite = append(f.ToWrite, publish.Placeholder{Language: d.language, Text: "not checked for placeholders: " + err.Error()})
		}
		for _, mark := range marks {
			f.ToWrite = append(f.ToWrite, publish.Placeholder{Language: d.language, Text: mark.Text})
		}
		if d.report != nil {
			f.Changes = append(f.Changes, changes(d.language, *d.report))
		}
	}
	return f
}

// stories lists what a section shows, by the pages of the items.
func stories(s digest.Section) []publish.Story {
	var list []publish.Story
	for _, story := range s.Stories {
		list = append(list, addresses(story.Items()...))
	}
	for _, train := range s.Also {
		list = append(list, addresses(digest.Story{Train: train}.Items()...))
	}
	for _, t := range s.Topics {
		list = append(list, addresses(t.Item))
	}
	return list
}

func addresses(items ...digest.Item) publish.Story {
	var list publish.Story
	for _, it := range items {
		if !it.URL.IsZero() {
			list = append(list, it.URL.String())
		}
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

package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"

	"github.com/community-digest/digest/collectors"
	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// sources are what a configuration wants to be read, and the way to read it.
type sources struct {
	cfg      *config.Config
	now      time.Time
	client   *github.Client
	say      func(format string, args ...any)
	waits    *waits
	progress *collectors.Progress
	total    atomic.Int64 // things to look at, once it is known
}

// connect makes the client that all collectors share. Nothing is contacted yet.
func connect(p *program, cfg *config.Config) (*sources, error) {
	endpoints, err := github.ParseEndpoints(p.getenv("GITHUB_API_URL"), p.getenv("GITHUB_GRAPHQL_URL"))
	if err != nil {
		return nil, usagef("GITHUB_API_URL and GITHUB_GRAPHQL_URL: %w", err)
	}
	s := &sources{cfg: cfg, now: p.now, say: p.stderr.note, waits: &waits{say: p.stderr.note}, progress: new(collectors.Progress)}
	s.client = github.NewClient(endpoints, p.token(), github.Limits{MaxWait: cfg.MaxWait, OnWait: s.waits.begin})
	return s, nil
}

// status says how far the run is.
func (s *sources) status() string {
	return progressLine(s.progress.Done(), int(s.total.Load()), s.client.Usage(), s.waits.now())
}

// token returns the source of the token that both of GitHub's APIs share, or nil when
// the environment has none.
func (p *program) token() oauth2.TokenSource {
	name := p.tokenVariable()
	if name == "" {
		return nil
	}
	return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: p.getenv(name)})
}

// tokenVariable names the variable that the token is taken from; it is empty when the
// environment has none.
func (p *program) tokenVariable() string {
	for _, name := range []string{"GITHUB_TOKEN", "GH_TOKEN"} {
		if p.getenv(name) != "" {
			return name
		}
	}
	return ""
}

// collect finds out which repositories there are to look at, asks all collectors side by
// side and makes a snapshot of what they found. A run in which no source at all could be
// read is an error: an edition of nothing but gaps is of no use to anybody.
func (s *sources) collect(ctx context.Context, period digest.Period, provisional bool, past *digest.Past) (collected, error) {
	w, selections, err := s.watched(ctx)
	if err != nil {
		return collected{usage: s.client.Usage()}, err
	}
	w.Past = past
	list, steps := s.collectors(w)
	found := make([]digest.Findings, len(list))
	errs := make([]error, len(list))
	var wg sync.WaitGroup
	for i, c := range list {
		wg.Go(func() { found[i], errs[i] = collectOne(ctx, c, period) })
	}
	wg.Wait()
	found = append(found, digest.Findings{Receipts: selections})
	snapshot := digest.Snapshot{Version: digest.SnapshotVersion, Period: period, Provisional: provisional, Findings: digest.Merge(found...)}
	got := collected{snapshot, s.client.Usage(), steps}
	if err := firstError(errs); err != nil {
		return got, err
	}
	return got, anythingRead(snapshot.Receipts)
}

// collected is what a run has read, what that cost, and what it was expected to cost.
type collected struct {
	snapshot digest.Snapshot
	usage    github.Usage
	expected []collectors.Step
}

// kindCollector is a collector and the kinds it collects.
type kindCollector struct {
	kinds []digest.Kind
	digest.Collector
}

// manySources is more than a run over a few hundred repositories looks at.
const manySources = 1000

// collectors cuts what is to be read into collectors, and tells what it is expected to cost.
func (s *sources) collectors(w collectors.Sources) ([]kindCollector, []collectors.Step) {
	var list []kindCollector
	var steps []collectors.Step
	s.total.Store(int64(w.Len() + len(s.cfg.Feeds)))
	if w.Len() > manySources {
		// Such a run waits for GitHub most of the time, and holds much: memory is dearer than
		// the processor. 1,000 repositories stay under 256 MB so.
		debug.SetGCPercent(50)
		debug.SetMemoryLimit(200 << 20)
	}
	if w.Len() > 0 {
		c := collectors.NewGitHub(s.client, w)
		c.Progress = s.progress
		list = append(list, kindCollector{[]digest.Kind{digest.Discussions, digest.Releases, digest.Advisories}, c})
		steps = c.Plan(usual(w))
	}
	if feeds := feedSources(s.cfg); len(feeds) > 0 {
		c := collectors.NewFeeds(collectors.NewFeedClient(feeds), feeds)
		c.Progress = s.progress
		list = append(list, kindCollector{[]digest.Kind{digest.Feeds}, c})
	}
	return list, steps
}

// collectOne asks one collector. A panic in it is a gap of its kinds: the other
// collectors' findings are worth having, and this one's are visibly missing.
func collectOne(ctx context.Context, c kindCollector, p digest.Period) (f digest.Findings, err error) {
	defer func() {
		if r := recover(); r != nil {
			f = digest.Findings{}
			for _, kind := range c.kinds {
				f.Receipts = append(f.Receipts, digest.Receipt{
					Kind: kind, Source: digest.AllSources, Section: kind.DefaultSection(), Outcome: digest.Failed,
					Detail: markdown.Untrusted(fmt.Sprintf("a defect of this program: %v", r)),
				})
			}
		}
	}()
	return c.Collect(ctx, p)
}

// firstError prefers an error that says what to do over those that only follow from it.
func firstError(errs []error) error {
	for _, err := range errs {
		if github.KindOf(err) == github.Unauthorized || github.KindOf(err) == github.RateLimited {
			return err
		}
	}
	return errors.Join(errs...)
}

// anythingRead reports an error when there is not one source that could be read, be it
// in part.
func anythingRead(receipts []digest.Receipt) error {
	refused := true
	for _, r := range receipts {
		if r.NamesRepos() {
			continue // which tells what there is to read
		}
		if !r.Gap() || r.Kept > 0 || r.Outcome == digest.Truncated {
			return nil
		}
		refused = refused && (r.Outcome == digest.Forbidden || r.Outcome == digest.NeedsToken)
	}
	// A missing token explains itself, but not why the others could not be read either.
	worst := receipts[max(0, slices.IndexFunc(receipts, func(r digest.Receipt) bool { return r.Outcome != digest.NeedsToken }))]
	err := fmt.Errorf("no source could be read: %s: %s", worst.Subject(), worst.Reason())
	if refused {
		return codedError{exitUnauthorised, err}
	}
	return err
}

// watched is what the configuration watches of repositories, with those that it names by
// their account or topic looked up, and the receipts of looking.
func (s *sources) watched(ctx context.Context) (collectors.Sources, []digest.Receipt, error) {
	var asked []collectors.Selection
	for _, in := range s.cfg.Repositories() {
		if in.Selection != nil {
			asked = append(asked, collectors.Selection(*in.Selection))
		}
	}
	resolved, err := collectors.Resolve(ctx, s.client, asked)
	if err != nil {
		return collectors.Sources{}, nil, err
	}
	var receipts []digest.Receipt
	repos := func(in config.Repositories, kind digest.Kind, section digest.SectionName) []digest.Repo {
		if in.Selection == nil {
			return in.Repos
		}
		r := resolved[0]
		resolved = resolved[1:]
		r.Receipt.Kind, r.Receipt.Section = kind, section
		receipts = append(receipts, r.Receipt)
		return r.Repos
	}
	return watch(s.cfg, repos), receipts, nil
}

// watch is what the configuration watches of the repositories that a function tells, in
// the order of [config.Config.Repositories].
func watch(cfg *config.Config, repos func(config.Repositories, digest.Kind, digest.SectionName) []digest.Repo) collectors.Sources {
	var w collectors.Sources
	for _, s := range cfg.Discussions {
		w.Discussions = append(w.Discussions, collectors.DiscussionSource{
			Repos: repos(s.Repositories, digest.Discussions, s.Section), Categories: s.Categories, Section: s.Section})
	}
	for _, s := range cfg.Releases {
		w.Releases = append(w.Releases, collectors.ReleaseSource{
			Repos: repos(s.Repositories, digest.Releases, s.Section), Prereleases: s.Prereleases, Section: s.Section})
	}
	for _, s := range cfg.Advisories {
		w.Advisories = append(w.Advisories, collectors.AdvisorySource{
			Repos: repos(s.Repositories, digest.Advisories, s.Section), Mode: collectors.AdvisoryMode(s.Mode), Section: s.Section})
	}
	return w
}

func feedSources(cfg *config.Config) []collectors.FeedSource {
	var list []collectors.FeedSource
	for _, s := range cfg.Feeds {
		list = append(list, collectors.FeedSource{URL: s.URL, Section: s.Section})
	}
	return list
}

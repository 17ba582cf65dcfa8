package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/oauth2"

	"github.com/community-digest/digest/collectors"
	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// sources are the collectors of a configuration and the client that they share.
type sources struct {
	client     *github.Client
	collectors []kindCollector
	waits      *waits
	progress   *collectors.Progress
	total      int // sources
}

// kindCollector is a collector and the kinds it collects.
type kindCollector struct {
	kinds []digest.Kind
	digest.Collector
}

// connect cuts the configuration into collectors.
func connect(p *program, cfg *config.Config) (*sources, error) {
	endpoints, err := github.ParseEndpoints(p.getenv("GITHUB_API_URL"), p.getenv("GITHUB_GRAPHQL_URL"))
	if err != nil {
		return nil, usagef("GITHUB_API_URL and GITHUB_GRAPHQL_URL: %w", err)
	}
	s := &sources{waits: &waits{say: p.stderr.note}, progress: new(collectors.Progress)}
	s.client = github.NewClient(endpoints, p.token(), github.Limits{MaxWait: cfg.MaxWait, OnWait: s.waits.begin})
	if w := watched(cfg); len(w.Discussions)+len(w.Releases)+len(w.Advisories) > 0 {
		c := collectors.NewGitHub(s.client, w)
		c.Progress = s.progress
		s.add(c, digest.Discussions, digest.Releases, digest.Advisories)
	}
	if list := feedSources(cfg); len(list) > 0 {
		c := collectors.NewFeeds(collectors.NewFeedClient(list), list)
		c.Progress = s.progress
		s.add(c, digest.Feeds)
	}
	s.total = countSources(cfg)
	return s, nil
}

func (s *sources) add(c digest.Collector, kinds ...digest.Kind) {
	s.collectors = append(s.collectors, kindCollector{kinds, c})
}

// countSources counts what there is to look at, a repository once for each kind.
func countSources(cfg *config.Config) int {
	n := len(cfg.Feeds)
	for _, s := range cfg.Discussions {
		n += len(s.Repos)
	}
	for _, s := range cfg.Releases {
		n += len(s.Repos)
	}
	for _, s := range cfg.Advisories {
		n += len(s.Repos)
	}
	return n
}

// status says how far the run is.
func (s *sources) status() string {
	return progressLine(s.progress.Done(), s.total, s.client.Usage(), s.waits.now())
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

// collect asks all collectors side by side and makes a snapshot of what they found. A
// run in which no source at all could be read is an error: an edition of nothing but
// gaps is of no use to anybody.
func (s *sources) collect(ctx context.Context, period digest.Period, provisional bool) (digest.Snapshot, github.Usage, error) {
	found := make([]digest.Findings, len(s.collectors))
	errs := make([]error, len(s.collectors))
	var wg sync.WaitGroup
	for i, c := range s.collectors {
		wg.Go(func() { found[i], errs[i] = collectOne(ctx, c, period) })
	}
	wg.Wait()
	snapshot := digest.Snapshot{Version: digest.SnapshotVersion, Period: period, Provisional: provisional, Findings: digest.Merge(found...)}
	if err := firstError(errs); err != nil {
		return snapshot, s.client.Usage(), err
	}
	return snapshot, s.client.Usage(), anythingRead(snapshot.Receipts)
}

// collectOne asks one collector. A panic in it is a gap of its kinds: the other
// collectors' findings are worth having, and this one's are visibly missing.
func collectOne(ctx context.Context, c kindCollector, p digest.Period) (f digest.Findings, err error) {
	defer func() {
		if r := recover(); r != nil {
			f = digest.Findings{}
			for _, kind := range c.kinds {
				f.Receipts = append(f.Receipts, digest.Receipt{
					Kind: kind, Source: "all sources", Section: kind.DefaultSection(), Outcome: digest.Failed,
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
		if !r.Gap() || r.Kept > 0 || r.Outcome == digest.Truncated {
			return nil
		}
		refused = refused && (r.Outcome == digest.Forbidden || r.Outcome == digest.NeedsToken)
	}
	// A missing token explains itself, but not why the others could not be read either.
	worst := receipts[max(0, slices.IndexFunc(receipts, func(r digest.Receipt) bool { return r.Outcome != digest.NeedsToken }))]
	err := fmt.Errorf("no source could be read: the %s of %s: %s", worst.Kind, worst.Source, explain(worst))
	if refused {
		return codedError{exitUnauthorised, err}
	}
	return err
}

// explain says in words how reading a source ended.
func explain(r digest.Receipt) string {
	what := map[digest.Outcome]string{
		digest.Failed:     "could not be read whole",
		digest.Truncated:  "the server does not list all of them",
		digest.Forbidden:  "access was refused",
		digest.Missing:    "not found, or the token may not see it",
		digest.Disabled:   "the repository has discussions switched off",
		digest.NeedsToken: "can only be read with a token, set GITHUB_TOKEN",
	}[r.Outcome]
	if r.Detail.Empty() {
		return what
	}
	return what + ": " + markdown.Line(r.Detail)
}

// watched is what the configuration watches of repositories.
func watched(cfg *config.Config) collectors.Watched {
	var w collectors.Watched
	for _, s := range cfg.Discussions {
		w.Discussions = append(w.Discussions, collectors.DiscussionSource{Repos: s.Repos, Categories: s.Categories, Section: s.Section})
	}
	for _, s := range cfg.Releases {
		w.Releases = append(w.Releases, collectors.ReleaseSource{Repos: s.Repos, Prereleases: s.Prereleases, Section: s.Section})
	}
	for _, s := range cfg.Advisories {
		w.Advisories = append(w.Advisories, collectors.AdvisorySource{Repos: s.Repos, Mode: collectors.AdvisoryMode(s.Mode), Section: s.Section})
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

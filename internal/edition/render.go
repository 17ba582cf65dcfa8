package edition

import (
	"context"
	"fmt"
	"slices"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/frontmatter"
)

// page is a draft as it is rendered.
type page struct {
	language string
	path     string
	text     string
}

// fit makes an edition and its pages. Where a page is larger than the configuration allows, sections keep half as many
// items, and half of that, until all pages fit or one item is left of each. Every language has the same items.
func fit(ctx context.Context, cfg *config.Config, s digest.Snapshot, number int) (digest.Edition, []page, error) {
	rules := rules(cfg)
	for {
		edition := digest.Edit(s, number, rules)
		pages, err := render(ctx, cfg, edition)
		tooLarge := func(p page) bool { return len(p.text) > cfg.Page }
		if err != nil || cfg.Page == 0 || !slices.ContainsFunc(pages, tooLarge) || !tighten(&rules, edition) {
			return edition, pages, err
		}
	}
}

// tighten halves what a section may have, and reports whether that can make a difference.
func tighten(rules *digest.Rules, edition digest.Edition) bool {
	items, also := 0, 0
	for _, s := range edition.Sections() {
		items, also = max(items, s.Len()), max(also, len(s.Also))
	}
	if rules.PerSection > 0 { // stories about security are more than the limit allows
		items = min(items, max(rules.PerSection, rules.Hot))
	}
	if items <= 1 && also <= 1 {
		return false
	}
	rules.PerSection, rules.Also = max(1, items/2), max(1, also/2)
	rules.Hot = rules.PerSection
	return true
}

// render makes a page of the edition in each language.
func render(ctx context.Context, cfg *config.Config, edition digest.Edition) ([]page, error) {
	var pages []page
	for _, e := range cfg.Editions {
		edition.Title = e.Title
		body, err := e.Template.Page(ctx, edition)
		if err != nil {
			return nil, fmt.Errorf("render the %s edition: %w", e.Language, err)
		}
		fields, err := e.Fields(edition)
		if err != nil {
			return nil, err
		}
		head, err := frontmatter.Encode(fields)
		if err != nil {
			return nil, fmt.Errorf("front matter of the %s edition: %w", e.Language, err)
		}
		file, err := e.File(edition)
		if err != nil {
			return nil, err
		}
		pages = append(pages, page{e.Language, file, head + "\n" + body})
	}
	return pages, nil
}

package edition

import (
	"context"
	"fmt"

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

package report

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/community-digest/digest/digest"
)

// Plan is what a run is expected to cost.
type Plan struct {
	Edition int           `json:"edition"`
	Period  digest.Period `json:"period"`
	Sources int           `json:"sources"`
	Steps   []Step        `json:"steps"`
	Total   Cost          `json:"total"`
	// NeedsToken says that some of the sources cannot be read without a token.
	NeedsToken bool `json:"needs_token,omitempty"`
	// Unknown are the accounts and topics whose repositories come on top.
	Unknown []string `json:"unknown,omitempty"`
}

// Step is a part of a run.
type Step struct {
	Name string `json:"name"`
	Cost
}

// Write writes the plan as a table.
func (p Plan) Write(w io.Writer) error {
	fmt.Fprintf(w, "Edition %d, %s: %s.\n\n", p.Edition, p.Period, Count(p.Sources, "source"))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "requests\tpoints\t  what\t")
	for _, s := range p.Steps {
		fmt.Fprintf(t, "%d\t%d\t  %s\n", s.Requests, s.GraphQLPoints, s.Name)
	}
	fmt.Fprintf(t, "%d\t%d\t  total\n", p.Total.Requests, p.Total.GraphQLPoints)
	if err := t.Flush(); err != nil {
		return err
	}
	if p.NeedsToken {
		fmt.Fprintln(w, "\nDiscussions can only be read with a token: set GITHUB_TOKEN.")
	}
	for _, name := range p.Unknown {
		fmt.Fprintf(w, "\nThe repositories of %s come on top: one request for every 100 of them to list them, and then as many\nas for other repositories.\n", name)
	}
	return nil
}

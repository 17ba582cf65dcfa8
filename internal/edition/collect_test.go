package edition

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
)

func TestARunInWhichNothingWasReadFails(t *testing.T) {
	const ok, failed, refused = "no error", "an error", "an error of access"
	receipt := func(o digest.Outcome, kept int) digest.Receipt {
		return digest.Receipt{Kind: digest.Releases, Source: "istio/istio", Outcome: o, Kept: kept}
	}
	for _, tt := range []struct {
		name     string
		receipts []digest.Receipt
		want     string
	}{
		{"complete", []digest.Receipt{receipt(digest.Complete, 0)}, ok},
		{"complete beside a failure", []digest.Receipt{receipt(digest.Failed, 0), receipt(digest.Complete, 0)}, ok},
		{"failed after the first page", []digest.Receipt{receipt(digest.Failed, 3)}, ok},
		{"cut off by the server", []digest.Receipt{receipt(digest.Truncated, 0)}, ok},
		{"failed", []digest.Receipt{receipt(digest.Failed, 0)}, failed},
		{"failed and forbidden", []digest.Receipt{receipt(digest.Failed, 0), receipt(digest.Forbidden, 0)}, failed},
		{"missing", []digest.Receipt{receipt(digest.Missing, 0)}, failed},
		{"forbidden", []digest.Receipt{receipt(digest.Forbidden, 0)}, refused},
		{"without a token", []digest.Receipt{receipt(digest.NeedsToken, 0)}, refused},
		{"forbidden and without a token", []digest.Receipt{receipt(digest.Forbidden, 0), receipt(digest.NeedsToken, 0)}, refused},
	} {
		err := anythingRead(tt.receipts)
		_, denied := errors.AsType[*AccessError](err)
		if (err != nil) != (tt.want != ok) || denied != (tt.want == refused) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestTheErrorThatSaysWhatToDoComesFirst(t *testing.T) {
	plain, limited := errors.New("stopped"), fmt.Errorf("list: %w", &github.Error{Kind: github.RateLimited})
	for _, tt := range []struct {
		errs []error
		want github.Kind
	}{
		{[]error{plain, &github.Error{Kind: github.Unauthorized}}, github.Unauthorized},
		{[]error{plain, limited}, github.RateLimited},
		{[]error{&github.Error{Kind: github.Cancelled}, limited}, github.RateLimited},
	} {
		if got := github.KindOf(firstError(tt.errs)); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.errs, got, tt.want)
		}
	}
	if err := firstError([]error{nil, nil}); err != nil {
		t.Error(err)
	}
	if err := firstError([]error{plain, nil}); !errors.Is(err, plain) {
		t.Error(err)
	}
}

type panicking struct{}

func (panicking) Collect(context.Context, digest.Period) (digest.Findings, error) {
	panic("index out of range\x1b[31m")
}

func TestAPanicInACollectorIsAGapOfItsKind(t *testing.T) {
	f, err := collectOne(t.Context(), kindCollector{[]digest.Kind{digest.Advisories}, panicking{}}, digest.Period{})
	if err != nil || len(f.Receipts) != 1 {
		t.Fatalf("%+v, %v", f, err)
	}
	r := f.Receipts[0]
	if !r.Gap() || r.Kind != digest.Advisories || r.Section != digest.Project {
		t.Errorf("receipt %+v", r)
	}
	if got := r.Reason(); !strings.Contains(got, "a bug in digest: index out of range") || strings.Contains(got, "\x1b") {
		t.Errorf("explained as %q", got)
	}
}

func TestADeadNetworkIsNotBlamedOnTheToken(t *testing.T) {
	err := anythingRead([]digest.Receipt{
		{Kind: digest.Discussions, Source: "a/b", Outcome: digest.NeedsToken},
		{Kind: digest.Releases, Source: "a/b", Outcome: digest.Failed},
	})
	if err == nil || !strings.Contains(err.Error(), "releases of a/b") {
		t.Errorf("got %v", err)
	}
	err = anythingRead([]digest.Receipt{{Kind: digest.Discussions, Source: "a/b", Outcome: digest.NeedsToken}})
	if err == nil || !strings.Contains(err.Error(), "GITHUB_TOKEN") {
		t.Errorf("got %v", err)
	}
}

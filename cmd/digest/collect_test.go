package main

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
	receipt := func(o digest.Outcome, kept int) digest.Receipt {
		return digest.Receipt{Kind: digest.Releases, Source: "istio/istio", Outcome: o, Kept: kept}
	}
	for _, tt := range []struct {
		name     string
		receipts []digest.Receipt
		want     int
	}{
		{"complete", []digest.Receipt{receipt(digest.Complete, 0)}, exitOK},
		{"complete beside a failure", []digest.Receipt{receipt(digest.Failed, 0), receipt(digest.Complete, 0)}, exitOK},
		{"failed after the first page", []digest.Receipt{receipt(digest.Failed, 3)}, exitOK},
		{"cut off by the server", []digest.Receipt{receipt(digest.Truncated, 0)}, exitOK},
		{"failed", []digest.Receipt{receipt(digest.Failed, 0)}, exitFailed},
		{"failed and forbidden", []digest.Receipt{receipt(digest.Failed, 0), receipt(digest.Forbidden, 0)}, exitFailed},
		{"missing", []digest.Receipt{receipt(digest.Missing, 0)}, exitFailed},
		{"forbidden", []digest.Receipt{receipt(digest.Forbidden, 0)}, exitUnauthorised},
		{"without a token", []digest.Receipt{receipt(digest.NeedsToken, 0)}, exitUnauthorised},
		{"forbidden and without a token", []digest.Receipt{receipt(digest.Forbidden, 0), receipt(digest.NeedsToken, 0)}, exitUnauthorised},
	} {
		if got := exitCode(anythingRead(tt.receipts)); got != tt.want {
			t.Errorf("%s: exit code %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestTheErrorThatSaysWhatToDoComesFirst(t *testing.T) {
	plain := errors.New("stopped")
	for _, tt := range []struct {
		errs []error
		want int
	}{
		{nil, exitOK},
		{[]error{nil, nil}, exitOK},
		{[]error{plain, nil}, exitFailed},
		{[]error{plain, &github.Error{Kind: github.Unauthorized}}, exitUnauthorised},
		{[]error{plain, fmt.Errorf("list: %w", &github.Error{Kind: github.RateLimited})}, exitRateLimited},
		{[]error{&github.Error{Kind: github.Cancelled}, &github.Error{Kind: github.RateLimited}}, exitRateLimited},
	} {
		if got := exitCode(firstError(tt.errs)); got != tt.want {
			t.Errorf("%v: exit code %d, want %d", tt.errs, got, tt.want)
		}
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
	if got := r.Reason(); !strings.Contains(got, "a defect of this program: index out of range") || strings.Contains(got, "\x1b") {
		t.Errorf("explained as %q", got)
	}
}

func TestADeadNetworkIsNotBlamedOnTheToken(t *testing.T) {
	err := anythingRead([]digest.Receipt{
		{Kind: digest.Discussions, Source: "a/b", Outcome: digest.NeedsToken},
		{Kind: digest.Releases, Source: "a/b", Outcome: digest.Failed},
	})
	if err == nil || !strings.Contains(err.Error(), "the releases of a/b") {
		t.Errorf("got %v", err)
	}
	err = anythingRead([]digest.Receipt{{Kind: digest.Discussions, Source: "a/b", Outcome: digest.NeedsToken}})
	if err == nil || !strings.Contains(err.Error(), "GITHUB_TOKEN") {
		t.Errorf("got %v", err)
	}
}

package status

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

//go:embed page.html
var pageText string

// pageTemplate is html/template, which escapes by context.
var pageTemplate = template.Must(template.New("page.html").Parse(pageText))

// page is what the template sees. All of it is text that was made here, so that the template
// only arranges it.
type page struct {
	Title   string
	Summary string
	Made    stamp
	Refresh bool
	Rows    []row
}

type row struct {
	Name, Zone string
	State      state
	Word       string // the state in words
	Missed     *stamp // the slot that waits for a draft, once it has passed
	Failure    string
	Last       *lastRun
	Draft      *draft
	Next       *stamp
}

// state orders the rows: what needs attention comes first.
type state string

const (
	late    state = "late"
	failed  state = "failed"
	gaps    state = "gaps"
	waiting state = "waiting"
	good    state = "good"
)

var states = []state{late, failed, gaps, waiting, good}

type lastRun struct {
	At               stamp
	Period, Took     string
	Result           string
	Items            string
	Requests, Points int
}

type draft struct {
	Label string
	Href  string // http or https; empty if the place is none
	Place string // a path, where it is not an address
	Gaps  int
}

// stamp is a time as machines read it, as people do, and how far off it is.
type stamp struct{ Machine, Text, Distance string }

func stampOf(t, now time.Time, zone *time.Location) stamp {
	distance := "now"
	switch d := t.Sub(now); {
	case d >= time.Minute:
		distance = "in " + span(d)
	case d <= -time.Minute:
		distance = span(-d) + " ago"
	}
	return stamp{t.UTC().Format(time.RFC3339), t.In(zone).Format("Mon 2006-01-02 15:04"), distance}
}

// span says a length of time as people do: its two greatest units, rounded down.
func span(d time.Duration) string {
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case days > 0:
		return fmt.Sprintf("%d d", days)
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%d h", hours)
	case minutes > 0:
		return fmt.Sprintf("%d min", minutes)
	default:
		return "less than a minute"
	}
}

func renderPage(standings []Standing, now time.Time, refresh bool) ([]byte, error) {
	p := page{Refresh: refresh, Made: stampOf(now, now, time.UTC)}
	counts := make(map[state]int)
	for _, s := range standings {
		r := rowOf(s, now)
		counts[r.State]++
		p.Rows = append(p.Rows, r)
	}
	slices.SortStableFunc(p.Rows, func(a, b row) int {
		return slices.Index(states, a.State) - slices.Index(states, b.State)
	})
	p.Summary = summary(counts, len(p.Rows))
	p.Title = p.Summary + " (digest)"
	var buf bytes.Buffer
	if err := pageTemplate.Execute(&buf, p); err != nil {
		return nil, fmt.Errorf("render the status page: %w", err)
	}
	return buf.Bytes(), nil
}

func summary(counts map[state]int, all int) string {
	if all == 0 {
		return "no digest is configured"
	}
	names := map[state]string{late: "late", failed: "failed", gaps: "with gaps"}
	var words []string
	for _, s := range states {
		if n := counts[s]; n > 0 && names[s] != "" {
			words = append(words, fmt.Sprintf("%d %s", n, names[s]))
		}
	}
	if len(words) == 0 {
		words = append(words, "nothing is wrong")
	}
	return counted(all, "digest") + ": " + strings.Join(words, ", ")
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func rowOf(s Standing, now time.Time) row {
	zone := time.UTC
	if !s.Next.IsZero() {
		zone = s.Next.Location()
	}
	r := row{Name: shown(s.Digest), Zone: shown(zone.String()), Last: lastOf(s.Last, now, zone), Draft: draftOf(s.Draft)}
	r.State, r.Word = stateOf(s)
	if !s.Missed.IsZero() {
		at := stampOf(s.Missed, now, zone)
		r.Missed = &at
	}
	if s.Last.Operation == Failed {
		r.Failure = shown(s.Last.Err)
	}
	if !s.Next.IsZero() {
		at := stampOf(s.Next, now, zone)
		r.Next = &at
	}
	return r
}

func stateOf(s Standing) (of state, word string) {
	switch {
	case s.Late:
		of, word = late, "late"
	case s.Last.Operation == Failed:
		of, word = failed, "failed"
	case s.Draft.Gaps > 0:
		of, word = gaps, "drafted with "+counted(s.Draft.Gaps, "gap")
	case !s.Last.happened():
		of, word = waiting, "no run yet"
	default:
		of, word = good, "good"
	}
	if !s.Running.Start.IsZero() {
		word += ", running"
	}
	return of, word
}

func lastOf(r Run, now time.Time, zone *time.Location) *lastRun {
	if !r.happened() {
		return nil
	}
	took := r.Duration().Round(time.Second)
	if took < time.Second {
		took = r.Duration().Round(time.Millisecond)
	}
	return &lastRun{
		At: stampOf(r.End, now, zone), Period: shown(r.Period), Took: took.String(),
		Result: results[r.Operation], Items: itemsInWords(r.Items), Requests: r.Requests, Points: r.Points,
	}
}

// results say how a run ended.
var results = map[Operation]string{
	Created:   "draft created",
	Updated:   "draft updated",
	Unchanged: "draft unchanged",
	None:      "nothing to draft",
	Failed:    "failed",
}

func itemsInWords(items map[string]int) string {
	var words []string
	for _, kind := range slices.Sorted(maps.Keys(items)) {
		words = append(words, fmt.Sprintf("%s %d", shown(kind), items[kind]))
	}
	return strings.Join(words, ", ")
}

// draftOf links a draft only if its place is an address of the web.
func draftOf(r Run) *draft {
	if !r.happened() {
		return nil
	}
	d := &draft{Label: shown(r.Period), Gaps: r.Gaps}
	if r.Edition > 0 {
		d.Label = fmt.Sprintf("Edition %d, %s", r.Edition, d.Label)
	}
	if u, err := markdown.ParseURL(r.Draft); err == nil {
		d.Href = u.String()
	} else {
		d.Place = shown(r.Draft)
	}
	return d
}

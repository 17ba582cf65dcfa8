package status

import (
	"fmt"
	"strings"
	"time"
)

// Kind is what a notice says.
type Kind string

const (
	Missed    Kind = "no draft for a slot"
	StillLate Kind = "still no draft for a slot"
	Recovered Kind = "drafted again"
)

// Notice is news of one digest.
type Notice struct {
	Kind   Kind
	Digest string
	Slot   time.Time // the slot that was missed, in the zone of the schedule
	At     time.Time // when this was found
	// LastSuccess is the end of the last run that did not fail, zero if none is known.
	LastSuccess time.Time
	Running     bool
	Err         string // of the last run, if it failed
}

// reported is what was reported of each digest that is late.
type reported map[string]struct {
	slot time.Time // the first one
	at   time.Time // when it was reported last
}

// notices decides what to report now, in the order of the standings, and forgets digests that are
// gone. A late digest is reported at first and then every day. One that was reported has recovered
// when no slot waits: while it catches up, or while the next slot has passed but is not late, there
// is nothing new.
func (m reported) notices(now time.Time, standings []Standing) []Notice {
	var list []Notice
	there := make(map[string]bool, len(standings))
	for _, s := range standings {
		there[s.Digest] = true
		n := Notice{
			Digest: s.Digest, Slot: s.Missed, At: now, LastSuccess: s.Success.End, Running: !s.Running.Start.IsZero(),
		}
		if s.Last.Operation == Failed {
			n.Err = s.Last.Err
		}
		last, known := m[s.Digest]
		switch {
		case s.Late && !known:
			n.Kind = Missed
		case s.Late && now.Sub(last.at) >= repeatAfter:
			n.Kind = StillLate
		case known && s.Missed.IsZero():
			n.Kind, n.Slot, n.Err = Recovered, last.slot, ""
		default:
			continue
		}
		list = append(list, n)
	}
	for digest := range m {
		if !there[digest] {
			delete(m, digest)
		}
	}
	return list
}

// keep remembers what was reported.
func (m reported) keep(now time.Time, notices []Notice) {
	for _, n := range notices {
		if n.Kind == Recovered {
			delete(m, n.Digest)
			continue
		}
		last := m[n.Digest]
		if last.slot.IsZero() {
			last.slot = n.Slot
		}
		last.at = now
		m[n.Digest] = last
	}
}

// maxLines is how many digests one message reports: a chat cuts what is too long.
const maxLines = 20

// Message formats notices for a chat that reads Slack's markup, one line each. Names and errors
// are escaped and written as code: they can neither notify people nor link.
func Message(notices []Notice) string {
	var lines []string
	for i, n := range notices {
		if i == maxLines {
			lines = append(lines, fmt.Sprintf("… and %d more; the status page has them all", len(notices)-i))
			break
		}
		lines = append(lines, n.line())
	}
	return strings.Join(lines, "\n")
}

const minute = "Mon 2006-01-02 15:04"

func (n Notice) line() string {
	slot := n.Slot.Format(minute) + " (" + code(n.Slot.Location().String()) + ")"
	ago := span(n.At.Sub(n.Slot))
	if n.Kind == Recovered {
		return fmt.Sprintf("Digest %s is drafted again. The slot of %s was missed, %s ago.", code(n.Digest), slot, ago)
	}
	line := fmt.Sprintf("Digest %s has no draft for the slot of %s, %s ago.", code(n.Digest), slot, ago)
	if n.Kind == StillLate {
		line = fmt.Sprintf("Digest %s still has no draft for the slot of %s, %s ago.", code(n.Digest), slot, ago)
	}
	if n.LastSuccess.IsZero() {
		line += " No run is known that succeeded."
	} else {
		line += " Last success: " + n.LastSuccess.In(n.Slot.Location()).Format(minute) + "."
	}
	if n.Running {
		line += " A run is under way."
	}
	if n.Err != "" {
		line += " The last run failed: " + code(n.Err)
	}
	return line
}

// code writes untrusted text as code, in which chats expand neither mentions nor links. For those
// that do: &, < and > are escaped, as Slack requires
// (https://docs.slack.dev/messaging/formatting-message-text), and a zero width space follows @
// and the colon of ://.
func code(s string) string { return "`" + codeEscapes.Replace(shown(s)) + "`" }

var codeEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;",
	"`", "'",
	"@", "@\u200b", "＠", "＠\u200b", "://", ":\u200b//",
)

package status

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"slices"

	"github.com/lmittmann/tint"
)

// LogHandler chooses how lines are logged: for people on a terminal, in colours if they
// are wanted, and as JSON for programs everywhere else.
func LogHandler(w io.Writer, terminal, colours bool, level slog.Leveler) slog.Handler {
	if terminal {
		return tint.NewTextHandler(w, &tint.Options{Level: level, TimeFormat: "2006-01-02 15:04:05", NoColor: !colours})
	}
	return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})
}

// Log says in one line how a run ended: an error if it failed, a warning if there are gaps.
func (r Run) Log(ctx context.Context, log *slog.Logger) {
	r = r.normal()
	level := slog.LevelInfo
	switch {
	case r.Operation == Failed:
		level = slog.LevelError
	case r.Gaps > 0:
		level = slog.LevelWarn
	}
	var items []slog.Attr
	for _, kind := range slices.Sorted(maps.Keys(r.Items)) {
		items = append(items, slog.Int(shown(kind), r.Items[kind]))
	}
	attrs := []slog.Attr{
		slog.String("digest", shown(r.Digest)),
		slog.String("operation", string(r.Operation)),
		slog.String("period", shown(r.Period)),
		slog.Int("edition", r.Edition),
		slog.GroupAttrs("items", items...),
		slog.Int("gaps", r.Gaps),
		slog.Int("requests", r.Requests),
		slog.Int("points", r.Points),
		slog.Float64("seconds", r.Duration().Seconds()),
	}
	if r.Draft != "" {
		attrs = append(attrs, slog.String("draft", shown(r.Draft)))
	}
	if r.Err != "" {
		attrs = append(attrs, slog.String("error", shown(r.Err)))
	}
	log.LogAttrs(ctx, level, "run", attrs...)
}

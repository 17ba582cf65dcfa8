package config

import (
	"time"

	"github.com/community-digest/digest/internal/schedule"
)

// Schedule says when the daemon runs.
type Schedule struct {
	// Cron is an expression that [schedule.Parse] takes, in the time zone of the
	// calendar; empty when the file has none.
	Cron string
}

func decodeSchedule(v value) Schedule {
	m := v.mapping()
	c := m.get("cron")
	s := Schedule{Cron: c.optional()}
	if s.Cron != "" {
		// What is wrong with an expression is wrong in every zone.
		if _, err := schedule.Parse(s.Cron, time.UTC); err != nil {
			c.problem("%v", err)
		}
	}
	m.close()
	return s
}

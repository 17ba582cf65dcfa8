package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule says when the daemon runs.
type Schedule struct {
	// Cron is a specification with five fields or a word such as @weekly, in the time
	// zone of the calendar; empty when the file has none.
	Cron string
}

func decodeSchedule(v value) Schedule {
	m := v.mapping()
	c := m.get("cron")
	s := Schedule{Cron: c.optional()}
	if s.Cron != "" {
		if err := checkCron(s.Cron); err != nil {
			c.problem("%v", err)
		}
	}
	m.close()
	return s
}

// checkCron reports why a specification is wrong. The parser panics on some, and
// accepts days that no year has.
func checkCron(spec string) (err error) {
	if strings.Contains(spec, "TZ=") {
		return fmt.Errorf("want no time zone here: the key timezone says it")
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%q is not a cron specification", shorten(spec))
		}
	}()
	schedule, err := cron.ParseStandard(spec)
	if err != nil {
		return fmt.Errorf("%w: want minute, hour, day of month, month and day of week (0 is Sunday), such as \"17 9 * * 1\"", err)
	}
	leapYear := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)
	if schedule.Next(leapYear).IsZero() {
		return fmt.Errorf("%q never comes: no year has such a day", spec)
	}
	return nil
}

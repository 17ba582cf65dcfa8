package config

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/community-digest/digest/digest"
)

// decodeCalendar reads timezone, cadence, week_start and first_edition.
func decodeCalendar(m *mapping) digest.Calendar {
	cadence := m.get("cadence")
	c := digest.Calendar{
		Location:  decodeZone(m.get("timezone")),
		Cadence:   digest.Cadence(cadence.choose(string(digest.Weekly), string(digest.Weekly), string(digest.Biweekly), string(digest.Monthly))),
		WeekStart: decodeWeekday(m.get("week_start")),
	}
	before := len(m.r.problems)
	first := m.get("first_edition")
	from := decodeFirst(first, &c)
	if len(m.r.problems) > before {
		return c // a first day that could not be read says nothing about the calendar
	}
	if err := c.Check(); err != nil {
		if from.absent() {
			from = cadence
		}
		from.problem("%v", err)
	}
	return c
}

func decodeZone(v value) *time.Location {
	name := v.text("UTC")
	if name == "" {
		return time.UTC // said already
	}
	loc, err := digest.LoadZone(name)
	if err != nil {
		v.problem("unknown time zone %q, %s", shorten(name), suggestZone(name))
		return time.UTC
	}
	return loc
}

// zones are the names of the IANA time zone database, one a line, without its aliases for
// whole countries.
//
//go:embed zones.txt
var zones string

func suggestZone(name string) string {
	if near := nearest(name, strings.Fields(zones)); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "want an IANA name such as Asia/Shanghai, or UTC"
}

func decodeWeekday(v value) time.Weekday {
	days := make([]string, 0, 7)
	for d := time.Monday; d <= time.Saturday; d++ {
		days = append(days, strings.ToLower(d.String()))
	}
	days = append(days, "sunday")
	name := v.choose("monday", days...)
	for i, day := range days {
		if day == name {
			return time.Weekday((i + 1) % 7)
		}
	}
	return time.Monday
}

// decodeFirst fills in the first edition and returns the position of its day.
func decodeFirst(v value, c *digest.Calendar) (from value) {
	m := v.mapping()
	number := m.get("number").natural(1)
	from = m.require("from", "the first day of the first edition, YYYY-MM-DD")
	m.close()
	if s := from.text(""); s != "" {
		day, err := digest.ParseDay(s, c.Location)
		if err != nil {
			from.problem("%v", err)
			return from
		}
		c.First, c.FirstNumber = day, number
	}
	return from
}

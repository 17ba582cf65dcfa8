package main

import (
	"time"

	"github.com/community-digest/digest/digest"
)

// periodFlags are the ways to name a period.
type periodFlags struct {
	from, to, week string
	lastWeek       bool
}

// period finds the period that the flags name; without any it is the calendar's last
// complete one.
func (f periodFlags) period(c digest.Calendar, now time.Time) (digest.Period, error) {
	p, err := f.resolve(c, now)
	if err != nil {
		return digest.Period{}, err
	}
	if p.From.After(now) {
		return digest.Period{}, usagef("the period %s lies in the future: nothing has happened in it yet", p)
	}
	return p, nil
}

func (f periodFlags) resolve(c digest.Calendar, now time.Time) (digest.Period, error) {
	switch {
	case f.week != "":
		p, err := digest.ParseWeek(f.week, c.WeekStart, c.Location)
		if err != nil {
			return p, usagef("--week: %w", err)
		}
		return p, nil
	case f.lastWeek:
		return c.LastWeek(now), nil
	case f.from != "" || f.to != "":
		return f.days(c.Location)
	default:
		return c.Last(now), nil
	}
}

func (f periodFlags) days(loc *time.Location) (digest.Period, error) {
	if f.from == "" {
		return digest.Period{}, usagef("--to needs --from: the first day of the period")
	}
	if f.to == "" {
		return digest.Period{}, usagef("--from needs --to: the last day of the period, which belongs to it")
	}
	from, err := digest.ParseDay(f.from, loc)
	if err != nil {
		return digest.Period{}, usagef("--from: %w", err)
	}
	to, err := digest.ParseDay(f.to, loc)
	if err != nil {
		return digest.Period{}, usagef("--to: %w", err)
	}
	p, err := digest.Days(from, to)
	if err != nil {
		return p, usagef("--from %s is after --to %s: swap them", f.from, f.to)
	}
	return p, nil
}

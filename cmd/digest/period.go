package main

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/community-digest/digest/digest"
)

// periodFlags are the ways to name a period.
type periodFlags struct {
	from, to, week string
	lastWeek       bool
}

func (f *periodFlags) register(set *pflag.FlagSet) {
	set.StringVar(&f.from, "from", "", "first `day` of the period, YYYY-MM-DD")
	set.StringVar(&f.to, "to", "", "last `day` of the period, inclusive")
	set.StringVar(&f.week, "week", "", "the period whose Thursday lies in this ISO `week`, for example 2023-W50")
	set.BoolVar(&f.lastWeek, "last-week", false, "the period is the last complete week")
}

// ways counts the ways in which the period is named: more than one contradict each other.
func (f periodFlags) ways() int {
	n := 0
	for _, used := range []bool{f.from != "" || f.to != "", f.week != "", f.lastWeek} {
		if used {
			n++
		}
	}
	return n
}

// periodAt finds the period that the flags name at a time.
func (f periodFlags) periodAt(c digest.Calendar) func(time.Time) (digest.Period, error) {
	return func(now time.Time) (digest.Period, error) { return f.period(c, now) }
}

// period finds the period that the flags name; without any it is the calendar's last
// complete one.
func (f periodFlags) period(c digest.Calendar, now time.Time) (digest.Period, error) {
	p, err := f.resolve(c, now)
	if err != nil {
		return digest.Period{}, err
	}
	if p.From.After(now) {
		return digest.Period{}, usagef("period %s is in the future", p)
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
		return digest.Period{}, usagef("--to requires --from, the first day of the period")
	}
	if f.to == "" {
		return digest.Period{}, usagef("--from requires --to, the last day of the period, inclusive")
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

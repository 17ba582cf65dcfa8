package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/robfig/cron/v3"
)

// longest is more than an expression that lists every minute, hour and day has.
const longest = 500

// parser takes five fields or a descriptor.
var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// Parse reads a cron expression that is meant in the zone loc: minute, hour, day of
// month, month and day of week (0 is Sunday), or one of @yearly, @annually, @monthly,
// @weekly, @daily, @midnight and @hourly. The syntax is that of [cron]; see there for
// lists, ranges, steps and names.
//
// As ever in cron, where both day fields are restricted, a day that matches either of
// them is meant: "0 9 1 * 1" is nine o'clock on the first of each month and on each Monday.
//
// It is an error if the expression is none, if its day is in no year (30 February), if it
// names a time zone (TZ=, CRON_TZ=: the zone is the digest's), and if it is @every, which
// counts from the start of the program and would run at another time after each restart.
func Parse(expr string, loc *time.Location) (Schedule, error) {
	if loc == nil {
		return Schedule{}, errors.New("a schedule needs a time zone")
	}
	if len(expr) > longest {
		return Schedule{}, fmt.Errorf("%d characters are too many for a cron expression", len(expr))
	}
	expr = strings.Join(strings.Fields(expr), " ")
	if strings.Contains(expr, "TZ=") {
		return Schedule{}, errors.New("want no time zone here: the key timezone says it")
	}
	if strings.HasPrefix(expr, "@every") {
		return Schedule{}, fmt.Errorf("%q is not a schedule: want five fields, such as \"17 9 * * 1\", or a word such as @weekly", expr)
	}
	spec, err := parse(expr)
	if err != nil {
		return Schedule{}, err
	}
	s := Schedule{expr: expr, spec: spec, everyHour: spec.Hour&allHours == allHours, loc: loc}
	if err := s.check(); err != nil {
		return Schedule{}, err
	}
	return s, nil
}

// parse asks the library, which panics on some expressions.
func parse(expr string) (spec *cron.SpecSchedule, err error) {
	defer func() {
		if p := recover(); p != nil {
			spec, err = nil, fmt.Errorf("%q is not a cron specification", expr)
		}
	}()
	if !utf8.ValidString(expr) || strings.ContainsFunc(expr, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return nil, fmt.Errorf("%q is not a cron specification", expr)
	}
	schedule, err := parser.Parse(expr)
	if err != nil {
		return nil, fmt.Errorf("%w: want minute, hour, day of month, month and day of week (0 is Sunday), such as \"17 9 * * 1\"", err)
	}
	spec, ok := schedule.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("%q is not a cron specification", expr) // unreachable: only @every is of another type
	}
	spec.Location = time.UTC
	return spec, nil
}

// The bits of a field that the library fills; its highest bit says that it was a star.
const (
	allMinutes = 1<<60 - 1
	allHours   = 1<<24 - 1
	allDays    = 1<<32 - 1
	allMonths  = 1<<13 - 1
	allWeek    = 1<<7 - 1
)

// check refuses what never comes.
func (s Schedule) check() error {
	if s.spec.Minute&allMinutes == 0 || s.spec.Hour&allHours == 0 || s.spec.Dom&allDays == 0 || s.spec.Month&allMonths == 0 || s.spec.Dow&allWeek == 0 {
		return fmt.Errorf("%q never comes: a field of it names nothing", s.expr) // a lone comma
	}
	leapYear := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)
	if s.spec.Next(leapYear).IsZero() {
		return fmt.Errorf("%q never comes: no year has such a day", s.expr)
	}
	return nil
}

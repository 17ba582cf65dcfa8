package feed

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/community-digest/digest/digest"
)

// ParseTime reads a date as feeds write it. A day without a time, and a time without a zone,
// are of the given zone. Only what English leaves no doubt about is read: not the months of
// other languages, no zone that several countries call their own, and not 06/07/2024, which
// is two different days.
func ParseTime(s string, loc *time.Location) (time.Time, bool) {
	d := date{tokens: scan(s)}
	if len(s) > 200 || !d.readClock() || !d.readDay() {
		return time.Time{}, false
	}
	if !d.timed {
		t, err := digest.ParseDay(fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day), loc)
		return t, err == nil
	}
	if d.zone != nil {
		loc = d.zone
	}
	return time.Date(d.year, d.month, d.day, d.hour, d.minute, d.second, 0, loc), true
}

type date struct {
	tokens               []token // not read yet
	year, day            int
	month                time.Month
	timed                bool
	hour, minute, second int
	zone                 *time.Location
}

// token is a number, a word in lower case, or a mark of punctuation.
type token struct {
	text   string
	number int // -1 for the others
	spaced bool
}

var (
	rfc822Comment = regexp.MustCompile(`\([^()]*\)`)
	lexeme        = regexp.MustCompile(`\s*(?:(\d+)(?:(?:st|nd|rd|th)\b)?|([ap])\.m\.|\p{L}+|[^\s])`)
)

func scan(s string) []token {
	var tokens []token
	s = strings.ToLower(rfc822Comment.ReplaceAllString(s, " "))
	for _, m := range lexeme.FindAllStringSubmatch(s, -1) {
		t := token{text: strings.TrimSpace(m[0]), number: -1, spaced: unicode.IsSpace(rune(m[0][0]))}
		if m[1] != "" {
			t.text = m[1]
			n, err := strconv.Atoi(m[1])
			if err != nil {
				n = -1
			}
			t.number = n
		} else if m[2] != "" {
			t.text = m[2] + "m"
		}
		tokens = append(tokens, t)
	}
	return tokens
}

// is reports whether the token at i is one of some words or marks.
func (d *date) is(i int, texts ...string) bool {
	return i >= 0 && i < len(d.tokens) && slices.Contains(texts, d.tokens[i].text)
}

// num returns the number at i, or -1.
func (d *date) num(i int) int {
	if i < 0 || i >= len(d.tokens) {
		return -1
	}
	return d.tokens[i].number
}

// readClock takes the time of day and its zone out of the tokens, if there is one. It
// reports false for one that is wrong.
func (d *date) readClock() bool {
	for i := range d.tokens {
		end := 0
		switch {
		case d.num(i) < 0:
			continue
		case d.is(i+1, ":") && d.num(i+2) >= 0:
			d.hour, d.minute = d.num(i), d.num(i+2)
			end = i + 3
			if d.is(end, ":") && d.num(end+1) >= 0 {
				d.second = d.num(end + 1)
				end += 2
				if d.is(end, ".", ",") && d.num(end+1) >= 0 && !d.tokens[end+1].spaced {
					end += 2 // a fraction of a second
				}
			}
		case d.is(i+1, "am", "pm"):
			d.hour = d.num(i)
			end = i + 1
		case d.is(i-1, "t") && slices.Contains([]int{4, 6}, len(d.tokens[i].text)): // 20240617T0600
			n := d.num(i)
			if len(d.tokens[i].text) == 4 {
				n *= 100
			}
			d.hour, d.minute, d.second = n/10000, n/100%100, n%100
			end = i + 1
		default:
			continue
		}
		if i > 0 && d.is(i-1, "+", "-") && !d.tokens[i].spaced {
			return false // the zone of a day
		}
		if !d.readHalf(&end) || d.hour > 23 || d.minute > 59 || d.second > 60 {
			return false
		}
		end, ok := d.readZone(end)
		d.timed = true
		d.tokens = slices.Delete(d.tokens, i, end)
		return ok
	}
	return true
}

// readHalf takes "am" and "pm" into account.
func (d *date) readHalf(end *int) bool {
	switch {
	case d.is(*end, "am") && d.hour <= 12:
		d.hour %= 12
	case d.is(*end, "am"):
		return false
	case d.is(*end, "pm") && d.hour < 12:
		d.hour += 12
	case !d.is(*end, "pm"):
		return true
	}
	*end++
	return true
}

// zones are the names that mean one offset only: those of RFC 822, and some that are unique.
var zones = map[string]int{
	"z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3,
	"jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
	"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
}

// readZone reads a zone at a place and returns what comes after it. Digits count more than
// a name beside them.
func (d *date) readZone(i int) (int, bool) {
	name := ""
	if hours, ok := zones[d.text(i)]; ok {
		name = d.text(i)
		d.zone = time.FixedZone("", hours*3600)
		i++
	}
	if !d.is(i, "+", "-") || d.num(i+1) < 0 || d.tokens[i+1].spaced {
		return i, true
	}
	digits, n := d.tokens[i+1].text, d.num(i+1)
	end := i + 2
	hours, minutes := n, 0
	switch {
	case len(digits) > 4:
		return i, false
	case len(digits) > 2:
		hours, minutes = n/100, n%100
	case d.is(end, ":") && d.num(end+1) >= 0:
		minutes = d.num(end + 1)
		end += 2
	}
	if hours > 14 || minutes > 59 {
		return i, false
	}
	seconds := hours*3600 + minutes*60
	if d.is(i, "-") {
		seconds = -seconds
	}
	d.zone = time.FixedZone("", seconds)
	if _, ok := zones[d.text(end)]; ok && name == "" {
		end++
	}
	return end, true
}

func (d *date) text(i int) string {
	if i >= len(d.tokens) {
		return ""
	}
	return d.tokens[i].text
}

var months = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// monthNamed returns the month of an English name or abbreviation, or 0.
func monthNamed(word string) time.Month {
	for i, short := range months {
		full := strings.ToLower(time.Month(i + 1).String())
		if word == short || word == full || word == "sept" && short == "sep" {
			return time.Month(i + 1)
		}
	}
	return 0
}

var weekdays = regexp.MustCompile(`^(mon|tue|tues|wed|weds|wednes|thu|thur|thurs|fri|sat|satur|sun)(day)?$`)

// readDay reads what is left of the tokens as a day.
func (d *date) readDay() bool {
	var numbers []token
	named := -1 // how many numbers come before the name of the month
	for _, t := range d.tokens {
		switch month := monthNamed(t.text); {
		case t.number >= 0:
			numbers = append(numbers, t)
		case month > 0 && named < 0:
			d.month, named = month, len(numbers)
		case weekdays.MatchString(t.text), slices.Contains([]string{"t", "at", "on", "of", "the"}, t.text):
		case strings.Trim(t.text, ",.-/") != "":
			return false
		}
	}
	digits := func(i int) int { return len(numbers[i].text) }
	value := func(i int) int { return numbers[i].number }
	switch {
	case named >= 0 && len(numbers) == 2 && digits(1) == 4 && digits(0) <= 2: // 18 Sept 2024, Sept 18, 2024
		d.day, d.year = value(0), value(1)
	case named >= 0 && len(numbers) == 2 && digits(0) == 4 && digits(1) <= 2: // 2024 Sept 18
		d.year, d.day = value(0), value(1)
	case named == 1 && len(numbers) == 2 && digits(0) <= 2 && digits(1) == 2: // 18 Sep 24, as RFC 822 has it
		d.day, d.year = value(0), 2000+value(1)
	case named >= 0:
		return false
	case len(numbers) == 1 && digits(0) == 8: // 20240918
		d.year, d.month, d.day = value(0)/10000, time.Month(value(0)/100%100), value(0)%100
	case len(numbers) != 3:
		return false
	case digits(0) == 4: // 2024-09-18
		d.year, d.month, d.day = value(0), time.Month(value(1)), value(2)
	case digits(2) == 4 && (value(0) > 12 || value(0) == value(1)): // 18.09.2024
		d.day, d.month, d.year = value(0), time.Month(value(1)), value(2)
	case digits(2) == 4 && value(1) > 12: // 9/18/2024
		d.month, d.day, d.year = time.Month(value(0)), value(1), value(2)
	default:
		return false
	}
	t := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC)
	return d.year > 0 && t.Day() == d.day && t.Month() == d.month
}

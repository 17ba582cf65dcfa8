package markdown

import (
	"slices"
	"strings"
	"unicode"
)

// This file holds the characters that are syntax only beside certain others.

// ampersand encodes the start of a character reference, as kramdown reads it, which reads most.
func (e *encoder) ampersand(i int) string {
	end := i + 1
	for isWord(e.at(end)) || strings.ContainsRune("#_:.-", e.at(end)) {
		end++
	}
	if e.at(end) == ';' && end > i+1 {
		return "&amp;"
	}
	return "&"
}

// isInsideWord reports whether the run of underscores at i has a letter or digit on both sides.
func (e *encoder) isInsideWord(i int) bool {
	from, to := i, i
	for e.at(from) == '_' {
		from--
	}
	for e.at(to) == '_' {
		to++
	}
	return isWord(e.at(from)) && isWord(e.at(to))
}

// colon encodes what opens a definition at the line start, and ":name", a directive of remark in any place. A second
// colon makes it none ("std::vector"), but only if neither is escaped. After a bracket kramdown sees a link definition,
// escaped bracket or not.
func (e *encoder) colon(i int) string {
	next, first := e.at(i+1), i
	for e.at(first-1) == ':' {
		first--
	}
	switch {
	case e.place == inParagraph && first == 0, first == e.opener, e.at(first-1) == '\\', e.at(first-1) == ']',
		e.isSkipChecks(first):
		return backslash(':')
	case first < i || next == ':':
		return ":"
	}
	return unless(next == ' ' || unicode.IsPunct(next) || unicode.IsSymbol(next), ':')
}

// isSkipChecks reports whether the colon at i makes "skip-checks: true", which GitHub looks for in commit messages.
func (e *encoder) isSkipChecks(i int) bool {
	const key = "skip-checks"
	return i >= len(key) && strings.EqualFold(string(e.in[i-len(key):i]), key)
}

// slash parts "://" and the "//" of links without a scheme.
func (e *encoder) slash(i int) string {
	switch {
	case e.at(i-1) != '/':
		return "/"
	case e.at(i-2) == ':':
		return nothing + "/"
	}
	return entity('/')
}

// dot encodes the dots of host names. After "www" GitHub looks at the decoded text, so a backslash is not enough.
func (e *encoder) dot(i int) string {
	s := unless(!e.isHostDot(i), '.')
	if i >= 3 && strings.EqualFold(string(e.in[i-3:i]), "www") {
		return nothing + s
	}
	return s
}

// isHostDot reports whether the dot at i comes before a top-level domain, so that a linkifier would make a link of the
// word ("README.md" is a host in Moldova, "Node.js" is none anywhere).
func (e *encoder) isHostDot(i int) bool {
	prev := e.at(i - 1)
	if prev == ' ' || prev < 128 && !isWord(prev) && prev != '-' && prev != '_' {
		return false
	}
	if e.follows(i, '@') && e.at(i+1) != ' ' {
		return true // to linkifiers the host of a mail address may end in anything
	}
	end := i + 1
	for isWord(e.at(end)) {
		end++
	}
	return end > i+1 && isTopLevel(string(e.in[i+1:end]))
}

// follows reports whether r comes before i in the same word, with no dot in between.
func (e *encoder) follows(i int, r rune) bool {
	for i--; e.at(i) != ' ' && e.at(i) != '.'; i-- {
		if e.at(i) == r {
			return true
		}
	}
	return false
}

// isTopLevel reports whether label is a top-level domain that linkifiers know, or may come to know.
func isTopLevel(label string) bool {
	label = strings.ToLower(label)
	label = strings.ToLower(label)
	return slices.Contains(genericDomains, label) || len(label) == 2 && slices.Contains(countryDomains, label)
}

// genericDomains are the top-level domains that linkifiers know without a scheme before them, and the common newer ones.
var genericDomains = strings.Fields(`
	com org net edu gov mil int biz info name pro aero asia coop jobs mobi museum post shop tel travel web xxx xn рф
	app blog cloud dev live online page site store tech wiki xyz zip mov`)

// countryDomains are the top-level domains of countries and territories, ISO 3166-1 codes for the most part.
var countryDomains = strings.Fields(` ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by
	bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm fo fr ga
	gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh
	ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my
	mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh
	si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk um us uy uz va vc ve
	vg vi vn vu wf ws ye yt za zm zw`)

// hash encodes what opens a heading, what would close one, and parts references.
func (e *encoder) hash(i int) string {
	start, end := i, i
	for start > 0 && e.in[start-1] == '#' {
		start--
	}
	for end < len(e.in) && e.in[end] == '#' {
		end++
	}
	opens := start == 0
	closes := end == len(e.in) && e.at(start-1) == ' '
	s := e.parted(i, unicode.IsDigit(e.at(i+1)))
	if e.place == inParagraph && (opens || closes) {
		return `\` + s
	}
	return s
}

// isReferencePrefix reports whether the hyphen at i ends "GH-", the long form of "#".
func (e *encoder) isReferencePrefix(i int) bool {
	return unicode.ToLower(e.at(i-1)) == 'h' && unicode.ToLower(e.at(i-2)) == 'g' && !isWord(e.at(i-3))
}

package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/clipperhouse/uax29/v2/sentences"
)

// Excerpt returns the beginning of the text, encoded like [Text.String]. It has at most limit characters as people count
// them and ends with a sentence if one ends in its second half, else with a word and "…". A body in Markdown goes
// through [Prose] first, or its markup is shown as the text it is.
func (t Text) Excerpt(limit int) string {
	return encode(shorten(clean(t.raw), limit), inParagraph)
}

// Shorten returns the text that [Text.Excerpt] shows.
func (t Text) Shorten(limit int) Text { return Text{shorten(clean(t.raw), limit)} }

// shorten cuts s to at most n characters.
func shorten(s string, n int) string {
	if n <= 0 {
		return ""
	}
	limit := border(s, n)
	if limit == len(s) {
		return s
	}
	if end := sentenceEnd(s, limit); end > 0 && end >= border(s, n/2) {
		return strings.TrimRight(s[:end], " ")
	}
	return strings.TrimRightFunc(wordEnd(s, border(s, n-1)), isDangling) + "…"
}

// border returns the offset in s after its first n characters, or its length.
func border(s string, n int) int {
	if n >= len(s) {
		return len(s)
	}
	// An ASCII character before another one is a character as people count them.
	start := 0
	for n > 0 && start+1 < len(s) && s[start] < utf8.RuneSelf && s[start+1] < utf8.RuneSelf {
		start++
		n--
	}
	for g := graphemes.FromString(s[start:]); g.Next(); n-- {
		if n == 0 {
			return start + g.Start()
		}
	}
	return len(s)
}

// sentenceEnd returns the offset of the last end of a sentence in s up to limit, or 0. The white space after a sentence
// may lie beyond the limit.
func sentenceEnd(s string, limit int) int {
	end := 0
	for it := sentences.FromString(s); it.Next(); {
		sentence := strings.TrimRight(it.Value(), " ")
		if it.Start()+len(sentence) > limit {
			break
		}
		if isSentence(sentence) {
			end = it.Start() + len(sentence)
		}
	}
	return end
}

// isSentence reports whether a segment ends as sentences do; the segmenter also stops after "Dr." and "J.".
func isSentence(s string) bool {
	core := strings.TrimRightFunc(s, func(r rune) bool { return unicode.In(r, unicode.Pe, unicode.Pf) || r == '"' || r == '\'' })
	last, _ := utf8.DecodeLastRuneInString(core)
	if !unicode.Is(unicode.Sentence_Terminal, last) {
		return false
	}
	if last != '.' {
		return true
	}
	word := core[strings.LastIndexAny(core, " (")+1 : len(core)-1]
	return !isAbbreviation(word)
}

// isAbbreviation reports whether a dot after word need not end a sentence: an initial, the number of a list or a
// customary short form.
func isAbbreviation(word string) bool {
	if utf8.RuneCountInString(word) < 2 || strings.Trim(word, "0123456789") == "" {
		return true
	}
	switch strings.ToLower(word) {
	case "dr", "mr", "mrs", "ms", "prof", "st", "jr", "sr", "no", "vs", "etc", "e.g", "i.e", "eg", "ie", "cf", "approx", "fig", "al":
		return true
	}
	return false
}

// wordEnd returns s[:limit] without a last broken word, unless that would cost much, as in scripts that part no words.
func wordEnd(s string, limit int) string {
	const longestWord = 48 // bytes
	if limit < len(s) && s[limit] == ' ' {
		return s[:limit]
	}
	if space := strings.LastIndexByte(s[:limit], ' '); space > 0 && limit-space <= longestWord {
		return s[:space]
	}
	return s[:limit]
}

// isDangling reports whether r looks lost before an ellipsis.
func isDangling(r rune) bool {
	return r == ' ' || strings.ContainsRune(",;:-–—(、，；：（", r)
}

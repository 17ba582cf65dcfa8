package markdown

import "unicode"

// isSpace reports whether r separates words or lines. U+0085, U+2028 and U+2029 end a line for some readers.
func isSpace(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Z, r) }

func isJoiner(r rune) bool { return r == '\u200C' || r == '\u200D' }

// isInvisible reports whether r shows nothing, or steers how other characters are shown.
func isInvisible(r rune) bool {
	switch {
	case r < 0x7F:
		return r < 0x20
	case isJoiner(r), unicode.Is(unicode.Prepended_Concatenation_Mark, r): // decided elsewhere; visible
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Noncharacter_Code_Point, blank)
}

// isVisible reports whether r alone leaves something to see or click on.
func isVisible(r rune) bool {
	const brailleBlank = 0x2800
	return r != brailleBlank && r != ' ' && !isJoiner(r) && !unicode.Is(unicode.M, r)
}

// isWord reports whether r is part of a word, which is where renderers leave an underscore alone.
func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// blank are letters and unassigned code points that show nothing: Hangul fillers and the rest of plane 14.
var blank = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x115F, Hi: 0x1160, Stride: 1},
		{Lo: 0x2065, Hi: 0x2065, Stride: 1},
		{Lo: 0x3164, Hi: 0x3164, Stride: 1},
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1},
		{Lo: 0xFFF0, Hi: 0xFFFB, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0xE0000, Hi: 0xE0FFF, Stride: 1}},
}

// invisibleMarks are the combining marks that show nothing: the grapheme joiner and two Khmer vowels.
var invisibleMarks = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x034F, Hi: 0x034F, Stride: 1},
	{Lo: 0x17B4, Hi: 0x17B5, Stride: 1},
}}

// indic are the blocks from Devanagari to Sinhala, Myanmar and Khmer, whose signs stack with joiners.
var indic = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x0900, Hi: 0x0DFF, Stride: 1},
	{Lo: 0x1000, Hi: 0x109F, Stride: 1},
	{Lo: 0x1780, Hi: 0x17FF, Stride: 1},
}}

// emoji are the blocks that hold pictographs. They hold other symbols too; a selector or joiner there does no harm.
var emoji = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00A9, Hi: 0x00A9, Stride: 1},
		{Lo: 0x00AE, Hi: 0x00AE, Stride: 1},
		{Lo: 0x203C, Hi: 0x203C, Stride: 1},
		{Lo: 0x2049, Hi: 0x2049, Stride: 1},
		{Lo: 0x2122, Hi: 0x2122, Stride: 1},
		{Lo: 0x2139, Hi: 0x2139, Stride: 1},
		{Lo: 0x2190, Hi: 0x21FF, Stride: 1},
		{Lo: 0x2300, Hi: 0x23FF, Stride: 1},
		{Lo: 0x24C2, Hi: 0x24C2, Stride: 1},
		{Lo: 0x25A0, Hi: 0x27BF, Stride: 1},
		{Lo: 0x2900, Hi: 0x297F, Stride: 1},
		{Lo: 0x2B00, Hi: 0x2BFF, Stride: 1},
		{Lo: 0x3030, Hi: 0x3030, Stride: 1},
		{Lo: 0x303D, Hi: 0x303D, Stride: 1},
		{Lo: 0x3297, Hi: 0x3297, Stride: 1},
		{Lo: 0x3299, Hi: 0x3299, Stride: 1},
	},
	R32:         []unicode.Range32{{Lo: 0x1F000, Hi: 0x1FAFF, Stride: 1}},
	LatinOffset: 2,
}

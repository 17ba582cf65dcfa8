package markdown

import "testing"

func TestCleaningKeepsWhatScriptsNeed(t *testing.T) {
	for _, s := range []string{
		"👩‍💻 👨🏽‍🚀 🏳️‍🌈 ❤️‍🔥 1️⃣ ☎︎", // emoji sequences, keycap, text selector
		"می\u200cخواهم",       // Persian: non-joiner
		"क्\u200dष ක්\u200dර", // Devanagari, Sinhala: joiner after the vowel killer
		"Việt Nam, naïve, Ḗ",  // marks on letters
		"שָׁלוֹם",             // pointed Hebrew
		"ที่นี่",              // Thai
		"ᠮᠣᠩᠭᠣᠯ᠋",             // Mongolian selector
		"＜全角＞＠＃",              // never folded to ASCII
	} {
		if got := clean(s); got != s {
			t.Errorf("clean(%+q) = %+q", s, got)
		}
	}
}

func TestCleaningRemovesInvisibleCharacters(t *testing.T) {
	for in, want := range map[string]string{
		" a \t\r\n b\u3000c\u2028d\u0085e ":            "a b c d e",
		"a\x00b\x1b[2J\u009bc\x7fd":                    "ab[2Jcd",
		"\u202ea\u2066b\u200e\u061cc":                  "abc",
		"a\U000e0041\U000e0100b\ufe0fc\ufe01":          "abc",
		"se\u200bcu\u2060ri\u00adty\ufeff\u180e\u2063": "security",
		"a\u3164\u115f\uffa0b\u034fc\ufffad\ufdd0":     "abcd",
		"a\u200db \u200cc 1\u200d2 \u2192\u200d\u2192": "ab c 12 \u2192\u2192",
		"x\u0301\u0302\u0303\u0304\u0305\u0306y":       "x\u0301\u0302\u0303\u0304y",
		"\u0301a \u0302b\u200b\u0301":                  "a b\u0301",
		"a\xffb":                                       "a\ufffdb",
		"🎉\ufe0f\ufe0f\ufe0f":                          "🎉\ufe0f",
		"می\u200c\u200c\u200cخ":                        "می\u200cخ",
		"\u0600\u0661":                                 "\u0600\u0661",
	} {
		got := clean(in)
		if got != want {
			t.Errorf("clean(%+q) = %+q, want %+q", in, got, want)
		}
		if again := clean(got); again != got {
			t.Errorf("cleaning %+q again gives %+q", got, again)
		}
	}
}

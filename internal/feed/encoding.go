package feed

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"regexp"
	"strings"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
)

// splitContentType returns the media type and the character set of a header.
func splitContentType(header string) (mediaType, charset string) {
	mediaType, parameters, err := mime.ParseMediaType(header)
	if err != nil {
		mediaType, _, _ = strings.Cut(header, ";")
	}
	return strings.ToLower(strings.TrimSpace(mediaType)), parameters["charset"]
}

// declared finds the encoding that an XML declaration names.
var declared = regexp.MustCompile(`^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']`)

// decode returns the text of a document as UTF-8. The encoding is that of the byte order
// mark, else of the header, else of the XML declaration, as RFC 7303 has it, else UTF-8.
// Bytes that have no meaning in it become U+FFFD.
func decode(r io.Reader, label string) io.Reader {
	b := bufio.NewReader(r)
	start, _ := b.Peek(1024) // an error comes again when it is read
	var e encoding.Encoding
	switch {
	case bytes.HasPrefix(start, []byte("\xEF\xBB\xBF")):
		_, _ = b.Discard(3)
	case bytes.HasPrefix(start, []byte("\xFE\xFF")), bytes.HasPrefix(start, []byte("\x00<\x00")):
		e = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case bytes.HasPrefix(start, []byte("\xFF\xFE")), bytes.HasPrefix(start, []byte("<\x00?\x00")):
		e = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	default:
		known := false
		if e, known = lookup(label); !known {
			if m := declared.FindSubmatch(start); m != nil {
				e, _ = lookup(string(m[1]))
			}
		}
	}
	if e != nil {
		return transform.NewReader(b, e.NewDecoder())
	}
	return transform.NewReader(b, runes.ReplaceIllFormed())
}

// lookup returns the encoding of a label, nil for UTF-8. UTF-16 is taken for an error: a
// document that is read by its label begins with neither of its marks.
func lookup(label string) (e encoding.Encoding, known bool) {
	e, name := charset.Lookup(label)
	switch {
	case name == "utf-8":
		return nil, true
	case name == "", name == "replacement", strings.HasPrefix(name, "utf-16"):
		return nil, false
	}
	return e, true
}

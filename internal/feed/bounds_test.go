package feed

import (
	"context"
	"errors"
	"io"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// attacks are documents of any length, as a beginning and what comes again and again.
var attacks = map[string]struct{ begin, again, want string }{
	"items":                  {"<rss><channel>", "<item/>", "2000 entries"},
	"open items":             {"<rss><channel>", "<item>", "2000 entries"},
	"entries":                {"<feed>", "<entry><id>1</id></entry>", "2000 entries"},
	"JSON items":             {`{"items":[`, "{},", "2000 entries"},
	"JSON items of lists":    {`{"items":[{"x":[`, "{},", "4 MiB in one entry"},
	"JSON tags":              {`{"items":[{"tags":[`, `"",`, "4 MiB in one entry"},
	"JSON keys":              {`{"items":[{`, `"":"",`, "4 MiB in one entry"},
	"JSON members":           {`{`, `"":"",`, "1000 members"},
	"JSON before the items":  {`{"x":[`, "{},", "4 MiB in one entry"},
	"text and instructions":  {"<rss><channel><item><title>", "x<?x?>", "500000 tokens"},
	"text and comments":      {"<rss><channel><item><description>", "x<!---->", "500000 tokens"},
	"text and CDATA":         {"<rss><channel><item><description>", "x<![CDATA[]]>", "500000 tokens"},
	"entities":               {"<rss><channel><item><title>", "&amp;", "10 MiB"},
	"declarations":           {"<!DOCTYPE rss [", "<!ENTITY a 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'>", "10 MiB"},
	"nested":                 {"<rss><channel><item>", "<a>", "nested"},
	"nested text":            {"<rss><channel><item><description>", "<b>", "nested"},
	"ends":                   {"<rss><channel><item>", "</a>", "500000 tokens"},
	"extensions":             {"<rss><channel><item>", "<x:a/>", "500000 tokens"},
	"categories":             {"<rss><channel><item>", "<category>a</category>", "500000 tokens"},
	"channel":                {"<rss><channel>", "<title/>", "500000 tokens"},
	"attributes":             {"<rss><channel><item ", "a ", "1 MiB in one element"},
	"attributes with values": {"<rss><channel><item ", "a='' ", "1 MiB in one element"},
	"tags after a large one": {"<rss><channel><item " + strings.Repeat("a b ", 1000) + ">", "<a b=''>", "attributes in one tag"},
	"one name":               {"<rss><channel><", "a", "1 MiB in one element"},
	"one value":              {"<rss><channel><item a='", "a", "10 MiB"},
	"one text":               {"<rss><channel><item><title>", "a", "10 MiB"},
	"one comment":            {"<rss><channel><!--", "a", "10 MiB"},
	"one instruction":        {"<rss><channel><?", "a", "1 MiB in one element"},
	"one CDATA":              {"<rss><channel><item><title><![CDATA[", "]", "10 MiB"},
	"namespaces":             {"<rss><channel>", `<a xmlns:b="http://www.w3.org/2005/Atom"/>`, "10 MiB"},
	"white space":            {"", " ", "10 MiB"},
}

// repeat reads as a beginning and endless repetitions.
type repeat struct {
	begin, again string
	left         string
}

func (r *repeat) Read(p []byte) (int, error) {
	if r.left == "" {
		r.left, r.begin = r.begin, ""
	}
	if r.left == "" {
		r.left = strings.Repeat(r.again, 1000)
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

// peak returns by how much the memory in use grew while f ran.
func peak(f func()) int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	inUse := func() int64 { metrics.Read(sample); return int64(sample[0].Value.Uint64()) }
	debug.FreeOSMemory()
	before, highest := inUse(), int64(0)
	done := make(chan struct{})
	go func() { f(); close(done) }()
	for {
		select {
		case <-done:
			return max(highest, inUse()) - before
		case <-time.After(time.Millisecond):
			highest = max(highest, inUse())
		}
	}
}

func TestHostileDocumentsAreBounded(t *testing.T) {
	for _, name := range []string{
		"items", "open items", "JSON items", "JSON tags", "JSON members", "text and instructions", "extensions", "entities", "nested", "attributes",
		"tags after a large one", "one name", "one text", "one CDATA",
	} {
		t.Run(name, func(t *testing.T) { checkBounds(t, name) })
	}
}

func checkBounds(t *testing.T, name string) {
	a, ok := attacks[name]
	if !ok {
		t.Fatalf("unknown attack %s", name)
	}
	var err error
	start := time.Now()
	grown := peak(func() {
		var r *Reader
		r, err = NewReader(t.Context(), &repeat{begin: a.begin, again: a.again}, address, "text/xml")
		var kept []*Entry
		for err == nil {
			var e *Entry
			if e, err = r.Next(); err == nil {
				kept = append(kept, e)
				e.Text(t.Context())
			}
		}
		runtime.KeepAlive(kept)
	})
	if err == nil || !strings.Contains(err.Error(), a.want) {
		t.Errorf("error %v, want %q", err, a.want)
	}
	if grown > 64<<20 {
		t.Errorf("%d MB in use", grown>>20)
	}
	if d := time.Since(start); d > 30*time.Second { // some hundred milliseconds, on a busy machine too
		t.Errorf("took %s", d)
	}
	t.Logf("%d MB, %s", grown>>20, time.Since(start))
}

func TestCancellationStopsReading(t *testing.T) {
	for name, body := range map[string]io.Reader{
		"many tokens": &repeat{begin: "<rss><channel>", again: "<a/>"},
		"JSON":        &repeat{begin: `{"x":[`, again: `"",`},
		"slow":        iotest.OneByteReader(&repeat{begin: "<rss><channel>", again: "<!-- -->"}),
	} {
		ctx, cancel := context.WithCancel(t.Context())
		read := 0
		r, err := NewReader(ctx, readerFunc(func(p []byte) (int, error) {
			if read++; read == 3 {
				cancel()
			}
			if read > 3 {
				t.Errorf("%s: read on", name)
			}
			return body.Read(p)
		}), address, "")
		if err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestLongTextsAreCutAndTheEntriesAfterThemRead(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	for name, body := range map[string]string{
		"text":    "<rss><channel><item><title>1</title><description>" + long + "</description></item><item><title>2</title></item></channel></rss>",
		"CDATA":   "<rss><channel><item><title>1</title><description><![CDATA[]]>" + "<![CDATA[" + long + "]]></description></item><item><title>2</title></item></channel></rss>",
		"markup":  "<feed><entry><title>1</title><content type='xhtml'><img src='data:" + long + "'/></content></entry><entry><title>2</title></entry></feed>",
		"comment": "<rss><channel><item><title>1</title><!-- -" + long + " -- --></item><item><title>2</title></item></channel></rss>",
		"quotes":  "<rss><channel><item><title>1</title><a don't b='" + long + "'/></item><item><title>2</title></item></channel></rss>",
		"JSON":    `{"items":[{"title":"1","content_html":"` + long + `"},{"title":"2"}]}`,
	} {
		entries, _, err := readAll(t, body, "")
		if err != nil || len(entries) != 2 || entries[1].Title != "2" {
			t.Errorf("%s: %d entries, error %v", name, len(entries), err)
		} else if n := len(entries[0].Summary) + len(entries[0].Content); n > maxContent {
			t.Errorf("%s: %d bytes kept", name, n)
		}
	}
}

func TestTextsOfHostileMarkupAreReadInTime(t *testing.T) {
	fill := func(begin, again string) string { return begin + strings.Repeat(again, maxContent/len(again)) }
	for _, s := range []string{
		fill("", "<b>"), fill("", "<p>x"), fill("", "<p>CVE-2023-44487 "), fill("", "<a href=x>"), fill("", "http://a.b "), fill("", "http://"),
		fill("<a "+strings.Repeat("a b", 1000)+">", "<a b>"), fill("", "A-"), fill("", "&lt;"), fill("", "x<!---->"), fill("", "<table>"), fill("", "\n\n"),
	} {
		start := time.Now()
		text := (&Entry{Content: s, base: address}).Text(t.Context())
		size := len(strings.Join(text.Paragraphs, "")) + len(strings.Join(text.Links, ""))
		if d := time.Since(start); d > 5*time.Second || size > maxText+maxLinkBytes {
			t.Errorf("%.20q: %s, %d bytes", s, d, size)
		}
	}
}

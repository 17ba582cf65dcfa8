//go:build integration

package collectors

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
)

// TestHostileFeedsDoNotKillTheProcess reads many hostile feeds at once in a process that
// may have 512 MiB of data.
func TestHostileFeedsDoNotKillTheProcess(t *testing.T) {
	const child = "DIGEST_TEST_HOSTILE_FEEDS"
	if os.Getenv(child) != "" {
		readHostileFeeds(t)
		return
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -d 524288 && exec "$0" "$@"`, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%.5000s", err, out)
	}
	t.Logf("%s", out)
}

func readHostileFeeds(t *testing.T) {
	date := in.Format(time.RFC1123Z)
	long := strings.Repeat("A sentence with CVE-2023-44487 and https://example.org/a in it. ", 60)
	bodies := []struct{ begin, again string }{
		{`{"items":[`, `{},`},
		{`{"items":[{"tags":[`, `"",`},
		{`<rss><channel>`, `<item/>`},
		{`<rss><channel><item><title>`, `x<?x?>`},
		{`<rss><channel><item><description>`, `x<!---->`},
		{`<rss><channel><item>`, `<x:a b="c"/>`},
		{`<rss><channel><item `, `a `},
		{`<rss><channel><item><title>`, `<b>`},
		{`<rss><channel><item><description><![CDATA[`, `<a href="https://example.org/">x</a>`},
		{`<rss><channel>`, `<item><title>` + strings.Repeat("t", 2000) + `</title><description>` + long + `</description><pubDate>` + date + `</pubDate></item>`},
		{`<rss><channel>`, `<item><title>t</title><content:encoded>&lt;ul>` + strings.Repeat("&lt;li>A change of some kind, with a text.", 200) +
			`</content:encoded><pubDate>` + date + `</pubDate></item>`},
	}
	var compressed [][]byte
	for _, b := range bodies {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		io.WriteString(z, b.begin+strings.Repeat(b.again, 1+(12<<20)/len(b.again)))
		z.Close()
		compressed = append(compressed, out.Bytes())
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscanf(r.URL.Path, "/%d", &n)
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(compressed[n%len(bodies)])
	}))
	defer srv.Close()
	var sources []FeedSource
	for i := range 5 * len(bodies) {
		sources = append(sources, FeedSource{URL: fmt.Sprintf("%s/%d", srv.URL, i)})
	}
	start := time.Now()
	f := collect(t, NewFeeds(NewFeedClient(sources), sources))
	for _, r := range f.Receipts {
		if r.Outcome == digest.Complete {
			t.Errorf("%s is complete", r.Source)
		}
		t.Logf("%s: kept %d, %s", r.Source, r.Kept, r.Detail.Unsafe())
	}
	t.Logf("%d feeds in %s", len(sources), time.Since(start))
}

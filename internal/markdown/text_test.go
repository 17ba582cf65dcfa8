package markdown

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"
)

func TestHostileTextIsOnlyText(t *testing.T) {
	for _, s := range lines(t, "hostile.txt") {
		text := Untrusted(s)
		if !text.Empty() {
			checkHarmless(t, text.String(), clip(clean(text.raw), maxTitle))
		}
	}
}

func TestOrdinaryTitlesAreNotEncoded(t *testing.T) {
	titles := lines(t, "titles.txt")
	if len(titles) < 200 {
		t.Fatalf("only %d titles, want 200 or more", len(titles))
	}
	var changed []string
	for _, s := range titles {
		if got := Untrusted(s).String(); got != s {
			changed = append(changed, s+"\n   "+got)
		}
		checkHarmless(t, Untrusted(s).String(), s)
	}
	same := 100 * float64(len(titles)-len(changed)) / float64(len(titles))
	t.Logf("%.1f %% of %d titles stand as typed; changed:\n%s", same, len(titles), strings.Join(changed, "\n"))
	if same < 95 {
		t.Errorf("%.1f %% of the titles stand as typed, want 95 %%", same)
	}
}

func TestEveryWayOfPrintingIsEncoded(t *testing.T) {
	const raw, encoded = "{{< x >}} @me", `\{` + nothing + `\{&lt; x >}} @` + nothing + "me"
	data := struct{ Title Text }{Untrusted(raw)}
	for source, want := range map[string]string{
		`{{.Title}}`:                       encoded,
		`{{print .Title}}`:                 encoded,
		`{{printf "%s" .Title}}`:           encoded,
		`{{printf "%v" .}}`:                "{" + encoded + "}",
		`{{printf "%q" .Title}}`:           fmt.Sprintf("%q", encoded),
		`{{printf "%x" .Title}}`:           fmt.Sprintf("%x", encoded),
		`{{printf "%30s|" .Title}}`:        fmt.Sprintf("%30s|", encoded),
		`{{html .Title}}`:                  template.HTMLEscapeString(encoded),
		`{{len (print .Title)}}`:           fmt.Sprint(len(encoded)),
		`{{printf "%d" .Title}}`:           "%!d(string=" + encoded + ")",
		`{{with .Title}}{{.}}{{end}}`:      encoded,
		`{{printf "%+v" .}}`:               "{Title:" + encoded + "}",
		`{{printf "%#v" .Title}}`:          fmt.Sprintf("markdown.Untrusted(%q)", raw),
		`{{if .Title.Empty}}-{{end}}`:      "",
		`{{if not .Title.IsZero}}+{{end}}`: "+",
	} {
		var b strings.Builder
		if err := template.Must(template.New("").Parse(source)).Execute(&b, data); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("%s gives %s, want %s", source, b.String(), want)
		}
	}
}

func TestLineIsNotACommandOfARunner(t *testing.T) {
	for in, want := range map[string]string{
		"plain: text":               "plain: text",
		"::add-mask::x":             ": :add-mask::x",
		" \u200b\ufeff::warning::x": ": :warning::x",
		"a ##[set-env name=x]y":     "a ## [set-env name=x]y",
		"a\n::error::b\x1b[31m":     "a ::error::b[31m",
		"\u202eabc":                 "abc",
		strings.Repeat("é", 400):    strings.Repeat("é", 299) + "…",
		"##\u200b[debug]":           "## [debug]",
	} {
		if got := Line(Untrusted(in)); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("read", "title", Untrusted("x ##[group]\x1b"))
	if !strings.Contains(b.String(), `title="x ## [group]"`) {
		t.Errorf("log line is %s", b.String())
	}
}

func TestTextSurvivesASnapshotAsItCame(t *testing.T) {
	type item struct {
		Title Text `json:"title,omitzero"`
		Link  URL  `json:"link,omitzero"`
	}
	u, err := ParseURL("https://example.org/a")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []item{{}, {Untrusted("a <b>\n\x1b {{\xff\xfe"), u}} {
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got item
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Text{}, URL{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", b, diff)
		}
	}
	u = URL{printed: "https://old.example/"}
	if err := u.UnmarshalText(nil); err != nil || !u.IsZero() {
		t.Errorf("no address gives %q, %v", u, err)
	}
	var bad item
	if err := json.Unmarshal([]byte(`{"link":"javascript:alert(1)"}`), &bad); err == nil || !bad.Link.IsZero() {
		t.Errorf("a snapshot's link was not checked: %v", bad.Link)
	}
}

func TestInvisibleTextIsEmpty(t *testing.T) {
	for in, want := range map[string]bool{
		"": true, " \t\n": true, "\u200b\u2060\ufeff": true, "\u3164\u2800": true, "\u0301": true, "\u202e": true,
		"a": false, ".": false, "中": false, "🎉": false, "\u200ba": false,
	} {
		if got := Untrusted(in).Empty(); got != want {
			t.Errorf("Empty(%q) = %v", in, got)
		}
	}
	if !(Text{}).IsZero() || Untrusted(" ").IsZero() {
		t.Error("IsZero is about what came in")
	}
	if got := Untrusted("a\n").Unsafe(); got != "a\n" {
		t.Errorf("Unsafe gives %q", got)
	}
}

package frontmatter

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

func TestEncode(t *testing.T) {
	date := time.Date(2023, time.December, 18, 0, 0, 0, 0, time.FixedZone("", 8*60*60))
	got, err := Encode([]Field{
		{"title", "Istio 社区周报（第 1 期）"},
		{"draft", true},
		{"date", date},
		{"categories", []any{"Istio"}},
		{"tags", []any{"Istio", "Istio Weekly"}},
		{"weight", 10},
		{"ratio", 1e21},
		{"params", []Field{
			{"toc", false},
			{"author", []Field{{"name", "Some \"One\""}}},
			{"links", []any{[]Field{{"name", "a: b"}}}},
		}},
		{"none", []any{}},
		{"nothing", []Field{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `---
title: "Istio 社区周报（第 1 期）"
draft: true
date: 2023-12-18T00:00:00+08:00
categories: ["Istio"]
tags: ["Istio", "Istio Weekly"]
weight: 10
ratio: 1000000000000000000000.0
params:
  toc: false
  author:
    name: "Some \"One\""
  links: [{name: "a: b"}]
none: []
nothing: {}
---
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Encode (-want +got):\n%s", diff)
	}
}

func TestEncodeWithoutFields(t *testing.T) {
	if got, err := Encode(nil); got != "---\n---\n" || err != nil {
		t.Errorf("Encode(nil) = %q, %v", got, err)
	}
}

func TestHostileStringsStayStrings(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"no", `"no"`},
		{"12:30", `"12:30"`},
		{"0123", `"0123"`},
		{"2023-12-11", `"2023-12-11"`},
		{"", `""`},
		{"~", `"~"`},
		{"*alias", `"*alias"`},
		{"a\n---\nb", `"a\n---\nb"`},
		{"a\r\n...\rb\x85c\u2028d\u2029e", `"a\n...\nb` + "\uFFFD" + `c\nd\ne"`},
		{"nel\u0085x", `"nel\nx"`},
		{"tab\tx", `"tab x"`},
		{"bell\ax\x1b[31m\x7f\u009b", `"bellx[31m"`},
		{"bidi\u202Eevil\u2066\u200F", `"bidievil"`},
		{"tags\U000E0041\U000E0100", `"tags"`},
		{"bom\uFEFF soft\u00ADhyphen zwsp\u200B", `"bom softhyphen zwsp"`},
		{"family 👩\u200D👧", `"family 👩\u200d👧"`},
		{"می\u200Cخواهم", `"می\u200cخواهم"`},
		{"back\\slash \"q\" 'q' #c: {{x}} %", `"back\\slash \"q\" 'q' #c: {{x}} %"`},
		{strings.Repeat("long ", 200) + "end", `"` + strings.Repeat("long ", 200) + `end"`},
		{"\uFFFE\uFDD0\U0010FFFF", `""`},
	} {
		got, err := Encode([]Field{{"k", tt.in}})
		if want := "---\nk: " + tt.want + "\n---\n"; got != want || err != nil {
			t.Errorf("Encode(%+q) = %s, %v; want %s", tt.in, got, err, want)
		}
	}
}

func TestEncodeQuotesAmbiguousKeys(t *testing.T) {
	for key, want := range map[string]string{
		"title": "title", "a-b_c1": "a-b_c1", "yes": `"yes"`, "On": `"On"`, "null": `"null"`, "1": `"1"`,
		"---": `"---"`, "og:title": `"og:title"`, "标题": `"标题"`, "a b": `"a b"`, "x\u202E": "x",
	} {
		got, err := Encode([]Field{{key, 1}})
		if want := "---\n" + want + ": 1\n---\n"; got != want || err != nil {
			t.Errorf("Encode of the key %q = %s, %v; want %s", key, got, err, want)
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	var deep any = "x"
	for range 40 {
		deep = []any{deep}
	}
	for name, tt := range map[string]struct {
		fields []Field
		want   string
	}{
		"empty key":  {[]Field{{"\u200B", 1}}, "empty key"},
		"duplicate":  {[]Field{{"a", 1}, {"a", 2}}, `duplicate key "a"`},
		"type":       {[]Field{{"a", []any{int8(1)}}}, "a: item 1: cannot write a int8"},
		"nil":        {[]Field{{"a", []Field{{"b", nil}}}}, "a: b: cannot write a <nil>"},
		"not number": {[]Field{{"a", math.NaN()}}, "a: NaN is not a number"},
		"deep":       {[]Field{{"a", deep}}, "more than 16 levels"},
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := Encode(tt.fields); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Encode = %q, %v; want an error with %q", s, err, tt.want)
			}
		})
	}
}

// FuzzEncode checks that decoding returns what was encoded, and that no line of the
// content looks like a delimiter.
func FuzzEncode(f *testing.F) {
	for _, s := range []string{"", "no", "---", "a\n---\nb", "\u2028", "\"", "\\", "\xff", "😀\u200D", "a: b", "é\u0301", "%", "{{<", "\u00A0"} {
		f.Add(s, "key")
		f.Add("value", s)
	}
	f.Fuzz(func(t *testing.T, value, key string) {
		fields := []Field{{"first", value}, {"sub", []Field{{"in", value}}}, {"list", []any{value, true}}}
		if Clean(key) != "" && !strings.Contains(" first sub list ", " "+Clean(key)+" ") {
			fields = append(fields, Field{key, value})
		}
		text, err := Encode(fields)
		if err != nil {
			t.Fatal(err)
		}
		body, ok := strings.CutPrefix(text, "---\n")
		body, ok2 := strings.CutSuffix(body, "---\n")
		if !ok || !ok2 {
			t.Fatalf("delimiters: %q", text)
		}
		for line := range strings.Lines(body) {
			if strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...") {
				t.Fatalf("a line looks like a delimiter: %q", text)
			}
		}
		var got yaml.MapSlice
		if err := yaml.UnmarshalWithOptions([]byte(body), &got, yaml.UseOrderedMap()); err != nil {
			t.Fatalf("decode %q: %v", body, err)
		}
		clean := Clean(value)
		want := yaml.MapSlice{
			{Key: "first", Value: clean},
			{Key: "sub", Value: yaml.MapSlice{{Key: "in", Value: clean}}},
			{Key: "list", Value: []any{clean, true}},
		}
		if len(fields) == 4 {
			want = append(want, yaml.MapItem{Key: Clean(key), Value: clean})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("decoded (-want +got):\n%s\n%s", diff, text)
		}
	})
}

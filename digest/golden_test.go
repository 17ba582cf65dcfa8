package digest_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/templates"
)

var update = flag.Bool("update", false, "rewrite the golden drafts")

// TestDrafts renders every snapshot of testdata with the house templates. A case is one
// txtar archive: snapshot.json in, want.<language>.md out; the comment says what it is
// for. A line "per_section: N" in the comment sets the limit.
func TestDrafts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { checkDraft(t, file) })
	}
}

func checkDraft(t *testing.T, file string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Files) == 0 || a.Files[0].Name != "snapshot.json" {
		t.Fatalf("%s: the first file is not snapshot.json", file)
	}
	var rules digest.Rules
	if strings.Contains(string(a.Comment), "per_section: 2") {
		rules.PerSection = 2
	}
	want := make(map[string]string)
	for _, f := range a.Files[1:] {
		want[f.Name] = string(f.Data)
	}
	out := &txtar.Archive{Comment: a.Comment, Files: a.Files[:1]}
	for _, language := range []string{"en", "zh-CN"} {
		got := draft(t, a.Files[0].Data, language, rules)
		name := "want." + language + ".md"
		out.Files = append(out.Files, txtar.File{Name: name, Data: []byte(got)})
		if diff := cmp.Diff(want[name], got); diff != "" && !*update {
			t.Errorf("%s: %s mismatch (-want +got):\n%s\nif this is right: go test ./digest -run TestDrafts -update", file, name, diff)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func draft(t testing.TB, snapshot []byte, language string, rules digest.Rules) string {
	t.Helper()
	s, err := digest.DecodeSnapshot(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	e := digest.Edit(s, 7, rules)
	e.Title = "Example Weekly"
	page, err := house(t, language).Page(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func house(t testing.TB, language string) *digest.Template {
	t.Helper()
	name := "weekly." + language + ".md.tmpl"
	text, err := templates.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := digest.ParseTemplate(name, string(text), language)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func TestHouseTemplatesRenderEverythingAndNothing(t *testing.T) {
	for _, language := range []string{"en", "zh-CN"} {
		if err := house(t, language).Check(); err != nil {
			t.Errorf("%s: %v", language, err)
		}
	}
}

func TestSameSnapshotGivesTheSameBytes(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	local := time.Local
	defer func() { time.Local = local }()
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first := draft(t, a.Files[0].Data, "en", digest.Rules{})
		for _, machine := range []*time.Location{time.UTC, time.FixedZone("east", 14*3600), time.FixedZone("west", -12*3600)} {
			time.Local = machine
			s, err := digest.DecodeSnapshot(a.Files[0].Data)
			if err != nil {
				t.Fatal(err)
			}
			data, err := digest.EncodeSnapshot(s)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(first, draft(t, data, "en", digest.Rules{})); diff != "" {
				t.Errorf("%s, read and written in zone %s (-first +again):\n%s", file, machine, diff)
			}
			again, err := digest.DecodeSnapshot(data)
			if err != nil {
				t.Fatal(err)
			}
			if data2, err := digest.EncodeSnapshot(again); err != nil || !bytes.Equal(data, data2) {
				t.Errorf("%s: the snapshot changes when it is read and written: %v", file, err)
			}
		}
	}
}

package archtest

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/community-digest/digest/templates"
)

// root is where the project's files are.
const root = "../../"

// eachFile calls f for every file of the project that holds text.
func eachFile(t *testing.T, f func(name string, data []byte)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		n++
		f(filepath.ToSlash(strings.TrimPrefix(name, filepath.FromSlash(root))), data)
		return nil
	})
	if err != nil || n < 100 {
		t.Fatalf("%d files: %v", n, err)
	}
}

// sources lists the Go files of the program.
func sources(t *testing.T) []string {
	t.Helper()
	var names []string
	eachFile(t, func(name string, _ []byte) {
		// The tools of the gate are a module of their own.
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, ".ci/") {
			names = append(names, name)
		}
	})
	return names
}

// forbidden is what no file contains: a pattern, and a word of it in lower case that is
// looked for first, as patterns are slow. Both are put together here, so that this file
// does not contain them either.
var forbidden = []struct{ word, pattern, why string }{
	{"gh", `gh[pousr]` + `_[A-Za-z0-9]{30,}`, "a token of GitHub"},
	{"_pat_", `github` + `_pat_[A-Za-z0-9_]{20,}`, "a token of GitHub"},
	{"ia", `\bA[KS]` + `IA[0-9A-Z]{16}\b`, "a key of AWS"},
	{"bearer", `(?i)bear` + `er [A-Za-z0-9._~+/-]{20,}`, "a token in a header"},
	{"authorization", `(?i)authoriz` + `ation: *(token|basic) [A-Za-z0-9+/=]{16,}`, "a token in a header"},
	{"xox", `xox[abposr]` + `-[0-9A-Za-z-]{10,}`, "a token of Slack"},
	{"eyj", `\bey` + `J[A-Za-z0-9_-]{10,}\.ey` + `J[A-Za-z0-9_-]{10,}`, "a signed web token"},
	{"-----begin", `-----BEGIN [A-Z ]*PRIV` + `ATE KEY`, "a private key"},
	{"registry.", `(?i)\bregis` + `try\.[a-z0-9-]+\.[a-z]`, registry},
	{".org", `\b(proxy\.golang|sum\.golang|npmjs|pypi)\.` + `org\b`, registry},
	{"goproxy", `\bGO` + `PROXY=`, registry},
	{"\r\n", `\r\n`, "a line break of another system"},
}

const registry = "the address of a package registry: which one is used is the machine's business"

func TestNoFileHoldsASecretOrARegistry(t *testing.T) {
	patterns := make([]*regexp.Regexp, len(forbidden))
	for i, f := range forbidden {
		patterns[i] = regexp.MustCompile(f.pattern)
	}
	eachFile(t, func(name string, data []byte) {
		lower := bytes.ToLower(data)
		for i, f := range forbidden {
			if !bytes.Contains(lower, []byte(f.word)) {
				continue
			}
			if at := patterns[i].FindIndex(data); at != nil {
				t.Errorf("%s holds %s at byte %d", name, f.why, at[0]) // and the secret is not repeated
			}
		}
	})
}

// The patterns are tried, or a slip in one would go unseen.
func TestThePatternsFindWhatTheyAreFor(t *testing.T) {
	for i, text := range []string{
		"gh" + "p_" + strings.Repeat("a1B2", 9),
		"github" + "_pat_" + strings.Repeat("a1B2", 20),
		"key = AK" + "IA" + strings.Repeat("A2B3", 4),
		"Authorization: Bear" + "er " + strings.Repeat("x", 40),
		"authoriz" + "ation: token " + strings.Repeat("x", 40),
		"xox" + "b-123456789012",
		"ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0In0.sig",
		"-----BEGIN RSA PRIV" + "ATE KEY-----",
		"https://regis" + "try.example.com/x",
		"https://proxy.golang." + "org/x",
		"GO" + "PROXY=off",
		"a\r\nb",
	} {
		f := forbidden[i]
		if !strings.Contains(strings.ToLower(text), f.word) || !regexp.MustCompile(f.pattern).MatchString(text) {
			t.Errorf("%s is not found in an example of it", f.why)
		}
	}
}

var (
	actions = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	quoted  = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`")
	printed = regexp.MustCompile(`\bprintf\s+"([^"]*)"`)
	numbers = regexp.MustCompile(`^[^%]*(%0?[0-9]*(\.[0-9]+)?[df][^%]*)*$`)
	raw     = regexp.MustCompile(`\b(unsafeRaw|Unsafe|print|println|html|js|urlquery|call)\b`)
)

// Users' templates may do what they like; ours never print a text as it came.
func TestHouseTemplatesPrintTextsEncodedOnly(t *testing.T) {
	names, err := fs.Glob(templates.FS, "*.tmpl")
	if err != nil || len(names) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, action := range actions.FindAllString(string(text), -1) {
			for _, format := range printed.FindAllStringSubmatch(action, -1) {
				if !numbers.MatchString(format[1]) {
					t.Errorf("%s: %s: printf is for numbers", name, action)
				}
			}
			if f := raw.FindString(quoted.ReplaceAllLiteralString(action, `""`)); f != "" {
				t.Errorf("%s: %s: %s would print a text as it came", name, action, f)
			}
		}
	}
}

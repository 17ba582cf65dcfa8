package digest

import (
	"testing"

	"github.com/community-digest/digest/internal/markdown"
)

func TestParseTextPrintsPlainLines(t *testing.T) {
	e := Sample()
	topic := &e.Hot.Topics[0]
	topic.Title = markdown.Untrusted("use `go` @admin {{< x >}}\n::set-output::")
	topic.ID = "a_*b*\x1b[2J"
	tests := []struct{ text, want string }{
		{`{{(index .Hot.Topics 0).Title}}`, "use `go` @admin {{< x >}} ::set-output::"},
		{`{{with index .Hot.Topics 0}}{{.ID}}{{end}}`, "a_*b*[2J"},
		{`{{range .Hot.Topics}}{{$t := .Title}}{{if $t}}{{$t}}{{else}}none{{end}}{{end}}`, "use `go` @admin {{< x >}} ::set-output::"},
		{`{{define "x"}}{{.}}{{end}}{{template "x" (index .Hot.Topics 0).Title}}`, "use `go` @admin {{< x >}} ::set-output::"},
		{`{{printf "%02d" .Number}} {{pad 3 .Number}} {{.Title}}`, "01 001 Example Weekly"},
	}
	for _, tt := range tests {
		tmpl, err := ParseText("test", tt.text, "en")
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got, err := tmpl.Execute(e); err != nil || got != tt.want {
			t.Errorf("%s gives %q, %v, want %q", tt.text, got, err, tt.want)
		}
	}
}

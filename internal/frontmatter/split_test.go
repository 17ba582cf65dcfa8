package frontmatter

import "testing"

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name, page string
		want       Head
	}{
		{"YAML", "---\na: 1\n---\nbody\n", Head{"---", true, "a: 1\n", 4, 13}},
		{"ended by dots", "---\na: 1\n...\nbody\n", Head{"---", true, "a: 1\n", 4, 13}},
		{"TOML", "+++\na = 1\n+++\nbody\n", Head{"+++", true, "a = 1\n", 4, 14}},
		{"dots do not end TOML", "+++\n...\n+++\n", Head{"+++", true, "...\n", 4, 12}},
		{"dashes do not end TOML", "+++\n---\n", Head{Fence: "+++"}},
		{"Windows line ends", "---\r\na: 1\r\n---\r\nbody\r\n", Head{"---", true, "a: 1\r\n", 5, 16}},
		{"blanks after the fences", "--- \na: 1\n---\t\nbody", Head{"---", true, "a: 1\n", 5, 15}},
		{"no line break at the end", "---\na: 1\n---", Head{"---", true, "a: 1\n", 4, 12}},
		{"empty", "---\n---\n", Head{"---", true, "", 4, 8}},
		{"longer lines of dashes do not end it", "---\na: 1\n----\n", Head{Fence: "---"}},
		{"an indented fence does not end it", "---\na: |\n  ---\n---\n", Head{"---", true, "a: |\n  ---\n", 4, 19}},
		{"not closed", "---\na: 1\n", Head{Fence: "---"}},
		{"a fence alone", "---", Head{Fence: "---"}},
		{"none", "# Title\n---\n", Head{}},
		{"an empty page", "", Head{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Split(tt.page)
			if got != tt.want {
				t.Errorf("Split(%q) = %+v, want %+v", tt.page, got, tt.want)
			}
			if got.Closed && tt.page[got.Start:got.Start+len(got.Text)] != got.Text {
				t.Errorf("Start and Text disagree: %+v", got)
			}
		})
	}
}

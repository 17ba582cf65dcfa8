package markdown

import "testing"

func TestTable(t *testing.T) {
	head, rows := []string{"A", "B"}, [][]string{{"1", "2"}, {"3", "4"}}
	for _, tt := range []struct {
		rows  [][]string
		limit int
		want  string
	}{
		{nil, 5, ""},
		{rows, 2, "| A | B |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"},
		{rows, 1, "| A | B |\n| --- | --- |\n| 1 | 2 |\n\n… and 1 more"},
	} {
		if got := Table(head, tt.rows, tt.limit); got != tt.want {
			t.Errorf("Table of %d rows, limit %d:\n%s\nwant\n%s", len(tt.rows), tt.limit, got, tt.want)
		}
	}
}

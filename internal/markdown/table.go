package markdown

import (
	"fmt"
	"slices"
	"strings"
)

// Table returns a Markdown table, without a line break at its end. The cells are encoded
// already. It shows at most limit rows and counts the others below the table; without
// rows it is empty.
func Table(head []string, rows [][]string, limit int) string {
	if len(rows) == 0 {
		return ""
	}
	line := func(cells []string) string { return "| " + strings.Join(cells, " | ") + " |" }
	lines := []string{line(head), line(slices.Repeat([]string{"---"}, len(head)))}
	for _, cells := range rows[:min(limit, len(rows))] {
		lines = append(lines, line(cells))
	}
	if more := len(rows) - limit; more > 0 {
		lines = append(lines, "", fmt.Sprintf("… and %d more", more))
	}
	return strings.Join(lines, "\n")
}

package archtest

import (
	"slices"
	"testing"
)

const yaml = "github.com/goccy/go-yaml"

// unreachable lists what the heart of the project must not even reach through others.
var unreachable = []string{
	"net/http", "os/exec", "os/signal",
	yaml, "github.com/google/go-github/v57", "github.com/shurcooL", "github.com/robfig/cron/v3",
}

func TestDigestReachesNoNetworkNoYAMLNoGitHubAndNoSchedule(t *testing.T) {
	all, err := list()
	if err != nil {
		t.Fatal(err)
	}
	imports := make(map[string][]string)
	for _, p := range all {
		imports[p.ImportPath] = p.Imports
	}
	for _, start := range []string{"digest", "internal/markdown", "internal/merge", "internal/output"} {
		way := map[string]string{module + start: ""} // package → who imports it
		queue := []string{module + start}
		for len(queue) > 0 {
			p := queue[0]
			queue = queue[1:]
			if slices.ContainsFunc(unreachable, func(path string) bool {
				return below(path, p) && !(start == "internal/merge" && path == yaml) // by way of internal/frontmatter
			}) {
				t.Errorf("%s reaches %s through %s", start, p, way[p])
				continue
			}
			for _, next := range imports[p] {
				if _, seen := way[next]; !seen {
					way[next] = p
					queue = append(queue, next)
				}
			}
		}
		if len(way) < 5 {
			t.Errorf("%s reaches %d packages only: is it there?", start, len(way))
		}
	}
}

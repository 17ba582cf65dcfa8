//go:build integration

package feed

import "testing"

func TestAllHostileDocumentsAreBounded(t *testing.T) {
	for name := range attacks {
		t.Run(name, func(t *testing.T) { checkBounds(t, name) })
	}
}

//go:build acceptance

package acceptance

import (
	"os"
	"testing"

	"github.com/community-digest/digest/digest"
)

func readSnapshot(t testing.TB, name string) digest.Snapshot {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := digest.DecodeSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

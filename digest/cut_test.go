package digest

import (
	"reflect"
	"strings"
	"testing"
)

func FuzzDecodeParts(f *testing.F) {
	const head = `{"version":1,"period":{"from":"2024-06-17","to":"2024-06-23","timezone":"UTC"}`
	entry := func(id string) string {
		return `{"id":"` + id + `","section":"hot","title":"[\"x\\","published_at":"2024-06-17T00:00:00Z"}`
	}
	for _, s := range []string{
		head + "}", head + `,"entries":[]}`, head + `,"entries":[` + entry("1") + "," + entry("2") + `],"releases":[]}`,
		head + `,"entries":[` + entry("1") + `,]}`, head + `,"entries":[,` + entry("1") + `]}`, head + `,"entries":[null,null]}`,
		head + `,"entries":[` + entry("1") + `],"entries":null}`, head + `,"entries":[` + entry("1") + `],"Entries":[` + entry("2") + `]}`,
		head + `,"entries":[` + entry("1") + `]}{"entries":[` + entry("2") + `]}`, head + `,"entries":[{]},{[}]}`,
		head + `,"receipts":[{"kind":"feeds","source":"a","repos":["a/b","c/d"]},{"kind":"feeds"}]}`,
		head + `,"entri\u0065s":[` + entry("1") + `]}`, `[[1]]`, `{[1]}`, `{"a":["`, `"\"`, "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data string) {
		parts, ok := decodeParts([]byte(data), 1)
		if !ok {
			return // then the whole is decoded
		}
		whole, err := decode([]byte(data))
		if err != nil {
			t.Fatalf("the parts can be read, the whole cannot: %v", err)
		}
		if whole.Findings = Merge(whole.Findings); !reflect.DeepEqual(parts, whole) {
			t.Errorf("the parts are %+v, the whole is %+v", parts, whole)
		}
	})
}

func TestAnOrdinarySnapshotIsReadInParts(t *testing.T) {
	want := Snapshot{Version: SnapshotVersion, Period: Sample().Period, Findings: Merge()}
	for i := range 10 {
		want.Entries = append(want.Entries, Entry{Item: Item{ID: ID(strings.Repeat("x", i+1))}})
	}
	data, err := EncodeSnapshot(want)
	if err != nil {
		t.Fatal(err)
	}
	_, lists, ok := cut(data, 300)
	if !ok || len(lists) < 3 || len(lists) >= 10 {
		t.Errorf("%d stretches, %v", len(lists), ok)
	}
	if got, ok := decodeParts(data, 300); !ok || !reflect.DeepEqual(got.Entries, want.Entries) {
		t.Errorf("got %+v, %v", got, ok)
	}
}

package httpcache

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func openAt(t *testing.T, dir string, now time.Time) *Cache {
	t.Helper()
	c, err := Open(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.root.Close() })
	return c
}

func request(t *testing.T, address string, headers ...string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	return req
}

func keyOf(t *testing.T, path string) Key {
	t.Helper()
	return NewKey("secret", request(t, "https://api.example.com/"+path))
}

func entry(body string) Entry {
	return Entry{Header: http.Header{"Etag": {`"1"`}, "Link": {`<https://api.example.com/?page=2>; rel="next"`}}, Body: []byte(body)}
}

// present tells which of the numbered entries there are.
func present(t *testing.T, c *Cache, n int) string {
	t.Helper()
	var b strings.Builder
	for i := range n {
		if _, err := c.root.Lstat(keyOf(t, fmt.Sprint(i)).name); err == nil {
			fmt.Fprint(&b, i)
		}
	}
	return b.String()
}

// age makes a file look last used some time ago.
func age(t *testing.T, c *Cache, name string, when time.Time) {
	t.Helper()
	if err := c.root.Chtimes(name, when, when); err != nil {
		t.Fatal(err)
	}
}

func TestAnEntryComesBackAsItWasInTheNextRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "digest")
	want := entry(strings.Repeat(`[{"id":1}]`, 1000))
	openAt(t, dir, time.Now()).Put(keyOf(t, "x"), want)
	c := openAt(t, dir, time.Now())
	got, ok := c.Get(keyOf(t, "x"))
	if !ok {
		t.Fatal("it is not there")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	c.Delete(keyOf(t, "x"))
	if _, ok := c.Get(keyOf(t, "x")); ok {
		t.Error("it is still there after Delete")
	}
	if err := c.Close(); err != nil {
		t.Errorf("Close says %v", err)
	}
}

func TestNobodyElseReadsTheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache", "digest")
	c := openAt(t, dir, time.Now())
	c.Put(keyOf(t, "x"), entry("text that nobody else may see"))
	for _, name := range []string{dir, filepath.Dir(dir)} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v; want 0700", name, info.Mode(), err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	name := filepath.Join(dir, files[0].Name())
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; want 0600", info.Mode(), err)
	}
	if data, err := os.ReadFile(name); err != nil || strings.Contains(string(data), "nobody") {
		t.Errorf("the text can be read in the file: %v", err)
	}
}

func TestAFolderThatWasOpenToOthersIsClosed(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	openAt(t, dir, time.Now())
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v; want 0700", info.Mode(), err)
	}
}

func TestAFolderThatCannotBeMadeIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(file, "digest"), time.Now()); err == nil || !strings.Contains(err.Error(), "open cache") {
		t.Errorf("error %v", err)
	}
}

func TestOddEntriesAreThrownAwayAndToldOnce(t *testing.T) {
	cut := func(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:n] } }
	for name, spoil := range map[string]func([]byte) []byte{
		"empty":            cut(0),
		"of the head only": cut(len(magic)),
		"cut in the seal":  cut(len(magic) + 5),
		"cut":              func(b []byte) []byte { return b[:len(b)-1] },
		"longer":           func(b []byte) []byte { return append(b, 0) },
		"changed":          func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"another version":  func(b []byte) []byte { return append([]byte("digest-httpcache 2\n"), b[len(magic):]...) },
		"not ours":         func([]byte) []byte { return []byte("hello") },
		"huge":             func([]byte) []byte { return make([]byte, maxFile+1) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, k := t.TempDir(), keyOf(t, "x")
			c := openAt(t, dir, time.Now())
			c.Put(k, entry("body"))
			file := filepath.Join(dir, k.name)
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, spoil(data), 0o600); err != nil {
				t.Fatal(err)
			}
			if e, ok := c.Get(k); ok {
				t.Errorf("it was read: %q", e.Body)
			}
			if _, err := os.Lstat(file); !os.IsNotExist(err) {
				t.Errorf("the file is still there: %v", err)
			}
			c.Put(k, entry("new"))
			if e, ok := c.Get(k); !ok || string(e.Body) != "new" {
				t.Errorf("a new entry in its place: %q, %v", e.Body, ok)
			}
			if err := c.Close(); err == nil || !strings.Contains(err.Error(), "thrown away") {
				t.Errorf("Close says %v", err)
			}
		})
	}
}

func TestAnEntryUnderAnotherNameIsNotRead(t *testing.T) {
	c := openAt(t, t.TempDir(), time.Now())
	one, two := keyOf(t, "1"), keyOf(t, "2")
	c.Put(one, entry("of one"))
	if err := c.root.Rename(one.name, two.name); err != nil {
		t.Fatal(err)
	}
	if e, ok := c.Get(two); ok {
		t.Errorf("it was read: %q", e.Body)
	}
}

func TestALinkIsNotFollowed(t *testing.T) {
	for _, to := range []string{"beside", filepath.Join(t.TempDir(), "outside")} {
		dir := t.TempDir()
		c, k := openAt(t, dir, time.Now()), keyOf(t, "x")
		c.Put(k, entry("body"))
		target := to
		if !filepath.IsAbs(to) {
			target = filepath.Join(dir, to)
		}
		if err := os.Rename(filepath.Join(dir, k.name), target); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, filepath.Join(dir, k.name)); err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Get(k); ok {
			t.Errorf("the link to %s was followed", to)
		}
		if _, err := os.Stat(target); err != nil {
			t.Errorf("what the link was to is gone: %v", err)
		}
	}
}

func TestTheFolderMayBeDeletedAtAnyMoment(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "digest")
	c := openAt(t, dir, time.Now())
	c.Put(keyOf(t, "1"), entry("body"))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Get(keyOf(t, "1")); ok {
		t.Error("what is gone was read")
	}
	c.Put(keyOf(t, "2"), entry("body"))
	c.Delete(keyOf(t, "1"))
	if err := c.Close(); err != nil {
		t.Errorf("Close says %v", err)
	}
	openAt(t, dir, time.Now()).Put(keyOf(t, "1"), entry("body"))
	if _, err := os.Stat(filepath.Join(dir, keyOf(t, "1").name)); err != nil {
		t.Errorf("the next run: %v", err)
	}
}

func TestAFolderThatCannotBeWrittenIsToldOnceAndReadOn(t *testing.T) {
	dir := t.TempDir()
	c := openAt(t, dir, time.Now())
	c.Put(keyOf(t, "1"), entry("body"))
	// A folder in the place of an entry stops everybody, whatever their rights.
	if err := os.MkdirAll(filepath.Join(dir, keyOf(t, "2").name, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.Put(keyOf(t, "2"), entry("body"))
	c.Put(keyOf(t, "3"), entry("body"))
	if _, ok := c.Get(keyOf(t, "3")); ok {
		t.Error("something more was written")
	}
	if _, ok := c.Get(keyOf(t, "1")); !ok {
		t.Error("what was there is not read any more")
	}
	if err := c.Close(); err == nil || !strings.Contains(err.Error(), "nothing more kept") {
		t.Errorf("Close says %v", err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, tempPrefix+"*")); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestAReadOnlyFolderIsNoErrorOfTheRun(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("nothing is read-only to root")
	}
	dir := t.TempDir()
	c := openAt(t, dir, time.Now())
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	c.Put(keyOf(t, "1"), entry("body"))
	if err := c.Close(); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("Close says %v", err)
	}
}

func TestEntriesThatWereNotUsedForThirtyDaysAreRemoved(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	c := openAt(t, dir, now)
	for i, old := range []time.Duration{maxAge + time.Hour, maxAge - time.Hour, 0} {
		k := keyOf(t, fmt.Sprint(i))
		c.Put(k, entry("body"))
		age(t, c, k.name, now.Add(-old))
	}
	if got := present(t, openAt(t, dir, now), 3); got != "12" {
		t.Errorf("left: %s, want 12", got)
	}
}

func TestTheLeastRecentlyUsedMakeRoom(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	c := openAt(t, dir, now)
	for i := range 8 {
		k := keyOf(t, fmt.Sprint(i))
		c.Put(k, entry("body"))
		age(t, c, k.name, now.Add(time.Duration(i-100)*time.Minute))
	}
	c.Get(keyOf(t, "0")) // used now
	one := c.size / 8
	c.max = 8 * one
	c.Put(keyOf(t, "8"), entry("body"))
	if got := present(t, c, 9); got != "045678" { // three quarters of eight
		t.Errorf("left: %s, want 045678", got)
	}
	if c.size > c.max {
		t.Errorf("counted %d bytes, more than %d", c.size, c.max)
	}
}

func TestOnlyWhatThisPackageWroteIsRemoved(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	name := strings.Repeat("a", nameLen)
	for _, name := range []string{"notes.txt", name[:10], "Z" + name[1:], tempPrefix + "OLD", tempPrefix + "NEW", name} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		when := now.Add(-2 * maxAge)
		if strings.HasSuffix(name, "NEW") {
			when = now.Add(-time.Minute) // another process writes it
		}
		if err := os.Chtimes(filepath.Join(dir, name), when, when); err != nil {
			t.Fatal(err)
		}
	}
	openAt(t, dir, now)
	var got []string
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		got = append(got, f.Name())
	}
	if diff := cmp.Diff([]string{tempPrefix + "NEW", "Z" + name[1:], name[:10], "notes.txt"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestABodyThatIsTooLargeIsNotKept(t *testing.T) {
	c := openAt(t, t.TempDir(), time.Now())
	for i, size := range []int{maxEntry, maxEntry + 1} {
		body := make([]byte, size)
		for j := range body {
			body[j] = byte(j * j >> 7) // what compresses badly must fit as well
		}
		k := keyOf(t, fmt.Sprint(i))
		c.Put(k, entry(string(body)))
		if e, ok := c.Get(k); ok != (size == maxEntry) || ok && len(e.Body) != size {
			t.Errorf("%d bytes: kept %v, %d bytes", size, ok, len(e.Body))
		}
	}
	if err := c.Close(); err != nil {
		t.Errorf("Close says %v", err)
	}
}

func TestNoCacheHoldsNothing(t *testing.T) {
	var c *Cache
	c.Put(keyOf(t, "x"), entry("body"))
	if _, ok := c.Get(keyOf(t, "x")); ok {
		t.Error("something was there")
	}
	c.Delete(keyOf(t, "x"))
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// Two caches on one folder stand for two processes.
func TestManyWritersAndAnImpatientSweeperLeaveWholeEntries(t *testing.T) {
	dir := t.TempDir()
	caches := []*Cache{openAt(t, dir, time.Now()), openAt(t, dir, time.Now())}
	for _, c := range caches {
		c.max = 20 << 10
	}
	bodies := make([]string, 8)
	for i := range bodies {
		bodies[i] = fmt.Sprint(i, strings.Repeat(string(rune('a'+i)), 1000*i), time.Now().UnixNano())
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			c := caches[w%2]
			for i := range 60 {
				n := (i*7 + w) % len(bodies)
				k := keyOf(t, fmt.Sprint(n))
				switch i % 5 {
				case 0, 1:
					c.Put(k, entry(bodies[n]))
				case 2:
					if i%20 == 2 {
						c.Delete(k)
					}
				default:
					if e, ok := c.Get(k); ok && string(e.Body) != bodies[n] {
						t.Errorf("entry %d holds %.20q", n, e.Body)
					}
				}
			}
		})
	}
	wg.Wait()
	for _, c := range caches {
		if err := c.Close(); err != nil {
			t.Errorf("Close says %v", err)
		}
	}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if strings.HasPrefix(name, tempPrefix) {
			t.Errorf("left behind: %s", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func BenchmarkOpenWithFiveThousandEntries(b *testing.B) {
	dir := b.TempDir()
	for i := range 5000 {
		name := fmt.Sprintf("%0*x", nameLen, i)
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		c, err := Open(dir, time.Now())
		if err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}

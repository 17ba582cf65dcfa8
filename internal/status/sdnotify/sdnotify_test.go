package sdnotify

import (
	"fmt"
	"net"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// listening is a socket as systemd has one.
func listening(t *testing.T, name string) *net.UnixConn {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func received(t *testing.T, conn *net.UnixConn) string {
	t.Helper()
	buf := make([]byte, 4096)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

func sockets(t *testing.T) []string {
	names := []string{filepath.Join(t.TempDir(), "notify")}
	if runtime.GOOS == "linux" {
		names = append(names, fmt.Sprintf("@digest-test-%d", time.Now().UnixNano()))
	}
	return names
}

func TestNotifyReachesTheSocket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no datagram sockets")
	}
	for _, socket := range sockets(t) {
		conn := listening(t, socket)
		for _, say := range [][]string{{Ready}, {Stopping}, {Alive}, {Ready, Status("3 digests\nREADY=0")}} {
			if err := Notify(socket, say...); err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(strings.Join(say, "\n"), "\nREADY=0", " READY=0")
			if got := received(t, conn); got != want {
				t.Errorf("%s: got %q, want %q", socket, got, want)
			}
		}
	}
}

func TestWithoutSystemdNothingIsSent(t *testing.T) {
	if err := Notify("", Ready); err != nil {
		t.Error(err)
	}
	if err := Notify("@no-listener-here"); err != nil {
		t.Error(err)
	}
}

func TestNotifySaysWhatIsWrong(t *testing.T) {
	for _, socket := range []string{"relative", "vsock:2:1234", filepath.Join(t.TempDir(), "missing"), "/" + strings.Repeat("long", 100)} {
		err := Notify(socket, Ready)
		if err == nil || !strings.HasPrefix(err.Error(), "notify systemd: ") {
			t.Errorf("%.20s: %v", socket, err)
		}
		if named := strings.HasPrefix(socket, "/"); err != nil && !named && !strings.HasSuffix(err.Error(), "want a path or @name") {
			t.Errorf("%s: %v", socket, err)
		}
	}
}

func TestAServiceIsNotHeldUp(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("how many datagrams wait is a matter of the system")
	}
	socket := filepath.Join(t.TempDir(), "notify")
	listening(t, socket) // and does not read
	start := time.Now()
	for range 10_000 {
		if Notify(socket, Alive) != nil {
			break
		}
	}
	if d := time.Since(start); d > 5*sendTime {
		t.Errorf("took %s", d)
	}
}

func TestReloadingTellsTheMonotonicTime(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("systemd runs on Linux only")
	}
	usec := func() int64 {
		say, err := Reloading()
		if err != nil {
			t.Fatal(err)
		}
		first, second, _ := strings.Cut(say, "\n")
		text, ok := strings.CutPrefix(second, "MONOTONIC_USEC=")
		n, err := strconv.ParseInt(text, 10, 64)
		if first != "RELOADING=1" || !ok || err != nil {
			t.Fatalf("got %q", say)
		}
		return n
	}
	before := usec()
	time.Sleep(2 * time.Millisecond)
	after := usec()
	if before <= 0 || after-before < 2000 {
		t.Errorf("%d, and two milliseconds later %d", before, after)
	}
}

func TestInterval(t *testing.T) {
	for _, tt := range []struct {
		usec, watched string
		want          time.Duration
	}{
		{"", "", 0},
		{"30000000", "", 15 * time.Second},
		{"30000000", "42", 15 * time.Second},
		{"30000000", "43", 0}, // meant for another process
		{"0", "", 0},
		{"-1", "", 0},
		{"soon", "", 0},
		{"9223372036854775807", "", 0},
	} {
		if got := Interval(tt.usec, tt.watched, 42); got != tt.want {
			t.Errorf("%q %q: got %s, want %s", tt.usec, tt.watched, got, tt.want)
		}
	}
}

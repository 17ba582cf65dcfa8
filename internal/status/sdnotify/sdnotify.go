// Package sdnotify notifies systemd of the state of a service, by the protocol of sd_notify(3):
// https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html. Without systemd
// it does nothing.
package sdnotify

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// What a service may say. A reload begins with [Reloading] and ends with Ready.
const (
	Ready    = "READY=1"
	Stopping = "STOPPING=1"
	Alive    = "WATCHDOG=1" // to be said within WATCHDOG_USEC, again and again
)

// sendTime is how long systemd may take to read; it must not hold up the service.
const sendTime = time.Second

// Notify sends what a service says to the socket that the environment variable
// NOTIFY_SOCKET names: a path, or after "@" a name in no directory. Without a socket nothing
// is sent.
func Notify(socket string, say ...string) error {
	if socket == "" || len(say) == 0 {
		return nil
	}
	if socket[0] != '/' && socket[0] != '@' {
		return fmt.Errorf("notify systemd: NOTIFY_SOCKET is %q: want a path or @name", socket)
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Net: "unixgram", Name: socket})
	if err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(sendTime)); err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	if _, err := conn.Write([]byte(strings.Join(say, "\n"))); err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	return nil
}

// Status is a line for people, which systemctl status shows.
func Status(text string) string {
	return "STATUS=" + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' ' // a line break would begin a statement of its own
		}
		return r
	}, text)
}

// Reloading says that the service reloads its configuration, with the time that a unit of
// Type=notify-reload needs to distinguish this reload from an earlier one.
func Reloading() (string, error) {
	now, err := monotonic()
	if err != nil {
		return "", fmt.Errorf("read the monotonic clock: %w", err)
	}
	return "RELOADING=1\nMONOTONIC_USEC=" + strconv.FormatInt(now.Microseconds(), 10), nil
}

// Interval returns how often to say Alive, half of what systemd waits for it, from the
// environment variables WATCHDOG_USEC and WATCHDOG_PID and the process's own number. It is 0
// where no watchdog is set up for this process.
func Interval(usec, watched string, pid int) time.Duration {
	if watched != "" && watched != strconv.Itoa(pid) {
		return 0
	}
	n, err := strconv.ParseInt(usec, 10, 64)
	if err != nil || n <= 0 || n > int64(365*24*time.Hour/time.Microsecond) {
		return 0
	}
	return time.Duration(n) * time.Microsecond / 2
}

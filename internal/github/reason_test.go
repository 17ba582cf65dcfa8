package github

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"
)

func TestReasonsNameNothingOfThisMachine(t *testing.T) {
	dial := func(err error) error {
		return &url.Error{Op: "Get", URL: "https://example.org/?key=secret", Err: &net.OpError{
			Op: "dial", Net: "tcp", Source: &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 4}, Addr: &net.TCPAddr{IP: net.IPv4(10, 4, 5, 6), Port: 443}, Err: err,
		}}
	}
	tests := []struct {
		err  error
		want string
	}{
		{dial(&net.DNSError{Err: "no such host", Name: "example.org", Server: "10.0.0.1:53", IsNotFound: true}), "the host example.org is unknown"},
		{dial(&net.DNSError{Err: "server misbehaving", Name: "example.org", Server: "10.0.0.1:53"}), "the host example.org could not be looked up"},
		{dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), "the connection was refused"},
		{dial(os.NewSyscallError("read", syscall.ECONNRESET)), "the connection was broken off"},
		{dial(os.NewSyscallError("connect", syscall.ENETUNREACH)), "the network cannot be reached"},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), "the answer was cut short"},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), "it took too long"},
		{&url.Error{Op: "Get", URL: "https://example.org/?key=secret", Err: errors.New("stopped after 5 redirects")}, "stopped after 5 redirects"},
		{errors.New("something\x1b[2J else"), "something[2J else"},
	}
	for _, tt := range tests {
		if got := Reason(tt.err); got != tt.want {
			t.Errorf("Reason(%v) = %q, want %q", tt.err, got, tt.want)
		}
	}
}

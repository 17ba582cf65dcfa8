package github

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
)

// Reason says in a few words why the network failed, without what an error of package net
// quotes of this machine (its addresses, its name server): a draft repeats it in public,
// and two failing runs should say the same.
func Reason(err error) string {
	var (
		dns  *net.DNSError
		addr *url.Error
	)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the host " + clean(dns.Name) + " is unknown"
	case errors.As(err, &dns):
		return "the host " + clean(dns.Name) + " could not be looked up"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return "it took too long"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was broken off"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the answer was cut short"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "the network cannot be reached"
	case errors.As(err, &addr):
		return clean(addr.Err.Error()) // without the address, which the caller names
	}
	return clean(err.Error())
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

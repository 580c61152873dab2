// Package outbound reaches other people's servers, and nothing inside the house: a
// name that leads to a private address, a redirect or a proxy is no way in.
//
// It knows no family, and not what is asked of whom.
package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrAddress refuses an address that is not to be reached.
var ErrAddress = errors.New("address is not public on port 443, and webhook.allow does not name it")

// Check refuses an address, after its name was looked up, that is neither public on
// port 443 nor allowed. The error is [ErrAddress].
func Check(network, address string, allowed func(netip.AddrPort) bool) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return ErrAddress
	}
	if allowed(a) || (a.Port() == 443 && Public(a.Addr())) {
		return nil
	}
	return ErrAddress
}

// mostHeader is how much of the header of an answer is read, in bytes.
const mostHeader = 64 << 10

// Client returns an HTTP client that reaches public addresses on port 443, and what
// is allowed, directly, and follows nothing; it waits 10 s at most. Every connection
// is checked, whatever the name said.
func Client(allowed func(netip.AddrPort) bool) *http.Client {
	dialer := &net.Dialer{
		Timeout: 5 * time.Second,
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			return Check(network, address, allowed)
		},
	}
	return &http.Client{
		Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
		Transport: &http.Transport{
			Proxy:                  nil,
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  10 * time.Second,
			MaxResponseHeaderBytes: mostHeader,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        30 * time.Second,
			DisableCompression:     true,
		},
	}
}

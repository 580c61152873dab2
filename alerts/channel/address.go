package channel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"
)

// allowList is what the operator lets webhooks reach beside public addresses.
type allowList []netip.AddrPort

func parseAllow(texts []string) (allowList, error) {
	var all allowList
	var faults []error
	for i, text := range texts {
		a, err := netip.ParseAddrPort(text)
		if err != nil || a.Port() == 0 {
			faults = append(faults, fmt.Errorf("allow[%d] %q: want IP:PORT", i, text))
			continue
		}
		all = append(all, a)
	}
	return all, errors.Join(faults...)
}

// ErrAddress refuses an address that webhooks must not reach.
var ErrAddress = errors.New("address is not public on port 443 and not in webhook.allow")

// target reads the URL of an endpoint: https on port 443, or an allowed IP:PORT
// by http or https. Whether a name leads to a public address is checked when it
// is dialled.
func (l allowList) target(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("url: cannot be read")
	}
	shown := u.Scheme + "://" + u.Host
	switch {
	case u.Host == "" || u.Opaque != "":
		return nil, fmt.Errorf("url %q: want https://…", shown)
	case u.User != nil:
		return nil, fmt.Errorf("url %q: a user name does not belong there", shown)
	case u.Fragment != "":
		return nil, fmt.Errorf("url %q: a fragment does not belong there", shown)
	}
	if a, err := netip.ParseAddrPort(u.Host); err == nil && l.has(a) && (u.Scheme == "http" || u.Scheme == "https") {
		return u, nil
	}
	if u.Scheme != "https" || (u.Port() != "" && u.Port() != "443") {
		return nil, fmt.Errorf("url %q: want https on port 443, or an address in allow", shown)
	}
	return u, nil
}

func (l allowList) has(a netip.AddrPort) bool {
	return slices.Contains(l, netip.AddrPortFrom(a.Addr().Unmap(), a.Port())) || slices.Contains(l, a)
}

// check refuses an address, after the name was looked up, that is neither public
// on port 443 nor allowed.
func (l allowList) check(network, address string) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return ErrAddress
	}
	if l.has(a) || (a.Port() == 443 && public(a.Addr())) {
		return nil
	}
	return ErrAddress
}

// client returns an HTTP client that reaches allowed addresses only, directly,
// and follows nothing. Every connection is checked, whatever the name said.
func (l allowList) client() *http.Client {
	dialer := &net.Dialer{
		Timeout: 5 * time.Second,
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			return l.check(network, address)
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
			MaxResponseHeaderBytes: maxAnswer,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        30 * time.Second,
			DisableCompression:     true,
		},
	}
}

// special are the blocks that no public host lives in.
//
// Source: IANA IPv4 and IPv6 Special-Purpose Address Registries.
var special = func() []netip.Prefix {
	var all []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
		"192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
	} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}()

// global is where public IPv6 addresses are handed out.
var global = netip.MustParsePrefix("2000::/3")

// public reports whether an address can belong to a host on the internet. An
// IPv4 address in IPv6 clothes is judged as what it is.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" || (a.Is6() && !global.Contains(a)) {
		return false
	}
	return !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}

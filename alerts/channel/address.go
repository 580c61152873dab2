package channel

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"

	"foyer/internal/outbound"
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
	return outbound.Check(network, address, l.has)
}

// client returns an HTTP client that reaches allowed addresses only, directly,
// and follows nothing. Every connection is checked, whatever the name said.
func (l allowList) client() *http.Client { return outbound.Client(l.has) }

package pages

import (
	"net/http"
	"testing"
)

// A proxy on this machine says from where it was asked; nobody else is believed, and of
// what the proxy was told the last word is its own.
func TestAGuessComesFromWhoMadeItAndNotFromTheProxy(t *testing.T) {
	for name, x := range map[string]struct {
		remote string
		said   []string
		plain  bool
		want   string
	}{
		"of the connection":            {"198.51.100.7:4000", nil, false, "198.51.100.7"},
		"a header from elsewhere":      {"198.51.100.7:4000", []string{"203.0.113.9"}, false, "198.51.100.7"},
		"through the proxy":            {"127.0.0.1:4000", []string{"203.0.113.9"}, false, "203.0.113.9"},
		"through the proxy, by IPv6":   {"[::1]:4000", []string{"2001:db8:1:2:3:4:5:6"}, false, "2001:db8:1:2::/64"},
		"and the proxy was lied to":    {"127.0.0.1:4000", []string{"192.0.2.1, 203.0.113.9"}, false, "203.0.113.9"},
		"in two headers":               {"127.0.0.1:4000", []string{"192.0.2.1", "203.0.113.9"}, false, "203.0.113.9"},
		"what does not read":           {"127.0.0.1:4000", []string{"203.0.113.9, somebody"}, false, "127.0.0.1"},
		"a proxy that says nothing":    {"127.0.0.1:4000", nil, false, "127.0.0.1"},
		"no HTTPS, and so no proxy":    {"127.0.0.1:4000", []string{"203.0.113.9"}, true, "127.0.0.1"},
		"an IPv4 address as IPv6":      {"[::ffff:127.0.0.1]:4000", []string{"::ffff:203.0.113.9"}, false, "203.0.113.9"},
		"a zone says nothing of where": {"[fe80::1%eth0]:4000", nil, false, "fe80::/64"},
	} {
		s := &Site{Options: Options{Plain: x.plain}}
		if got := s.address(&http.Request{RemoteAddr: x.remote, Header: http.Header{"X-Forwarded-For": x.said}}); got != x.want {
			t.Errorf("%s: %s, want %s", name, got, x.want)
		}
	}
}

package channel

import (
	"strings"
	"testing"
)

func TestOnlyPublicAddressesAreReached(t *testing.T) {
	for _, c := range []struct {
		address string
		want    bool
	}{
		{"93.184.216.34:443", true},
		{"[2606:2800:220:1:248:1893:25c8:1946]:443", true},
		{"[::ffff:93.184.216.34]:443", true},
		{"93.184.216.34:80", false},
		{"93.184.216.34:8443", false},
		{"127.0.0.1:443", false},
		{"127.255.255.254:443", false},
		{"0.0.0.0:443", false},
		{"10.1.2.3:443", false},
		{"100.64.0.1:443", false},
		{"169.254.169.254:443", false}, // metadata of clouds
		{"172.31.255.255:443", false},
		{"192.168.1.1:443", false},
		{"192.0.0.8:443", false},
		{"192.0.2.1:443", false},
		{"198.18.0.1:443", false},
		{"224.0.0.1:443", false},
		{"255.255.255.255:443", false},
		{"[::]:443", false},
		{"[::1]:443", false},
		{"[::ffff:127.0.0.1]:443", false},
		{"[::ffff:10.0.0.1]:443", false},
		{"[::127.0.0.1]:443", false},
		{"[64:ff9b::7f00:1]:443", false}, // NAT64 of 127.0.0.1
		{"[64:ff9b:1::1]:443", false},
		{"[2002:7f00:1::]:443", false}, // 6to4 of 127.0.0.1
		{"[2001::1]:443", false},       // Teredo
		{"[2001:db8::1]:443", false},
		{"[fc00::1]:443", false},
		{"[fd12:3456::1]:443", false},
		{"[fe80::1]:443", false},
		{"[fe80::1%eth0]:443", false},
		{"[2606:2800::1%eth0]:443", false},
		{"[fec0::1]:443", false},
		{"[ff02::1]:443", false},
		{"[100::1]:443", false},
		{"[3fff::1]:443", false},
		{"localhost:443", false},
		{"", false},
	} {
		if got := (allowList{}).check("tcp4", c.address) == nil; got != c.want {
			t.Errorf("%q is reached: %v", c.address, got)
		}
	}
	if (allowList{}).check("udp", "93.184.216.34:443") == nil {
		t.Error("over UDP")
	}
}

func TestTheOperatorAllowsOneAddressAndPort(t *testing.T) {
	l, err := parseAllow([]string{"127.0.0.1:9000", "[::1]:9000"})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"127.0.0.1:9000": true, "[::1]:9000": true, "[::ffff:127.0.0.1]:9000": true,
		"127.0.0.1:9001": false, "127.0.0.2:9000": false,
	} {
		if got := l.check("tcp4", address) == nil; got != want {
			t.Errorf("%s is reached: %v", address, got)
		}
	}
	for url, want := range map[string]bool{
		"http://127.0.0.1:9000/x":         true,
		"https://127.0.0.1:9000/x":        true,
		"https://example.org/hook":        true,
		"https://example.org:443/hook":    true,
		"http://example.org/hook":         false,
		"https://example.org:9000/hook":   false,
		"http://127.0.0.1:9001/x":         false,
		"http://localhost:9000/x":         false,
		"ftp://127.0.0.1:9000/x":          false,
		"https://user:pw@example.org/":    false,
		"https://example.org/#a":          false,
		"https:example.org":               false,
		"//example.org/hook":              false,
		"https://":                        false,
		"":                                false,
		"https://exa mple.org":            false,
		"http://[::ffff:127.0.0.1]:9000/": true,
	} {
		if _, err := l.target(url); (err == nil) != want {
			t.Errorf("%q is a target: %v", url, err)
		}
	}
	if _, err := parseAllow([]string{"127.0.0.1", "localhost:80", "127.0.0.1:0"}); err == nil || strings.Count(err.Error(), "want IP:PORT") != 3 {
		t.Error(err)
	}
}

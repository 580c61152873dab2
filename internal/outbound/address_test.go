package outbound

import (
	"net/netip"
	"testing"
)

// FuzzOnlyPublicAddressesAreReached checks that nothing the Go library calls
// private, loopback, local or multicast is ever public.
func FuzzOnlyPublicAddressesAreReached(f *testing.F) {
	for _, s := range []string{"127.0.0.1", "::ffff:127.0.0.1", "8.8.8.8", "fe80::1%a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return
		}
		u := a.Unmap()
		if Public(a) && (u.IsPrivate() || u.IsLoopback() || u.IsLinkLocalUnicast() || u.IsMulticast() || u.IsUnspecified() || !u.IsGlobalUnicast()) {
			t.Errorf("%s is public", s)
		}
	})
}

package pages

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// address says where a guess comes from: the connection's own address. Where pages are
// reached over HTTPS and the connection comes from this machine, a proxy speaks that, and
// everybody would be one place: there it is the address from which the proxy was asked, the
// last one of X-Forwarded-For. From elsewhere no header is believed. Of IPv6 it is the /64,
// which is one subscriber.
func (s *Site) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if said := r.Header.Values("X-Forwarded-For"); !s.Plain && ip.Unmap().IsLoopback() && len(said) > 0 {
		last := said[len(said)-1]
		if asked, err := netip.ParseAddr(strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])); err == nil {
			ip = asked
		}
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		return netip.PrefixFrom(ip, 64).Masked().String()
	}
	return ip.String()
}

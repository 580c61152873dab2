package pages

import (
	"net"
	"net/http"
	"net/netip"
)

// address says where a guess comes from: the connection's own address, never what
// a header says. Of IPv6 it is the /64, which is one subscriber.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		return netip.PrefixFrom(ip, 64).Masked().String()
	}
	return ip.String()
}

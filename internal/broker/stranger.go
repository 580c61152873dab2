package broker

import (
	"net"
	"net/netip"
	"time"
)

const (
	signIn           = 5 * time.Second // a socket has to say who it is
	strangers        = 256             // sockets that have not
	strangersOfOne   = 64              // of them, from one address: a household's, or a flood's
	bitsOfIPv6Client = 64              // of an address that one client has for itself
)

// A stranger is a socket that has not yet said who it is.
type stranger struct {
	from  netip.Prefix
	since uint64 // its number in order of arrival
}

// A lobby holds the strangers. When it is full the one that has waited longest is
// shown out: a gateway signs in at once, and a flood of silent sockets only ever
// displaces itself. Its zero value is empty. Its listener's mutex guards it.
type lobby struct {
	all  map[net.Conn]stranger
	of   map[netip.Prefix]int
	last uint64
}

// enter takes a stranger in and returns the one to show out for it, nil for nobody.
func (l *lobby) enter(conn net.Conn) (out net.Conn) {
	from := clientOf(conn.RemoteAddr())
	switch {
	case l.of[from] >= strangersOfOne:
		out = l.oldest(func(s stranger) bool { return s.from == from })
	case len(l.all) >= strangers:
		out = l.oldest(func(stranger) bool { return true })
	}
	if out != nil {
		l.leave(out)
	}
	if l.all == nil {
		l.all, l.of = map[net.Conn]stranger{}, map[netip.Prefix]int{}
	}
	l.last++
	l.all[conn] = stranger{from, l.last}
	l.of[from]++
	return out
}

// leave forgets a stranger that is none any more, or is gone.
func (l *lobby) leave(conn net.Conn) {
	s, ok := l.all[conn]
	if !ok {
		return
	}
	delete(l.all, conn)
	if l.of[s.from]--; l.of[s.from] == 0 {
		delete(l.of, s.from)
	}
}

func (l *lobby) oldest(among func(stranger) bool) (oldest net.Conn) {
	first := l.last + 1
	for conn, s := range l.all {
		if among(s) && s.since < first {
			oldest, first = conn, s.since
		}
	}
	return oldest
}

// clientOf returns what of an address is one client's.
func clientOf(a net.Addr) netip.Prefix {
	p, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Prefix{}
	}
	ip, bits := p.Addr().Unmap().WithZone(""), 32
	if ip.Is6() {
		bits = bitsOfIPv6Client
	}
	return netip.PrefixFrom(ip, bits).Masked()
}

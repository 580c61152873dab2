package testserver

import (
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Ports that servers are given lie below those that systems take for outgoing
// connections (from 32768 on Linux, from 49152 elsewhere). While a server is down,
// such a connection could take its port, and who keeps dialling a port that nobody
// listens on can even be connected with itself.
const (
	firstPort = 15_000
	lastPort  = 32_000
)

// given are the ports that this process handed out.
var given sync.Map

// FreePort returns a port nobody listens on at the moment, each one once.
func FreePort(t TB) int {
	t.Helper()
	for range 1_000 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			continue
		}
		_ = l.Close()
		if _, taken := given.LoadOrStore(port, true); !taken {
			return port
		}
	}
	t.Fatal("no free port between " + strconv.Itoa(firstPort) + " and " + strconv.Itoa(lastPort))
	return 0
}

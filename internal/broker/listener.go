package broker

import (
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
)

// A listener hands sockets to mochi and outlives what its own listeners do not:
// an error of Accept, a flood of sockets, a panic.
type listener struct {
	socket  net.Listener
	wall    func() time.Time
	log     *slog.Logger
	metrics *metrics
	gone    func(net.Conn) // called when a connection has ended

	serving sync.WaitGroup
	quit    chan struct{}

	mu     sync.Mutex
	conns  map[net.Conn]bool
	lobby  lobby
	closed bool
}

func newListener(socket net.Listener, wall func() time.Time, log *slog.Logger, m *metrics, gone func(net.Conn)) *listener {
	return &listener{
		socket: socket, wall: wall, log: log, metrics: m, gone: gone,
		quit: make(chan struct{}), conns: map[net.Conn]bool{},
	}
}

// The names by which mochi knows a listener.
func (l *listener) Init(*slog.Logger) error { return nil }
func (l *listener) ID() string              { return "foyer" }
func (l *listener) Address() string         { return l.socket.Addr().String() }
func (l *listener) Protocol() string        { return "tcp" }

// Serve accepts sockets until Close. An error of Accept, such as too many open
// files, makes it pause and go on.
func (l *listener) Serve(establish listeners.EstablishFn) {
	var pause time.Duration
	for {
		conn, err := l.socket.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			l.metrics.acceptErrors.Inc()
			if pause == 0 {
				l.log.Warn("cannot accept a connection, trying again", "err", err)
			}
			pause = min(max(2*pause, 5*time.Millisecond), maxPause)
			if !l.wait(pause) {
				return
			}
			continue
		}
		pause = 0
		if !l.admit(conn) {
			_ = conn.Close()
			continue
		}
		go l.serve(establish, conn)
	}
}

// wait reports false when the listener was closed meanwhile.
func (l *listener) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.quit:
		return false
	}
}

// admit takes a socket in as a stranger.
func (l *listener) admit(conn net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || conn.SetDeadline(l.wall().Add(signIn)) != nil {
		return false
	}
	if out := l.lobby.enter(conn); out != nil {
		l.metrics.turnedAway.Inc()
		_ = out.Close()
	}
	l.conns[conn] = true
	l.serving.Add(1)
	return true
}

// welcome says that a connection is no stranger's any more.
func (l *listener) welcome(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lobby.leave(conn)
}

// serve runs one connection. A panic in the protocol ends that connection alone.
func (l *listener) serve(establish listeners.EstablishFn, conn net.Conn) {
	defer l.serving.Done()
	defer func() {
		if p := recover(); p != nil {
			l.metrics.panics.Inc()
			l.log.Error("a connection ended in a panic")
		}
		_ = conn.Close()
		l.gone(conn)
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.conns, conn)
		l.lobby.leave(conn)
	}()
	// Why else a client left is its own affair.
	if err := establish(l.ID(), conn); errors.Is(err, packets.ErrPacketTooLarge) {
		l.metrics.publishes[oversize].Inc()
		l.log.Warn("a packet was longer than max_packet_bytes, connection closed")
	}
}

// Close stops accepting, closes every connection and waits for their ends. mochi's
// own way would send MQTT 3.1.1 clients a packet that they do not know.
func (l *listener) Close(listeners.CloseFn) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.closed = true
	close(l.quit)
	_ = l.socket.Close()
	for conn := range l.conns {
		_ = conn.Close()
	}
	l.mu.Unlock()
	l.serving.Wait()
}

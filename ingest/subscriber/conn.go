package subscriber

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

const (
	dialFor   = 10 * time.Second
	writeFor  = 10 * time.Second // a broker that takes nothing for so long is gone
	lingerFor = 2 * time.Second
	quiesce   = uint(lingerFor / time.Millisecond)
)

// A link is a connection that says its last words.
//
// Closed at once, with something of the broker's unread, a connection throws away
// the acknowledgements that are still on their way. So Close ends writing, and the
// connection is closed when the broker has closed its end or 2 s have passed.
type link struct {
	net.Conn
	wall func() time.Time

	once sync.Once
	down chan struct{} // closed with the connection
	ends sync.Once
}

// dial connects to the broker, with TLS when security is given.
func dial(ctx context.Context, address string, security *tls.Config, wall func() time.Time) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, dialFor)
	defer cancel()
	d := net.Dialer{KeepAlive: 30 * time.Second}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if security != nil {
		secure := tls.Client(conn, security)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
		conn = secure
	}
	return newLink(conn, wall), nil
}

func newLink(conn net.Conn, wall func() time.Time) *link {
	return &link{Conn: conn, wall: wall, down: make(chan struct{})}
}

// Read closes the connection when there is nothing more to read.
func (l *link) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if err != nil {
		l.cut()
	}
	return n, err
}

// Write fails when the broker takes nothing for 10 s. Paho bounds nothing but
// its own publishing.
func (l *link) Write(b []byte) (int, error) {
	if err := l.SetWriteDeadline(l.wall().Add(writeFor)); err != nil {
		return 0, err
	}
	return l.Conn.Write(b)
}

// Close ends writing. Its reader, or time, closes the connection.
func (l *link) Close() error {
	l.once.Do(func() {
		time.AfterFunc(lingerFor, l.cut)
		half, ok := l.Conn.(interface{ CloseWrite() error })
		if !ok || half.CloseWrite() != nil {
			l.cut()
		}
	})
	return nil
}

// cut closes the connection now.
func (l *link) cut() {
	l.ends.Do(func() {
		_ = l.Conn.Close()
		close(l.down)
	})
}

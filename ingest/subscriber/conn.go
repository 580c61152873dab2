package subscriber

import (
	"bufio"
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
	readAhead = 16 << 10 // bytes
	quiesce   = uint(lingerFor / time.Millisecond)
)

// A link is a connection that says its last words.
//
// Closed at once, with something of the broker's unread, a connection throws away
// the acknowledgements that are still on their way. So Close ends writing, and the
// connection is closed when the broker has closed its end or 2 s have passed.
//
// Paho reads byte by byte, and each acknowledgement comes alone. A link reads ahead,
// and writes together what comes while it is writing.
type link struct {
	net.Conn
	wall func() time.Time
	in   *bufio.Reader

	mu      sync.Mutex
	waiting []byte        // to be written
	ending  bool          // nothing more is to be written
	wake    chan struct{} // receives when one of the two has changed

	once sync.Once
	down chan struct{} // closed with the connection
	ends sync.Once
	why  error // what ended the connection; to be read once down is closed
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
	l := &link{
		Conn: conn, wall: wall, in: bufio.NewReaderSize(conn, readAhead),
		wake: make(chan struct{}, 1), down: make(chan struct{}),
	}
	go l.send()
	return l
}

// Read closes the connection when there is nothing more to read. Where writing has
// failed and closed it, that error is returned: paho takes a connection that somebody
// closed on this side for one that it has closed itself, and goes on waiting.
func (l *link) Read(b []byte) (int, error) {
	n, err := l.in.Read(b)
	if err != nil {
		l.cut(err)
		if l.why != nil {
			err = l.why
		}
	}
	return n, err
}

// Write has b written soon. It fails once the connection is closed, which it is when
// the broker takes nothing for 10 s: paho bounds nothing but its own publishing.
func (l *link) Write(b []byte) (int, error) {
	select {
	case <-l.down:
		return 0, net.ErrClosed
	default:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ending {
		return 0, net.ErrClosed
	}
	l.waiting = append(l.waiting, b...)
	l.stir()
	return len(b), nil
}

// stir wakes send.
func (l *link) stir() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// send writes what waits until the connection is closed or nothing more is to come.
func (l *link) send() {
	var spare []byte
	for {
		select {
		case <-l.down:
			return
		case <-l.wake:
		}
		l.mu.Lock()
		b, ending := l.waiting, l.ending
		l.waiting = spare[:0]
		l.mu.Unlock()
		if len(b) > 0 {
			err := l.SetWriteDeadline(l.wall().Add(writeFor))
			if err == nil {
				_, err = l.Conn.Write(b)
			}
			if err != nil {
				l.cut(err)
				return
			}
		}
		if ending {
			if half, ok := l.Conn.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
				l.cut(nil)
			}
			return
		}
		spare = b
	}
}

// Close ends writing, after what waits. Its reader, or time, closes the connection.
func (l *link) Close() error {
	l.once.Do(func() {
		time.AfterFunc(lingerFor, func() { l.cut(nil) })
		l.mu.Lock()
		defer l.mu.Unlock()
		l.ending = true
		l.stir()
	})
	return nil
}

// cut closes the connection now, because of an error or, with nil, on purpose. Only
// the first reason counts.
func (l *link) cut(why error) {
	l.ends.Do(func() {
		l.why = why
		_ = l.Conn.Close()
		close(l.down)
	})
}

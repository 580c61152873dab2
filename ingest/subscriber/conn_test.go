package subscriber

import (
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A deaf connection takes nothing, and nothing comes from it until it is closed.
type deaf struct {
	net.Conn
	why error
}

func (d deaf) Write([]byte) (int, error) { return 0, d.why }

// TestABrokerThatTakesNothingIsLostAtOnce: paho hears of a connection's end from its
// reader alone, and only of one that it takes for the broker's doing. Else a broker
// that went away just as it was acknowledged to was waited for until a ping had no
// answer.
func TestABrokerThatTakesNothingIsLostAtOnce(t *testing.T) {
	near, far := net.Pipe()
	t.Cleanup(func() { near.Close(); far.Close() })
	broken := &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}
	l := newLink(deaf{near, broken}, time.Now)
	lost := make(chan error, 1)
	go func() {
		_, err := l.Read(make([]byte, 1))
		lost <- err
	}()
	if _, err := l.Write([]byte("acknowledged")); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-lost:
		if !errors.Is(err, syscall.EPIPE) || strings.Contains(err.Error(), net.ErrClosed.Error()) {
			t.Errorf("paho would not tell of %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("its reader waits for ever")
	}
}

func TestALinkThatIsClosedOnPurposeIsNotLost(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	near, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	l := newLink(near, time.Now)
	l.Close() // its other end stays open, so that time closes it
	if _, err := l.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v is told as the broker's doing", err)
	}
}

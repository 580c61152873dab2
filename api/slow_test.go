package api

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/internal/testserver"
)

// A narrow listener takes connections that hold few bytes, and knows whether a
// write waits for its reader.
type narrow struct {
	net.Listener
	since atomic.Int64 // when the write under way began, in ns; 0 for none
}

type narrowConn struct {
	net.Conn
	from *narrow
}

func (n *narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if err := c.(*net.TCPConn).SetWriteBuffer(1); err != nil { // the kernel makes it its smallest
		return nil, err
	}
	return narrowConn{c, n}, nil
}

func (c narrowConn) Write(b []byte) (int, error) {
	c.from.since.Store(time.Now().UnixNano())
	defer c.from.since.Store(0)
	return c.Conn.Write(b)
}

// stuck reports that a write has been waiting for a while.
func (n *narrow) stuck() bool {
	began := n.since.Load()
	return began != 0 && time.Since(time.Unix(0, began)) > 300*time.Millisecond
}

// A crowd of bulky alerts is more than a narrow connection holds, and less than the
// Gate gives at a time.
const (
	crowd = 60
	bulk  = 3000 // bytes
)

// A slow reader has a stream open from the first step on and takes nothing of it.
type slow struct {
	net.Conn
	line *narrow
	done chan error         // what the server's Run returned
	end  context.CancelFunc // tells the server to end
}

// readSlowly runs the town's server on a narrow line with a crowd of alerts of a
// family to tell, and waits until the writer is stuck.
func (v *town) readSlowly(f household.FamilyID) slow {
	v.t.Helper()
	for i := range crowd {
		v.opened(f, fmt.Sprintf("%d%s", i, strings.Repeat("x", bulk))) // one of each is open at a time
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	v.must(err)
	ctx, end := context.WithCancel(v.t.Context())
	s := slow{line: &narrow{Listener: l}, done: make(chan error, 1), end: end}
	go func() { s.done <- v.server.Run(ctx, s.line) }()
	v.t.Cleanup(end)
	s.Conn, err = net.Dial("tcp", l.Addr().String())
	v.must(err)
	v.t.Cleanup(func() { _ = s.Close() })
	v.must(s.Conn.(*net.TCPConn).SetReadBuffer(1))
	_, err = fmt.Fprintf(s, "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nLast-Event-ID: 0\r\n\r\n", v.token)
	v.must(err)
	testserver.Wait(v.t, "the writer to be stuck", s.line.stuck)
	return s
}

func TestAStuckReaderDoesNotHoldUpShutdown(t *testing.T) {
	v := newTown(t)
	s := v.readSlowly(v.calm)
	began := time.Now()
	s.end()
	v.must(<-s.done)
	if took := time.Since(began); took > eventDeadline/2 {
		t.Errorf("shutdown took %s", took)
	}
}

func TestAStuckReaderLosesItsStream(t *testing.T) {
	v := newTown(t)
	v.options.Now = func() time.Time { return time.Now().Add(time.Second - eventDeadline) } // one second is left
	v.start()
	s := v.readSlowly(v.calm)
	testserver.Wait(t, "the stream to be given up", func() bool { return v.openStreams() == 0 })
	s.end()
	v.must(<-s.done)
}

func TestWithdrawalReachesAnOpenStream(t *testing.T) {
	v := newTown(t)
	s := v.follow(v.url)
	v.opened(v.calm, "cold_home")
	if _, c := s.next(t); c.Alert.Family.Id != string(v.calm) {
		t.Fatalf("an event of %s", c.Alert.Family.Label)
	}
	v.must(v.registry.WithdrawAll(t.Context(), v.calm, registry.Form{Notice: "test"}))
	v.opened(v.calm, "silent_meter")
	v.opened(v.cold, "silent_meter")
	if rest := s.ended(t); strings.Contains(rest, string(v.calm)) {
		t.Errorf("after the withdrawal: %s", rest)
	}
	// Who comes back gets the rest.
	again := v.follow(v.url, "Last-Event-ID", "0")
	for {
		_, c := again.next(t)
		if c.Alert.Family.Id == string(v.calm) {
			t.Fatal("an event of who withdrew")
		}
		if c.Alert.Rule == "silent_meter" {
			break
		}
	}
}

// What was read before a withdrawal and waits for a slow reader is not sent after it.
func TestWhatWaitsForAReaderIsAskedForAgain(t *testing.T) {
	v := newTown(t)
	var ahead atomic.Int64
	v.options.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	v.start()
	s := v.readSlowly(v.calm)
	v.must(v.registry.WithdrawAll(t.Context(), v.calm, registry.Form{Notice: "test"}))
	ahead.Store(int64(2 * eventFresh)) // time goes by
	v.opened(v.cold, "the last")
	told := 0
	v.must(s.SetReadDeadline(time.Now().Add(30 * time.Second)))
	for in := bufio.NewScanner(s); ; {
		if !in.Scan() {
			v.must(in.Err())
			break
		}
		if in.Text() == "0" { // the last chunk: the stream ended
			break
		}
		if strings.HasPrefix(in.Text(), "data: ") {
			told++
		}
	}
	if told > crowd/2 {
		t.Errorf("%d events of %d were sent, some after the withdrawal", told, crowd)
	}
	t.Logf("%d events of %d were on their way", told, crowd)
	s.end()
	v.must(<-s.done)
}

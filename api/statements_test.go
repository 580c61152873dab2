package api

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"foyer/internal/permission"
	"foyer/internal/testserver"
)

// A tap stands between Foyer and PostgreSQL and keeps the statements that go by.
type tap struct {
	mu         sync.Mutex
	statements []string
}

// take returns the statements since the last time, without their parameters.
func (p *tap) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.statements
	p.statements = nil
	return all
}

// listen takes connections for the server at an address and returns its own.
func (p *tap) listen(t *testing.T, server string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return // closed
			}
			open.Go(func() { p.pass(client, server) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); open.Wait() })
	return l.Addr().String()
}

// pass carries one connection until either side ends it.
func (p *tap) pass(client net.Conn, server string) {
	defer client.Close()
	back, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer back.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(client, back)
		_ = client.Close()
	}()
	p.read(client, back)
	_ = back.Close()
	<-done
}

// read forwards what a client sends, message by message.
//
// Source: PostgreSQL, frontend/backend protocol, message formats: the first message has
// no type; a Parse ("P") is a name and a statement, each ended by a zero; a Query ("Q")
// is a statement.
func (p *tap) read(client io.Reader, server io.Writer) {
	for head := 4; ; head = 5 {
		h := make([]byte, head)
		if _, err := io.ReadFull(client, h); err != nil {
			return
		}
		body := make([]byte, int(binary.BigEndian.Uint32(h[head-4:]))-4)
		if _, err := io.ReadFull(client, body); err != nil {
			return
		}
		parts := strings.Split(string(body), "\x00")
		if head == 5 {
			p.mu.Lock()
			switch h[0] {
			case 'P':
				p.statements = append(p.statements, parts[1])
			case 'Q':
				p.statements = append(p.statements, parts[0])
			}
			p.mu.Unlock()
		}
		if _, err := server.Write(append(h, body...)); err != nil {
			return
		}
	}
}

// tapped returns a store that keeps no statement prepared, so that each goes by, and
// the tap on it.
func tapped(t *testing.T) (string, *tap) {
	t.Helper()
	at, err := url.Parse(testserver.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{}
	server := at.Host
	at.Host = p.listen(t, server)
	q := at.Query()
	q.Set("default_query_exec_mode", "exec")
	q.Set("sslmode", "disable")
	at.RawQuery = q.Encode()
	return at.String(), p
}

// Statements are compared whatever their layout.
var spaces = regexp.MustCompile(`\s+`)

// What is withheld and what there is not are one answer by one path: the same
// statements run, whichever it is. The clock is not asked, it proves nothing.
func TestUnknownAndWithheldRunTheSameStatements(t *testing.T) {
	address, taps := tapped(t)
	m := newMatrix(t, address)
	compared := 0
	for _, rule := range permission.Table {
		if rule.Open() || !strings.Contains(rule.Route, "{id}") && !slices.Contains(named, rule.Route) {
			continue
		}
		for _, s := range m.suitors {
			if rule.For(s.role, s.scopes) == permission.Denied {
				continue
			}
			var want []string
			of := ""
			for i, x := range m.targets {
				if s.sees(rule.Route, x) {
					continue
				}
				// The session is not what is asked about: the statements from the request on count.
				send := m.prepare(s, rule.Route, x)
				taps.take()
				send()
				var got []string
				for _, statement := range taps.take() {
					if strings.HasPrefix(statement, "UPDATE token SET last_used") { // once a minute, whatever is asked for
						continue
					}
					got = append(got, spaces.ReplaceAllString(statement, " "))
				}
				if len(got) < 2 {
					t.Fatalf("%s: %s, %s: the tap saw %q", rule.Route, s.name, x.name, got)
				}
				if want == nil {
					want, of = got, x.name
					continue
				}
				compared++
				if !slices.Equal(got, want) {
					t.Errorf("%s: %s runs for %q (%d)\n%s\nand for %q\n%s", rule.Route, s.name, x.name, i, strings.Join(got, "\n"), of, strings.Join(want, "\n"))
				}
			}
		}
	}
	if compared < 100 {
		t.Errorf("%d comparisons", compared)
	}
	t.Logf("%d comparisons", compared)
}

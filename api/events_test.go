package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/internal/testserver"
)

// A stream is an open stream of events; lines come as they arrive.
type stream struct {
	status int
	lines  chan string // closed at the end
	stop   context.CancelFunc
}

func (v *town) follow(address string, headers ...string) *stream {
	v.t.Helper()
	ctx, stop := context.WithCancel(v.t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/api/v1/events", nil)
	v.must(err)
	r.Header.Set("Authorization", "Bearer "+v.token)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if r.Header.Get("Cookie") != "" {
		r.Header.Del("Authorization")
	}
	res, err := http.DefaultClient.Do(r) //nolint:bodyclose // the reader closes it
	v.must(err)
	s := &stream{status: res.StatusCode, lines: make(chan string, 1000), stop: stop}
	go func() {
		defer close(s.lines)
		defer res.Body.Close()
		for in := bufio.NewScanner(res.Body); in.Scan(); {
			s.lines <- in.Text()
		}
	}()
	v.t.Cleanup(stop)
	return s
}

// next returns the next event: its id and data. It fails after 30 s.
func (s *stream) next(t *testing.T) (id string, change AlertChange) {
	t.Helper()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	for {
		select {
		case line, ok := <-s.lines:
			if !ok {
				t.Fatal("the stream ended")
			}
			if rest, ok := strings.CutPrefix(line, "id: "); ok {
				id = rest
			}
			if rest, ok := strings.CutPrefix(line, "data: "); ok {
				if err := json.Unmarshal([]byte(rest), &change); err != nil {
					t.Fatal(err)
				}
				return id, change
			}
		case <-limit.C:
			t.Fatal("no event for 30 s")
		}
	}
}

// ended waits until the server has closed the stream, and returns what came before.
func (s *stream) ended(t *testing.T) string {
	t.Helper()
	var rest []string
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	for {
		select {
		case line, ok := <-s.lines:
			if !ok {
				return strings.Join(rest, "\n")
			}
			rest = append(rest, line)
		case <-limit.C:
			t.Fatal("the stream does not end")
		}
	}
}

// opened tells that an alert of a family opened.
func (v *town) opened(f household.FamilyID, rule string) string {
	v.t.Helper()
	return v.alert(f, rule, "indoor_climate", "urgent", `{"key":"alert.cold_home.mean","args":{"mean_c":"14.83","days":"2","limit_c":"16"}}`)
}

func TestAnAlertArrivesOnTheStream(t *testing.T) {
	v := newTown(t)
	// The time to write an answer is over before the second event: it must not end the stream.
	hasty := httptest.NewUnstartedServer(v.server)
	hasty.Config.WriteTimeout = eventPoll / 4
	hasty.Start()
	t.Cleanup(func() { v.server.Close(); hasty.Close() })
	s := v.follow(hasty.URL, "Accept-Language", "en")
	if s.status != http.StatusOK {
		t.Fatal(s.status)
	}
	v.opened(v.mute, "hidden")
	id := v.opened(v.calm, "cold_home")
	first, c := s.next(t)
	if c.Alert.Id != id || c.Step != "opened" || c.State != "open" || !strings.HasPrefix(c.Alert.Reason.Text, "A daily mean of") {
		t.Errorf("first event is %+v", c)
	}
	taken := v.api("POST", "/api/v1/alerts/"+id+"/acknowledge", "", "If-Match", `"1"`)
	if taken.StatusCode != http.StatusOK {
		t.Fatal(taken.Text)
	}
	if _, c := s.next(t); c.State != "acknowledged" {
		t.Errorf("second event is %+v", c)
	}
	s.stop()

	// Who comes back says what it saw last, and gets the rest.
	again := v.follow(v.url, "Last-Event-ID", first)
	if _, c := again.next(t); c.State != "acknowledged" || c.Alert.Id != id {
		t.Errorf("after coming back: %+v", c)
	}
}

func TestWithdrawnConsentKeepsAnEventBack(t *testing.T) {
	v := newTown(t)
	v.must(v.registry.WithdrawAll(t.Context(), v.cold, registry.Form{Notice: "test"}))
	s := v.follow(v.url, "Last-Event-ID", "0")
	v.opened(v.calm, "cold_home")
	seen := 0
	for {
		_, c := s.next(t)
		seen++
		if c.Alert.Family.Id != string(v.calm) {
			t.Fatalf("an event of %s", c.Alert.Family.Label)
		}
		if c.Alert.Rule == "cold_home" {
			break
		}
	}
	if seen != 2 {
		t.Errorf("%d events, want the two of Foyer 01", seen)
	}
}

func TestAStreamEndsWithItsCredential(t *testing.T) {
	v := newTown(t)
	session, err := v.accounts.OpenStaff(t.Context(), v.staff)
	v.must(err)
	s := v.follow(v.url, "Cookie", "foyer-c="+session)
	v.opened(v.calm, "cold_home")
	s.next(t)
	v.must(v.accounts.SignOut(t.Context(), session))
	v.opened(v.cold, "other")
	if rest := s.ended(t); strings.Contains(rest, "data:") {
		t.Errorf("after signing out: %s", rest)
	}
}

func TestSomebodyOpensOnlySoManyStreams(t *testing.T) {
	v := newTown(t)
	for range streamsEach {
		if s := v.follow(v.url); s.status != http.StatusOK {
			t.Fatal(s.status)
		}
	}
	s := v.follow(v.url)
	if s.status != http.StatusTooManyRequests {
		t.Errorf("stream %d: %d", streamsEach+1, s.status)
	}
	if got := v.api("GET", "/api/v1/events", "", "Last-Event-ID", "made up"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("odd Last-Event-ID: %s", got.Status)
	}
}

func TestAReaderThatGoesAwayFreesItsStream(t *testing.T) {
	v := newTown(t)
	for range 3 * streamsEach {
		s := v.follow(v.url)
		if s.status != http.StatusOK {
			t.Fatal(s.status)
		}
		s.stop()
		testserver.Wait(t, "the stream to be freed", func() bool {
			v.server.streams.mu.Lock()
			defer v.server.streams.mu.Unlock()
			return len(v.server.streams.open) == 0
		})
	}
}

func TestShutdownClosesStreamsFirst(t *testing.T) {
	v := newTown(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	v.must(err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- v.server.Run(ctx, l) }()
	address := "http://" + l.Addr().String()
	var open []*stream
	for range 3 {
		s := v.follow(address)
		if s.status != http.StatusOK {
			t.Fatal(s.status)
		}
		open = append(open, s)
	}
	began := time.Now()
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > shutdownTimeout/2 {
		t.Errorf("shutdown took %s", took)
	}
	for _, s := range open {
		s.ended(t)
	}
}

func TestSlowClientsAreDropped(t *testing.T) {
	v := newTown(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	v.must(err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- v.server.Run(ctx, l) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	v.must(err)
	defer c.Close()
	_, err = fmt.Fprintf(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n") // and never the end of it
	v.must(err)
	v.must(c.SetReadDeadline(time.Now().Add(10 * readHeaderTimeout)))
	if n, _ := c.Read(make([]byte, 1)); n > 0 {
		t.Log("the server answered before closing")
	}
	// Read returned before the deadline: the server closed the connection.
	if _, err := c.Write([]byte("X")); err == nil {
		testserver.Wait(t, "the connection to be closed", func() bool { _, err := c.Write([]byte("X")); return err != nil })
	}
}

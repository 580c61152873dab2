package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// A Storm stands in front of an InfluxDB and answers for it, rightly or not. Queries
// always pass.
type Storm struct {
	behind string // http://HOST:PORT
	url    string
	poison [][2][]byte // of points that InfluxDB never takes: what their line holds, and how it ends

	mu      sync.Mutex
	weather weather
	blamed  int // answers that blamed the poison, to say it in both ways
}

// A weather is what becomes of writes.
type weather int

const (
	calm      weather = iota // they pass
	away                     // the connection is closed, nothing is written
	busy                     // 503, nothing is written
	crowded                  // 429, nothing is written
	confused                 // 400 for a reason that is not in the readings, nothing is written
	narrow                   // 413 for more than a few lines
	truncated                // written, and the answer is cut
	slow                     // written, and the answer is late
	weathers
)

const (
	narrowLines = 1000
	late        = 3 * time.Second
)

// storm lets a storm stand in front of an InfluxDB.
func (t *Trial) storm(behind string) *Storm {
	s := &Storm{behind: behind}
	listener, err := (&net.ListenConfig{}).Listen(t.Context, "tcp", "127.0.0.1:0")
	t.must(err, "listen for writes")
	s.url = "http://" + listener.Addr().String()
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

// turn changes the weather.
func (s *Storm) turn(to weather) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.weather = to
}

// ServeHTTP answers for InfluxDB.
func (s *Storm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	weather := s.weather
	s.mu.Unlock()
	if r.URL.Path != "/api/v2/write" && r.URL.Path != "/write" {
		weather = calm
	}
	switch {
	case weather == away:
		panic(http.ErrAbortHandler)
	case weather == busy:
		refuse(w, http.StatusServiceUnavailable, "engine is overloaded")
	case weather == crowded:
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusTooManyRequests, "too many requests")
	case weather == confused:
		refuse(w, http.StatusBadRequest, "timeout")
	case weather == narrow && bytes.Count(body, []byte{'\n'}) > narrowLines:
		refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	default:
		s.pass(w, r, body, weather)
	}
}

// pass hands a request on, but for the poison.
func (s *Storm) pass(w http.ResponseWriter, r *http.Request, body []byte, weather weather) {
	fit := s.fit(body)
	if len(fit) == 0 && len(body) > 0 {
		s.blame(w)
		return
	}
	status, header, answer, err := s.forward(r, fit)
	switch {
	case err != nil || weather == truncated:
		panic(http.ErrAbortHandler)
	case status/100 == 2 && len(fit) < len(body):
		s.blame(w)
		return
	case weather == slow:
		timer := time.NewTimer(late)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
	for k, v := range header {
		w.Header()[k] = v
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer) //nolint:gosec // InfluxDB's own answer, to Foyer
}

// blame says that a part was not written, in the words of InfluxDB 1.8 and, every
// second time, of 2.
func (s *Storm) blame(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blamed++
	const why = "partial write: field type conflict: input field is type integer, already exists as type float dropped=1"
	if s.blamed%2 == 1 {
		refuse(w, http.StatusBadRequest, why)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusUnprocessableEntity)
	_, _ = io.WriteString(w, `{"code":"unprocessable entity","message":"failure writing points to database: `+why+`"}`)
}

// refuse answers as InfluxDB 1.8 does.
func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Influxdb-Error", why)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"error":`+strconv.Quote(why)+`}`)
}

// fit returns the lines of a body that are no poison.
func (s *Storm) fit(body []byte) []byte {
	fit := body
	for _, p := range s.poison {
		if !bytes.Contains(fit, p[1]) {
			continue
		}
		var rest []byte
		for line := range bytes.Lines(fit) {
			if !bytes.Contains(line, p[0]) || !bytes.HasSuffix(line, p[1]) {
				rest = append(rest, line...)
			}
		}
		fit = rest
	}
	return fit
}

func (s *Storm) forward(r *http.Request, body []byte) (status int, header http.Header, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, r.Method, s.behind+r.URL.RequestURI(), bytes.NewReader(body)) //nolint:gosec // to the harness's own InfluxDB
	if err != nil {
		return 0, nil, nil, err
	}
	req.Header = r.Header.Clone()
	res, err := http.DefaultClient.Do(req) //nolint:gosec // as above
	if err != nil {
		return 0, nil, nil, err
	}
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, res.Header, answer, errors.Join(err, res.Body.Close())
}

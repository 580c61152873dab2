package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// TestAWireReadsWhatAClientDoes: answers short and long, in one piece and in many, one after
// the other on one connection.
func TestAWireReadsWhatAClientDoes(t *testing.T) {
	var mu sync.Mutex
	from := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("User-Agent") == "" {
			mu.Lock()
			from[r.RemoteAddr] = true
			mu.Unlock()
		}
		if r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("X-Told", r.URL.Path)
		switch r.URL.Path {
		case "/none":
			w.WriteHeader(http.StatusNotFound)
		case "/long":
			for i := range 10_000 {
				_, _ = fmt.Fprintf(w, "%d\r\n", i)
			}
		default:
			_, _ = io.WriteString(w, "short "+r.URL.RawQuery)
		}
	}))
	defer server.Close()
	w, err := dial(strings.TrimPrefix(server.URL, "http://"), "secret")
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	for _, path := range []string{"/short?a=1", "/long", "/none", "/long", "/short?b=2"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer secret")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		want, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		status, says, err := w.ask(path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		head, body, _ := bytes.Cut(says, []byte("\r\n\r\n"))
		if status != res.StatusCode || !bytes.Equal(body, want) || !bytes.Contains(head, []byte("X-Told: "+res.Header.Get("X-Told"))) {
			t.Errorf("%s is read as %d, %d bytes, %s; a client reads %d, %d bytes", path, status, len(body), head, res.StatusCode, len(want))
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(from) != 1 {
		t.Errorf("%d connections, want one", len(from))
	}
}

// TestAWireTellsAnAnswerThatBreaksOff holds that half an answer counts for none.
func TestAWireTellsAnAnswerThatBreaksOff(t *testing.T) {
	for _, half := range []string{
		"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal", "HTTP/1.1 200 OK\r\n\r\nendless",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n",
		"HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, half)
				_ = conn.Close()
			}
		}))
		w, err := dial(strings.TrimPrefix(server.URL, "http://"), "secret")
		if err != nil {
			t.Fatal(err)
		}
		if status, says, err := w.ask("/"); err == nil {
			t.Errorf("%q is read as %d %q", half, status, says)
		}
		w.close()
		server.Close()
	}
}

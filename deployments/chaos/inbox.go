package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"foyer/internal/testserver"
)

// An inbox is who alerts are sent to. It refuses every message, so that it is sent again,
// and keeps what came.
type inbox struct {
	port int

	mu  sync.Mutex
	got [][]byte
}

// receiver starts who alerts are sent to.
func (t *Trial) receiver() *inbox {
	b := &inbox{port: testserver.FreePort(t)}
	server := &http.Server{Addr: fmt.Sprintf("127.0.0.1:%d", b.port), Handler: b, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.ListenAndServe() }()
	t.Cleanup(func() { _ = server.Close() })
	return b
}

// endpoint is the configuration that sends alerts there.
func (b *inbox) endpoint() string {
	address := fmt.Sprintf("127.0.0.1:%d", b.port)
	return fmt.Sprintf("channels: {webhook: {allow: [%q], endpoints: [{name: coop, url: \"http://%s/hook\", secret: %q}]}}",
		address, address, "whsec_"+strings.Repeat("Zm95", 8))
}

// ServeHTTP keeps a message and refuses it.
func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	b.got = append(b.got, body)
	b.mu.Unlock()
	w.WriteHeader(http.StatusServiceUnavailable)
}

// count returns how many messages came.
func (b *inbox) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.got)
}

// since returns the messages from the nth on.
func (b *inbox) since(n int) [][]byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([][]byte(nil), b.got[n:]...)
}

package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ask runs `foyer ready` towards a server that answers so, and returns what it prints.
func ask(t *testing.T, status int, answer string) (string, error) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			status = http.StatusNotFound
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	defer s.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	return ready(t, "0.0.0.0:"+port) // as in a container: everywhere
}

func ready(t *testing.T, listen string) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "foyer.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, "listen: \"%s\"\nplain: true\n", listen), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	root := newRoot()
	root.SetOut(&out)
	root.SetErr(io.Discard)
	root.SetArgs([]string{"ready", "--config", path})
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestReadySaysWhichCheckDoesNotHold(t *testing.T) {
	out, err := ask(t, http.StatusOK, `{"status":"ok","checks":{"records":"ok"}}`)
	if err != nil || !strings.Contains(out, "records  ok") {
		t.Errorf("%q, %v", out, err)
	}
	out, err = ask(t, http.StatusServiceUnavailable, `{"status":"failed","checks":{"broker":"failed","records":"ok"}}`)
	if !errors.Is(err, errCheck) || !strings.Contains(out, "broker   failed") {
		t.Errorf("%q, %v", out, err)
	}
	if _, err = ask(t, http.StatusOK, "<html>"); err == nil || !strings.Contains(err.Error(), "Is it a Foyer?") {
		t.Errorf("another server: %v", err)
	}
	if _, err = ready(t, "127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "Is `foyer serve` running") {
		t.Errorf("no server: %v", err)
	}
}

func TestReadyAsksOverTLSWhereThePagesSpeakIt(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"status":"ok","checks":{"records":"ok"}}`)
	}))
	defer s.Close()
	out, err := ready(t, strings.TrimPrefix(s.URL, "https://")+"\"\ncert: c.pem\nkey: \"k.pem")
	if err != nil || !strings.Contains(out, "records  ok") {
		t.Errorf("%q, %v", out, err)
	}
}

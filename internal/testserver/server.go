package testserver

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A Server is one real server of one test. Its methods are for the goroutine
// that runs the test.
type Server struct {
	t      TB
	scheme string
	port   int
	log    string // file of its output
	dir    string // what it keeps
	setup  func(port int) (*exec.Cmd, error)
	ready  func() bool
	proc   *Process
}

// Program starts a program that serves HTTP on a free port and stops it when t
// ends. Setup gives the command for a port; ready is a path that answers 200 once
// the program is of use.
func Program(t TB, name string, setup func(port int) (*exec.Cmd, error), ready string) *Server {
	t.Helper()
	return newServer(t, name, "http", setup, func(s *Server) bool { return answers(s.URL() + ready) })
}

// newServer starts what setup describes on a free port and stops it when t ends.
func newServer(t TB, name, scheme string, setup func(port int) (*exec.Cmd, error), ready func(*Server) bool) *Server {
	t.Helper()
	s := &Server{t: t, scheme: scheme, setup: setup, log: filepath.Join(t.TempDir(), name+".log")}
	s.ready = func() bool { return ready(s) }
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Logf("last lines of %s:\n%s", name, s.tail(30))
		}
	})
	// The port is free now and may be taken a moment later: then try another.
	for range 5 {
		s.port = FreePort(t)
		if s.start(10 * time.Second) {
			return s
		}
	}
	t.Fatalf("%s does not start:\n%s", name, s.tail(30))
	return nil
}

// URL returns the address with its scheme, "http://127.0.0.1:41234".
func (s *Server) URL() string { return s.scheme + "://" + s.Addr() }

// Addr returns host and port, "127.0.0.1:41234". It stays over Stop and Start.
func (s *Server) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Dir returns the folder of the server's data, "" for one that has none.
func (s *Server) Dir() string { return s.dir }

// Start starts the server again after Stop or Kill, on the same port and data,
// and returns once it answers.
func (s *Server) Start() {
	s.t.Helper()
	if s.proc != nil {
		return
	}
	if !within(deadline, func() bool { return s.start(10 * time.Second) }) {
		s.t.Fatalf("%s does not start again:\n%s", s.URL(), s.tail(30))
	}
}

// Stop asks the server to end and returns once it has.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

// Kill ends the server at once, as a power cut would end the process.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Reload asks the server to read its files again.
func (s *Server) Reload() { signal(s.proc.cmd, syscall.SIGHUP) }

// Signal signals the server and its group.
func (s *Server) Signal(sig syscall.Signal) { s.proc.Signal(sig) }

// Log returns what the server has printed so far.
func (s *Server) Log() string {
	b, _ := os.ReadFile(s.log)
	return string(b)
}

// start reports whether the server came up and is this process, not another one
// that holds the port.
func (s *Server) start(patience time.Duration) bool {
	cmd, err := s.setup(s.port)
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := Launch(cmd, s.log, syscall.SIGKILL)
	if err != nil {
		s.t.Fatal(err)
	}
	s.proc = p
	up := within(patience, func() bool { return p.Ended() || p.Listens(s.port) && s.ready() })
	if up && !p.Ended() {
		return true
	}
	s.Kill()
	return false
}

func (s *Server) end(sig syscall.Signal) {
	if s.proc != nil {
		s.proc.End(sig)
		s.proc = nil
	}
}

func (s *Server) tail(n int) string {
	lines := strings.Split(strings.TrimSpace(s.Log()), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

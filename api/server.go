package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"foyer/api/pages"
	"foyer/internal/account"
	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/permission"
	"foyer/internal/registry"
	"foyer/internal/text"
)

// Limits of the server. What is not listed here has no limit of its own.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second // renewed for each event of a stream
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 16 << 10
	maxBodyBytes      = 64 << 10
	shutdownTimeout   = 10 * time.Second
)

// A Check says whether something the service needs answers.
type Check func(ctx context.Context) error

// Options are what the server stands on.
type Options struct {
	Gate       *disclosure.Gate
	Accounts   *account.Accounts
	Registry   *registry.Registry
	Writes     Writes // by Idempotency-Key
	Texts      *text.Texts
	Now        func() time.Time // wall clock
	World      func() time.Time // clock of readings, results and alerts
	Zone       *time.Location   // of the console
	Contact    pages.Contact
	Tariff     func(id string) string // the name of a tariff, its id where none is known
	Controller consent.Controller     // who answers for the data: its id, name and address
	Version    Version
	Log        *slog.Logger
	Registerer prometheus.Registerer

	// Checks are run by /readyz, by name.
	Checks map[string]Check
	// Metrics answers /metrics to this machine, and to who shows MetricsToken.
	Metrics      http.Handler
	MetricsToken string // "" for nobody else
	// Plain says that the listener speaks plain HTTP to browsers: cookies are then
	// not Secure. It is for a demo on this machine.
	Plain bool

	// DemoFamily and DemoConsole sign in without asking, see [pages.Options]. They
	// are nil outside a demo.
	DemoFamily  func(slug string) (disclosure.Credential, bool)
	DemoConsole func() (disclosure.Credential, bool)
}

// A Server answers over HTTP.
type Server struct {
	Options
	echo    *echo.Echo
	handler http.Handler
	pages   *pages.Site
	streams *streams
	exports *streams
	manual  pages.Manual
	rules   map[string]permission.Rule // by method and pattern of Echo; a zero Rule where the table has none
	keyed   map[string]bool            // routes that take an Idempotency-Key
	metrics metrics

	closing   chan struct{} // closed when the server is to end
	closeOnce sync.Once
}

// New prepares a server. It fails when the specification, a template or a text
// does not hold.
func New(o Options) (*Server, error) {
	site, err := pages.New(pages.Options{
		Texts: o.Texts, Gate: o.Gate, Registry: o.Registry, Accounts: o.Accounts,
		Wall: o.Now, World: o.World, Zone: o.Zone, Contact: o.Contact, Tariff: o.Tariff, By: o.Controller, Plain: o.Plain,
		Log: o.Log.With("component", "pages"), DemoFamily: o.DemoFamily, DemoConsole: o.DemoConsole,
	})
	if err != nil {
		return nil, err
	}
	o.Log = o.Log.With("component", "api")
	s := &Server{
		Options: o, pages: site, metrics: newMetrics(o.Registerer),
		streams: newStreams(streamsEach), exports: newStreams(exportsEach), closing: make(chan struct{}), rules: map[string]permission.Rule{},
	}
	if s.echo, err = s.routes(); err != nil {
		return nil, err
	}
	s.handler = s.outside(s.echo)
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Run answers on a listener until ctx ends. Streams are closed first, then
// requests under way have 10 s.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	requests, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		BaseContext: func(net.Listener) context.Context { return requests },
		ErrorLog:    slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		s.Close()
		return fmt.Errorf("serve http: %w", err)
	case <-ctx.Done():
	}
	s.Close()
	limit, cancel := context.WithTimeout(requests, shutdownTimeout)
	defer cancel()
	err := server.Shutdown(limit)
	if errors.Is(err, context.DeadlineExceeded) {
		s.Log.Warn("requests were still under way at shutdown")
		stop()
		err = server.Close()
	}
	if served := <-served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	if err != nil {
		return fmt.Errorf("stop http: %w", err)
	}
	return nil
}

// Close ends every stream; [Server.Run] does it by itself.
func (s *Server) Close() { s.closeOnce.Do(func() { close(s.closing) }) }

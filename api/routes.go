package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"foyer/internal/permission"
)

// routes mounts everything. Echo stays at the edge: below it, pages are plain
// handlers and the interface is the generated strict server.
func (s *Server) routes() (*echo.Echo, error) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = s.fail
	spec, validate, err := s.specification()
	if err != nil {
		return nil, err
	}
	// Permission goes before validation: who may not ask learns nothing about what
	// is valid.
	e.Use(s.observe, s.recover, s.headers, limitBody, s.authorize, validate, s.once)
	s.manual, s.keyed = manual(spec), keyed(spec)
	RegisterHandlers(e, NewStrictHandler(s, nil))
	e.GET("/api/openapi.json", s.specJSON)
	e.GET("/api/openapi.yaml", s.specYAML)
	e.GET("/api/docs", s.docs)
	e.GET("/metrics", s.serveMetrics)
	for _, r := range s.pages.Routes() {
		e.Add(r.Method, r.Pattern, plain(r.Handler))
	}
	for _, r := range e.Routes() {
		s.rules[r.Method+" "+r.Path], _ = permission.Of(permission.Route(r.Method, r.Path))
	}
	return e, nil
}

// plain lets a handler of net/http answer a route.
func plain(h http.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		for i, name := range c.ParamNames() {
			r.SetPathValue(name, c.ParamValues()[i])
		}
		h(c.Response(), r)
		return nil
	}
}

// outside wraps what must hold for every request, known route or not.
func (s *Server) outside(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		securityHeaders(w.Header(), r, s.Plain)
		if forMachines(r) {
			failure{kind: kindElsewhere}.write(w)
			return
		}
		s.pages.Refuse(w, r, http.StatusForbidden)
	}))
	inside := guard.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead { // the server drops the body by itself
			get := new(http.Request)
			*get = *r
			get.Method = http.MethodGet
			r = get
		}
		inside.ServeHTTP(w, r)
	})
}

// observe times and logs each request: the pattern of its route, never its address.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := s.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		took := s.Now().Sub(began)
		route := c.Path()
		if c.Response().Status == http.StatusNotFound && strings.Contains(route, "*") || route == "" {
			route = "none"
		}
		s.metrics.done(route, c.Response().Status, took)
		s.Log.Info("request answered", "method", c.Request().Method, "route", route,
			"status", c.Response().Status, "duration_ms", took.Round(time.Millisecond).Milliseconds())
		return nil
	}
}

// recover turns a panic into a failure. The value may hold data: its type is logged.
func (s *Server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // it is that very value
					panic(p)
				}
				err = panicked(p)
			}
		}()
		return next(c)
	}
}

// limitBody cuts bodies at 64 KiB; reading on is then an error.
func limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if r.ContentLength > maxBodyBytes {
			return failure{kind: kindTooLarge}
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, maxBodyBytes)
		return next(c)
	}
}

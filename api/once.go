package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"path"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"foyer/internal/household"
	"foyer/internal/permission"
)

// keyHeader names a write, draft-ietf-httpapi-idempotency-key-header.
const keyHeader = "Idempotency-Key"

// keyLifetime is how long a write is remembered by its key.
const keyLifetime = 24 * time.Hour

// A Writes store remembers writes that name themselves by a key, by who made them.
type Writes interface {
	// BeginWrite begins one for a lifetime; fresh when nobody has. Else done says what was
	// asked then, and what became of it.
	BeginWrite(ctx context.Context, subject, key, request string, lifetime time.Duration) (done household.Written, fresh bool, err error)
	// EndWrite keeps what became of it, ForgetWrite that it was begun.
	EndWrite(ctx context.Context, subject, key string, status int, location string) error
	ForgetWrite(ctx context.Context, subject, key string) error
}

// keyed returns the routes that openapi.yaml has take an Idempotency-Key.
func keyed(spec *openapi3.T) map[string]bool {
	all := map[string]bool{}
	for path, item := range spec.Paths.Map() {
		for method, op := range item.Operations() {
			if op.Parameters.GetByInAndName(openapi3.ParameterInHeader, keyHeader) != nil {
				all[method+" "+path] = true
			}
		}
	}
	return all
}

// once has a write with an Idempotency-Key made once, where it takes one: an answer that
// stands nowhere, like a code, could not be given again, and who is nobody in particular
// would share the keys of everybody. What is kept is where its
// answer stands, not what it said: who sends it again reads that as it is now, and
// may read no more than anybody.
func (s *Server) once(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		key := r.Header.Get(keyHeader)
		if key == "" || !s.keyed[permission.Route(r.Method, c.Path())] {
			return next(c)
		}
		who := callerOf(r.Context()).audience
		subject := string(who.Kind()) + ":" + who.Subject()
		request, err := fingerprint(r)
		if err != nil {
			return err
		}
		done, fresh, err := s.Writes.BeginWrite(r.Context(), subject, key, request, keyLifetime)
		switch {
		case err != nil:
			return err
		case fresh:
			return s.settle(c, subject, key, next)
		case done.Request != request:
			return failure{kind: kindKeyTaken}
		case done.Status == 0:
			return failure{kind: kindUnderWay}
		}
		return s.reread(c, done)
	}
}

// settle makes a write and keeps what became of it. What failed may be tried again.
func (s *Server) settle(c echo.Context, subject, key string, next echo.HandlerFunc) (err error) {
	// Who hangs up does not undo what was done.
	ctx := context.WithoutCancel(c.Request().Context())
	settled := false
	defer func() {
		if !settled { // a panic too
			if e := s.Writes.ForgetWrite(ctx, subject, key); e != nil {
				s.Log.Error("write not forgotten", "route", c.Path(), "err", e)
			}
		}
	}()
	if err := next(c); err != nil {
		return err
	}
	status := c.Response().Status
	if status >= http.StatusBadRequest {
		return nil
	}
	where := ""
	switch status {
	case http.StatusNoContent:
	case http.StatusCreated:
		where = c.Response().Header().Get("Location")
	default: // "…/alerts/a1/resolve" answers with "…/alerts/a1"
		where = path.Dir(c.Request().URL.EscapedPath())
		if at := c.Response().Header().Get("Content-Location"); at != "" {
			where = at
		}
	}
	settled = true
	if err := s.Writes.EndWrite(ctx, subject, key, status, where); err != nil {
		s.Log.Error("write not kept", "route", c.Path(), "err", err)
	}
	return nil
}

// reread answers a write that was made before.
func (s *Server) reread(c echo.Context, done household.Written) error {
	if done.Location == "" {
		return c.NoContent(done.Status)
	}
	get := c.Request().Clone(c.Request().Context())
	get.Method, get.Body, get.ContentLength = http.MethodGet, http.NoBody, 0
	get.Header.Del("Content-Type")
	get.Header.Del("If-Match")
	get.Header.Del(keyHeader)
	at, err := get.URL.Parse(done.Location)
	if err != nil {
		return err
	}
	get.URL, get.RequestURI = at, at.RequestURI()
	w := c.Response()
	if done.Status == http.StatusCreated {
		w.Header().Set("Location", done.Location)
	}
	s.echo.ServeHTTP(&restated{ResponseWriter: w, status: done.Status}, get)
	return nil
}

// restated answers 200 with the status that the write was answered with.
type restated struct {
	http.ResponseWriter
	status int
}

// WriteHeader sends a status once.
func (w *restated) WriteHeader(status int) {
	if status == http.StatusOK {
		status = w.status
	}
	w.ResponseWriter.WriteHeader(status)
}

// fingerprint is what a request asks for; its body can be read again.
func fingerprint(r *http.Request) (string, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.New()
	for _, part := range []string{r.Method, r.URL.RequestURI(), r.Header.Get("If-Match"), string(body)} {
		sum.Write([]byte(part + "\x00"))
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

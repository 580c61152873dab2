package api

import (
	"context"
	"crypto/subtle"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// checkTimeout is how long one check of /readyz may take.
const checkTimeout = 2 * time.Second

// GetHealth answers GET /healthz.
func (s *Server) GetHealth(context.Context, GetHealthRequestObject) (GetHealthResponseObject, error) {
	return GetHealth200JSONResponse{Status: HealthStatusOk}, nil
}

// GetReadiness answers GET /readyz. It runs every check at once and says which do
// not hold, not why: that is in the log.
func (s *Server) GetReadiness(ctx context.Context, _ GetReadinessRequestObject) (GetReadinessResponseObject, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	var mu sync.Mutex
	var group sync.WaitGroup
	out := Readiness{Status: ReadinessStatusOk, Checks: map[string]ReadinessChecks{}}
	for name, check := range s.Checks {
		group.Go(func() {
			err := check(ctx)
			mu.Lock()
			defer mu.Unlock()
			out.Checks[name] = ReadinessChecksOk
			if err != nil {
				out.Checks[name], out.Status = ReadinessChecksFailed, ReadinessStatusFailed
				s.Log.Warn("check failed", "check", name, "err", err)
			}
		})
	}
	group.Wait()
	if out.Status == ReadinessStatusFailed {
		return GetReadiness503JSONResponse(out), nil
	}
	return GetReadiness200JSONResponse(out), nil
}

// GetVersion answers GET /version.
func (s *Server) GetVersion(context.Context, GetVersionRequestObject) (GetVersionResponseObject, error) {
	return GetVersion200JSONResponse(s.Version), nil
}

// serveMetrics answers GET /metrics to this machine and to the operator's token.
// A request that came through a proxy is not from this machine.
func (s *Server) serveMetrics(c echo.Context) error {
	r := c.Request()
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	known := s.MetricsToken != "" && subtle.ConstantTimeCompare([]byte(token), []byte(s.MetricsToken)) == 1
	if s.Metrics == nil || !known && !local(r.RemoteAddr, r.Header) {
		return failure{kind: kindNotFound}
	}
	s.Metrics.ServeHTTP(c.Response(), r)
	return nil
}

func local(remote string, header map[string][]string) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if len(header[name]) > 0 {
			return false
		}
	}
	at, err := netip.ParseAddrPort(remote)
	return err == nil && at.Addr().Unmap().IsLoopback()
}

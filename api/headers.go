package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"foyer/api/pages"
)

// policyData is the content security policy of answers for machines; pages have
// [pages.Policy].
const policyData = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"

// headers sets what protects the answer of every route.
func (s *Server) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		securityHeaders(c.Response().Header(), c.Request(), s.Plain)
		return next(c)
	}
}

func securityHeaders(h http.Header, r *http.Request, plain bool) {
	h.Set("Content-Security-Policy", pages.Policy)
	if forMachines(r) && r.URL.Path != "/api/docs" {
		h.Set("Content-Security-Policy", policyData)
		h.Set("Cache-Control", "no-store")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	// Not "no-referrer": browsers without Sec-Fetch-Site would then send forms with
	// "Origin: null", which the guard against other sites refuses.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	if !plain {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

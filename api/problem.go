package api

import (
	"encoding/json"
	"net/http"
)

// kinds are the problems there are: a stable code, its title, its status and what
// it means. The code is the end of the problem's type.
type kind struct {
	Code   string
	Status int
	Title  string
	Means  string
}

var (
	kindInvalid     = kind{"invalid-request", http.StatusBadRequest, "The request does not read", "Something in the request is not what openapi.yaml says; `errors` names each place."}
	kindUnsigned    = kind{"not-signed-in", http.StatusUnauthorized, "Nobody is signed in", "Send a bearer token, or sign in. A token or session that ended is the same."}
	kindForbidden   = kind{"not-allowed", http.StatusForbidden, "Not allowed", "Who is signed in can never do this."}
	kindElsewhere   = kind{"cross-origin", http.StatusForbidden, "The request comes from another site", "A browser sent it on behalf of another site."}
	kindNotFound    = kind{"not-found", http.StatusNotFound, "Not found", "There is none, or the family did not agree. Nobody can tell which."}
	kindMethod      = kind{"method-not-allowed", http.StatusMethodNotAllowed, "Method not allowed", "The address exists and does not answer this method."}
	kindStale       = kind{"stale", http.StatusPreconditionFailed, "Somebody was faster", "The alert moved on since it was read; `current` says where it stands and who has it."}
	kindUnderWay    = kind{"under-way", http.StatusConflict, "The same write is under way", "A request with this `Idempotency-Key` was not answered yet. Try again in a moment."}
	kindKeyTaken    = kind{"key-taken", http.StatusUnprocessableEntity, "The key named another write", "Send a new `Idempotency-Key` with each write, and the same one with the same request only."}
	kindSaidSince   = kind{"said-since", http.StatusPreconditionFailed, "Something was said since", "The family said something else since its consents were read: read them again."}
	kindOtherNotice = kind{"other-notice", http.StatusConflict, "The text is another one now", "Nobody agrees to what they did not read: read the consents again, show the text, and send its `sha256`."}
	kindTooLarge    = kind{"too-large", http.StatusRequestEntityTooLarge, "The request is too large", "A body may have 64 KiB."}
	kindMedia       = kind{"unsupported-media-type", http.StatusUnsupportedMediaType, "Media type not supported", "Send application/json."}
	kindConditional = kind{"if-match-missing", http.StatusPreconditionRequired, "If-Match is missing", "Send the ETag of the alert as you read it."}
	kindTooMany     = kind{"too-many", http.StatusTooManyRequests, "Too many at once", "Close a stream of events before opening another."}
	kindInternal    = kind{"internal", http.StatusInternalServerError, "Something broke on our side", "Try again; if it lasts, report `request_id`."}
	kindUnavailable = kind{"unavailable", http.StatusServiceUnavailable, "The service is stopping", "Try again in a moment."}
	kinds           = []kind{kindInvalid, kindUnsigned, kindForbidden, kindElsewhere, kindNotFound, kindMethod, kindStale, kindSaidSince, kindOtherNotice, kindUnderWay, kindKeyTaken, kindTooLarge, kindMedia, kindConditional, kindTooMany, kindInternal, kindUnavailable}
)

// Type returns the URI reference of a kind: its paragraph in the manual.
func (k kind) Type() string { return "/api/docs#" + k.Code }

// A failure is an answer of a kind. It is the only thing people outside read of an
// error.
type failure struct {
	kind
	Errors    []Fault
	RequestID string
	Current   *Current // of a stale alert
}

// Error returns the code; it is for logs.
func (f failure) Error() string { return f.Code }

// body returns the problem of RFC 9457.
func (f failure) body() any {
	if f.Current != nil {
		return StaleProblem{Type: f.Type(), Title: f.Title, Status: f.Status, Current: *f.Current}
	}
	p := Problem{Type: f.Type(), Title: f.Title, Status: f.Status}
	if len(f.Errors) > 0 {
		p.Errors = &f.Errors
	}
	if f.RequestID != "" {
		p.RequestId = &f.RequestID
	}
	return p
}

// write sends a failure.
func (f failure) write(w http.ResponseWriter) {
	b, err := json.Marshal(f.body())
	if err != nil { // plain structs always marshal
		panic(err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if f.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="foyer"`)
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write(b) // the client is gone
}

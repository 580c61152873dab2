package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// A receiver is the cooperative's own server: it checks signatures as anybody
// would who follows Standard Webhooks, and is away for the first message.
type receiver struct {
	addr   string // host:port
	secret string

	mu       sync.Mutex
	away     int // how many messages it still refuses
	unsigned int
	got      []delivery
}

// A delivery is a message with a good signature.
type delivery struct {
	id    string
	body  string
	event struct {
		Type string `json:"type"`
		Data struct {
			Alert    string `json:"alert"`
			Label    string `json:"label"`
			Rule     string `json:"rule"`
			Severity string `json:"severity"`
		} `json:"data"`
	}
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", away: 1}
	wh, err := standardwebhooks.NewWebhook(r.secret)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		if err != nil || wh.Verify(body, q.Header) != nil {
			r.unsigned++
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		d := delivery{id: q.Header.Get("Webhook-Id"), body: string(body)}
		if err := json.Unmarshal(body, &d.event); err != nil {
			t.Errorf("a webhook that is no JSON: %s", body)
		}
		r.got = append(r.got, d)
		if r.away > 0 {
			r.away--
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(s.Close)
	r.addr = strings.TrimPrefix(s.URL, "http://")
	return r
}

// deliveries returns what came, in order.
func (r *receiver) deliveries() []delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]delivery(nil), r.got...)
}

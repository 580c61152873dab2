package records

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"foyer/alerts/channel"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/secret"
	"foyer/internal/testserver"
)

const hookKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// told is a receiver of webhooks on a real store behind the real Gate.
type told struct {
	mu     sync.Mutex
	ids    map[string]int
	bodies string
	down   bool
}

func (r *told) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	wh, err := standardwebhooks.NewWebhook(hookKey)
	if err != nil || wh.Verify(body, req.Header) != nil || r.down {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.ids[req.Header.Get("webhook-id")]++
	r.bodies += string(body)
}

func (r *told) set(down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = down
}

func (r *told) all() (ids int, bodies string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.ids), r.bodies
}

// telling runs outboxes, as several processes would, until the test ends.
func telling(t *testing.T, db *DB, r *told, processes int) {
	t.Helper()
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	section := &channel.WebhookSection{
		Allow:     []string{strings.TrimPrefix(server.URL, "http://")},
		Endpoints: []channel.Endpoint{{Name: "coop", URL: server.URL, Secret: secret.New(hookKey)}},
	}
	channels, err := channel.Config{"webhook": section}.Open(channel.Deps{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	db.Tell(channel.Routes(channels))
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range processes {
		gate := disclosure.New(db, time.Now, prometheus.NewRegistry())
		o := channel.NewOutbox(db, gate, channels, time.Now, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
		group.Go(func() {
			if err := o.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() {
		cancel()
		group.Wait()
	})
}

func TestAnAlertReachesTheWebhookUnderOneID(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		r := &told{ids: map[string]int{}}
		telling(t, db, r, 3)
		opened := coldAlert("a1", "f1")
		for _, step := range []household.Transition{opened, stepAfter(opened, household.StepResolved, household.Resolved), coldAlert("a2", "f2")} {
			if err := db.Transit(t.Context(), step); err != nil {
				t.Fatal(err)
			}
		}
		testserver.Wait(t, "three messages", func() bool { n, _ := r.all(); return n == 3 })
		testserver.Wait(t, "the marks", func() bool {
			return countAlert(t, db, `SELECT COUNT(*) FROM outbox WHERE outcome = 'sent'`) == 3
		})
		_, bodies := r.all()
		if strings.Index(bodies, "alert.resolved") < strings.Index(bodies, "alert.opened") || !strings.Contains(bodies, `"label":"Foyer 01"`) {
			t.Error(bodies)
		}
		for id, n := range r.ids {
			if n != 1 || countAlert(t, db, `SELECT COUNT(*) FROM outbox WHERE id = $1`, id) != 1 {
				t.Errorf("%s came %d times", id, n)
			}
		}
		if n := countAlert(t, db, `SELECT COUNT(*) FROM access WHERE audience = 'channel' AND family IN ('f1', 'f2')`); n < 3 {
			t.Errorf("%d of 3 reads are in the access log", n)
		}
	})
}

// TestConsentWithdrawnWhileAnAlertWaitsSendsNothing has the receiver down when
// the alert opens, and the family withdraw before it is back.
func TestConsentWithdrawnWhileAnAlertWaitsSendsNothing(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		r := &told{ids: map[string]int{}, down: true}
		telling(t, db, r, 2)
		for _, step := range []household.Transition{coldAlert("a1", "f1"), coldAlert("a2", "f2"), coldAlert("a3", "f3")} {
			if err := db.Transit(t.Context(), step); err != nil {
				t.Fatal(err)
			}
		}
		testserver.Wait(t, "an attempt", func() bool {
			return countAlert(t, db, `SELECT COUNT(*) FROM outbox WHERE attempts > 0`) > 0
		})
		execAlert(t, db, `UPDATE "grant" SET valid_to = (SELECT now FROM wall) WHERE family = 'f1'`)
		// A message that was under way meets a receiver that is still down.
		testserver.Wait(t, "what was withdrawn", func() bool {
			return countAlert(t, db, `SELECT COUNT(*) FROM outbox WHERE alert = 'a1' AND outcome = ''`) == 0
		})
		r.set(false)
		testserver.Wait(t, "every outcome", func() bool {
			return countAlert(t, db, `SELECT COUNT(*) FROM outbox WHERE outcome = ''`) == 0
		})
		got := listAlert(t, db, `SELECT alert || '=' || outcome FROM outbox ORDER BY alert`)
		if got != "a1=withheld a2=sent a3=withheld" {
			t.Error(got)
		}
		if n, bodies := r.all(); n != 1 || strings.Contains(bodies, "Foyer 01") || strings.Contains(bodies, "Foyer 03") {
			t.Errorf("%d messages: %s", n, bodies)
		}
	})
}

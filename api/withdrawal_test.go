package api

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/registry"
	"foyer/internal/testserver"
)

// A reader asks for a family again and again. The number of the round is odd while
// nothing is agreed to: what was asked and answered within such a round may not know
// the family.
type reader struct {
	path   string
	within atomic.Int64 // answers wholly within the round that runs
	given  atomic.Int64 // answers that knew the family, in rounds that agree
}

// read returns the first answer that came too late, "" at the end.
func (x *reader) read(v *town, round *atomic.Int64, over <-chan struct{}) string {
	client := &http.Client{}
	for {
		select {
		case <-over:
			return ""
		default:
		}
		r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.url+x.path, nil)
		if err != nil {
			return err.Error()
		}
		r.Header.Set("Authorization", "Bearer "+v.token)
		before := round.Load()
		res, err := client.Do(r)
		if err != nil {
			return err.Error()
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			return err.Error()
		}
		knows := strings.Contains(string(body), string(v.cold))
		switch same := before == round.Load(); {
		case same && before%2 == 1 && knows:
			return x.path + ": " + string(body)
		case same:
			x.within.Add(1)
		}
		if knows {
			x.given.Add(1)
		}
	}
}

// S2 of the test plan: a hundred withdrawals, ten without FOYER_TEST_ALL, while others read as fast as they can.
// No answer that began after a withdrawal knows the family, and every stream that was
// open ends.
func TestAHundredWithdrawalsUnderLoad(t *testing.T) {
	v := newTown(t)
	form := registry.Form{Notice: "test"}
	all := []consent.Purpose{consent.Alert, consent.CooperativeSummary}
	readers := []*reader{
		{path: "/api/v1/families/" + string(v.cold)},
		{path: "/api/v1/families"},
		{path: "/api/v1/alerts"},
		{path: "/api/v1/alerts/" + v.coldID},
		{path: "/api/v1/families/" + string(v.cold) + "/usage?by=month"},
	}
	var round atomic.Int64
	over, late := make(chan struct{}), make(chan string, len(readers))
	var reading sync.WaitGroup
	for _, x := range readers {
		reading.Go(func() { late <- x.read(v, &round, over) })
	}
	streams := []*stream{v.follow(v.url), v.follow(v.url)}
	settled := func() {
		for _, x := range readers {
			x.within.Store(0)
		}
		testserver.Wait(t, "every reader to read", func() bool {
			for _, x := range readers {
				if x.within.Load() < 1 && len(late) == 0 {
					return false
				}
			}
			return true
		})
	}
	withdrawals := 10
	if os.Getenv("FOYER_TEST_ALL") == "1" {
		withdrawals = 100
	}
	for n := range withdrawals {
		settled()
		v.must(v.registry.WithdrawAll(t.Context(), v.cold, form))
		round.Add(1)
		if n == 0 {
			began := time.Now()
			v.opened(v.cold, "after")
			for _, s := range streams {
				if rest := s.ended(t); strings.Contains(rest, "Foyer 07") {
					t.Errorf("an open stream tells: %s", rest)
				}
			}
			t.Logf("streams ended %s after the withdrawal", time.Since(began).Round(time.Millisecond))
		}
		settled()
		round.Add(1)
		v.must(v.registry.Bundle(t.Context(), v.cold, form, false, all...))
	}
	close(over)
	reading.Wait()
	close(late)
	for one := range late {
		if one != "" {
			t.Errorf("an answer after the withdrawal: %s", one)
		}
	}
	for _, x := range readers {
		if x.given.Load() == 0 {
			t.Errorf("%s never knew the family: the test tests nothing", x.path)
		}
	}
}

// Where a list goes on was told before a withdrawal. What follows knows nothing of the
// family, whether it was to come or was the last one shown.
func TestAListGoesOnWithoutWhoWithdrew(t *testing.T) {
	for name, last := range map[string]bool{"who was to come": false, "who was shown last": true} {
		t.Run(name, func(t *testing.T) {
			v := newTown(t)
			first := decode[AlertList](t, v.api("GET", "/api/v1/alerts?limit=1", ""))
			if len(first.Items) != 1 || first.Items[0].Family.Id != string(v.cold) || first.NextCursor.IsNull() {
				t.Fatalf("the first page is %+v", first)
			}
			leaves, stays := v.calm, 0
			if last {
				leaves, stays = v.cold, 1
			}
			v.must(v.registry.WithdrawAll(t.Context(), leaves, registry.Form{Notice: "test"}))
			got := v.api("GET", "/api/v1/alerts?limit=1&cursor="+url.QueryEscape(first.NextCursor.MustGet()), "")
			rest := decode[AlertList](t, got)
			if len(rest.Items) != stays || strings.Contains(got.Text, string(leaves)) {
				t.Errorf("the list goes on with %s", got.Text)
			}
		})
	}
}

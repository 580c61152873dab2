package channel_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"foyer/alerts/channel"
	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/testserver"
)

func TestAWebhookIsTriedAgainUnderOneID(t *testing.T) {
	r := newReceiver(t, key)
	r.answer = func(n int) int { return []int{503, 500, 200}[min(n, 3)-1] }
	q := &queue{}
	q.add("webhook:coop", time.Now(), "msg_1")
	o, reg := newOutbox(q, agreed, io.Discard, webhook(open(t, r.section(), deps(t, io.Discard))))
	during(t, o, func() {
		testserver.Wait(t, "the delivery", func() bool { return q.outcomes() == "sent" })
	})
	got := r.all()
	if len(got) != 3 || got[0].ID != "msg_1" || got[1].ID != "msg_1" || got[2].ID != "msg_1" {
		t.Errorf("%+v", got)
	}
	if counted(t, reg, "webhook", "failed") != 2 || counted(t, reg, "webhook", "sent") != 1 {
		t.Error("the attempts are not counted")
	}
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Error(err, problems)
	}
}

// webhook sets what Config.Open sets.
func webhook(o channel.Open) channel.Open {
	o.Kind = "webhook"
	return o
}

func TestAReceiverThatWasDownGetsEverythingOnce(t *testing.T) {
	r := newReceiver(t, key)
	address := r.Listener.Addr().String()
	section := r.section()
	r.Close()
	q := &queue{}
	ids := []string{"msg_1", "msg_2", "msg_3", "msg_4", "msg_5"}
	q.add("webhook:coop", time.Now(), ids...)
	o, reg := newOutbox(q, agreed, io.Discard, webhook(open(t, section, deps(t, io.Discard))))
	during(t, o, func() {
		testserver.Wait(t, "a failure", func() bool { return counted(t, reg, "webhook", "failed") > 0 })
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		back := &http.Server{Handler: r.Config.Handler}
		go back.Serve(listener)
		defer back.Close()
		testserver.Wait(t, "the deliveries", func() bool { return q.outcomes() == "sent sent sent sent sent" })
	})
	var got []string
	for _, m := range r.all() {
		got = append(got, m.ID)
	}
	slices.Sort(got)
	if !slices.Equal(got, ids) {
		t.Error(got)
	}
}

func TestAKillBetweenSendingAndMarkingSendsTheSameIDAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		ch := channel.Open{Name: "log", Kind: "log", Channel: sender(func(_ context.Context, m channel.Message) error {
			ids = append(ids, m.ID)
			return nil
		})}
		q := &queue{unsure: true}
		q.add("log", time.Now(), "msg_1")
		first, _ := newOutbox(q, agreed, io.Discard, ch)
		during(t, first, func() { time.Sleep(10 * time.Second) })
		if len(ids) != 1 {
			t.Fatalf("inside the lease it was sent %d times", len(ids))
		}
		q.unsure = false
		second, _ := newOutbox(q, agreed, io.Discard, ch)
		during(t, second, func() { time.Sleep(2 * time.Minute) })
		if fmt.Sprint(ids) != "[msg_1 msg_1]" || q.outcomes() != "sent" {
			t.Error(ids, q.outcomes())
		}
	})
}

func TestWithdrawnConsentSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, told := 0, 0
		gone := gate(func(string, consent.Recipient) (disclosure.Alert, error) {
			asked++
			return disclosure.Alert{}, fmt.Errorf("disclose: %w", disclosure.ErrWithheld)
		})
		q := &queue{}
		q.add("log", time.Now(), "msg_1")
		o, reg := newOutbox(q, gone, io.Discard, channel.Open{Name: "log", Kind: "log", Channel: sender(func(context.Context, channel.Message) error {
			told++
			return nil
		})})
		during(t, o, func() { time.Sleep(48 * time.Hour) })
		if asked != 1 || told != 0 || q.outcomes() != "withheld" || counted(t, reg, "log", "withheld") != 1 {
			t.Errorf("asked %d, told %d, %s", asked, told, q.outcomes())
		}
	})
}

func TestADeliveryIsGivenUpAfterADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logs bytes.Buffer
		var times []time.Time
		q := &queue{}
		start := time.Now()
		q.add("log", start, "msg_1")
		o, reg := newOutbox(q, agreed, &logs, channel.Open{Name: "log", Kind: "log", Channel: sender(func(context.Context, channel.Message) error {
			times = append(times, time.Now())
			return errors.New("down")
		})})
		during(t, o, func() {
			time.Sleep(24*time.Hour - time.Second)
			if q.outcomes() != "" {
				t.Error("before a day is over: " + q.outcomes())
			}
			time.Sleep(2 * time.Minute)
		})
		if q.outcomes() != "given_up" || counted(t, reg, "log", "given_up") != 1 || !strings.Contains(logs.String(), "delivery given up") {
			t.Error(q.outcomes())
		}
		for i, at := range times[1:] {
			if gap := at.Sub(times[i]); gap < 800*time.Millisecond || gap > 48*time.Second {
				t.Fatalf("attempt %d came %v after the one before", i+2, gap)
			}
		}
		if strings.Contains(logs.String(), "msg_1") || strings.Contains(logs.String(), "alert of") {
			t.Error("the log names a delivery")
		}
	})
}

func TestAReceiverThatRefusesIsAskedLessOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var attempts, others atomic.Int64
		q := &queue{}
		q.add("log", time.Now(), "bad")
		o, _ := newOutbox(q, agreed, io.Discard, channel.Open{Name: "log", Kind: "log", Channel: sender(func(_ context.Context, m channel.Message) error {
			if m.ID == "bad" {
				attempts.Add(1)
				return channel.ErrRefused
			}
			others.Add(1)
			return nil
		})})
		during(t, o, func() {
			time.Sleep(12 * time.Hour)
			q.add("log", time.Now(), "a", "b", "c")
			time.Sleep(5 * time.Second)
			if n := others.Load(); n != 3 {
				t.Errorf("%d of 3 others got past it", n)
			}
			time.Sleep(13 * time.Hour)
		})
		if n := attempts.Load(); n < 80 || n > 140 || q.outcomes() != "given_up sent sent sent" {
			t.Errorf("%d attempts, %s", n, q.outcomes())
		}
	})
}

func TestAReceiverThatIsGoneIsLeftAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		q := &queue{}
		q.add("log", time.Now(), "msg_1")
		o, _ := newOutbox(q, agreed, io.Discard, channel.Open{Name: "log", Kind: "log", Channel: sender(func(context.Context, channel.Message) error {
			attempts++
			return fmt.Errorf("answered 410: %w", channel.ErrGone)
		})})
		during(t, o, func() { time.Sleep(time.Hour) })
		if attempts != 1 || q.outcomes() != "given_up" {
			t.Errorf("%d attempts, %s", attempts, q.outcomes())
		}
	})
}

// TestADownReceiverIsProbedNotFlooded has a hundred deliveries wait for a
// receiver that comes back after a day, less an hour.
func TestADownReceiverIsProbedNotFlooded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		down, attempts, running, most := true, 0, 0, 0
		q := &queue{}
		var ids []string
		for i := range 100 {
			ids = append(ids, fmt.Sprint("msg_", i))
		}
		q.add("log", time.Now(), ids...)
		o, _ := newOutbox(q, agreed, io.Discard, channel.Open{Name: "log", Kind: "log", Channel: sender(func(context.Context, channel.Message) error {
			mu.Lock()
			attempts++
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(100 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			running--
			if down {
				return errors.New("down")
			}
			return nil
		})})
		during(t, o, func() {
			time.Sleep(23 * time.Hour)
			mu.Lock()
			if perMinute := attempts / (23 * 60); perMinute > 5 {
				t.Errorf("%d attempts a minute", perMinute)
			}
			down = false
			mu.Unlock()
			time.Sleep(time.Minute)
			if got := q.outcomes(); strings.Count(got, "sent") != 100 {
				t.Errorf("a minute after it is back %d of 100 have arrived", strings.Count(got, "sent"))
			}
		})
		if most > 8 {
			t.Errorf("%d at a time", most)
		}
	})
}

func TestOneChannelDoesNotHoldUpAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queue{}
		q.add("webhook:slow", time.Now(), "msg_1")
		q.add("log", time.Now(), "msg_2")
		slow := channel.Open{Name: "webhook:slow", Kind: "webhook", Channel: sender(func(ctx context.Context, _ channel.Message) error {
			<-ctx.Done()
			return ctx.Err()
		})}
		quick := channel.Open{Name: "log", Kind: "log", Channel: sender(func(context.Context, channel.Message) error { return nil })}
		o, reg := newOutbox(q, agreed, io.Discard, slow, quick)
		during(t, o, func() {
			time.Sleep(time.Second)
			if q.outcomes() != " sent" {
				t.Error(q.outcomes())
			}
			time.Sleep(time.Minute)
			if counted(t, reg, "webhook", "failed") < 2 {
				t.Error("a channel that hangs is not cut off inside the lease")
			}
		})
	})
}

func TestAPanicIsAFailedAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logs bytes.Buffer
		attempts := 0
		q := &queue{}
		q.add("log", time.Now(), "msg_1")
		o, _ := newOutbox(q, agreed, &logs, channel.Open{Name: "log", Kind: "log", Channel: sender(func(context.Context, channel.Message) error {
			if attempts++; attempts == 1 {
				panic("CANARY")
			}
			return nil
		})})
		during(t, o, func() { time.Sleep(time.Minute) })
		if q.outcomes() != "sent" || strings.Contains(logs.String(), "CANARY") {
			t.Error(q.outcomes(), logs.String())
		}
	})
}

// TestKillsLoseNothingAndInventNothing stops outboxes at random moments, two at
// a time on one queue, half of the stops before what was sent is marked.
func TestKillsLoseNothingAndInventNothing(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 2))
			var mu sync.Mutex
			got := map[string]int{}
			ch := channel.Open{Name: "log", Kind: "log", Channel: sender(func(ctx context.Context, m channel.Message) error {
				timer := time.NewTimer(300 * time.Millisecond)
				defer timer.Stop()
				select {
				case <-timer.C:
				case <-ctx.Done():
					return ctx.Err()
				}
				mu.Lock()
				defer mu.Unlock()
				got[m.ID]++
				return nil
			})}
			q := &queue{}
			want := map[string]bool{}
			for life := range 10 {
				for i := range 20 {
					id := fmt.Sprintf("msg_%d_%d", life, i)
					want[id] = true
					q.add("log", time.Now(), id)
				}
				q.unsure = rng.IntN(2) == 0
				a, _ := newOutbox(q, agreed, io.Discard, ch)
				b, _ := newOutbox(q, agreed, io.Discard, ch)
				during(t, a, func() {
					during(t, b, func() { time.Sleep(time.Duration(rng.IntN(2000)) * time.Millisecond) })
				})
			}
			q.unsure = false
			last, _ := newOutbox(q, agreed, io.Discard, ch)
			during(t, last, func() { time.Sleep(5 * time.Minute) })
			for id := range got {
				if !want[id] {
					t.Errorf("seed %d: %s was never queued", seed, id)
				}
			}
			if len(got) != len(want) || strings.Count(q.outcomes(), "sent") != len(want) {
				t.Errorf("seed %d: %d of %d arrived", seed, len(got), len(want))
			}
		})
	}
}

func TestTwoOutboxesSendEachDeliveryOnce(t *testing.T) {
	var mu sync.Mutex
	got := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got[req.Header.Get("webhook-id")]++
	}))
	defer server.Close()
	r := &receiver{Server: server}
	q := &queue{}
	var ids []string
	for i := range 60 {
		ids = append(ids, fmt.Sprint("msg_", i))
	}
	q.add("webhook:coop", time.Now(), ids...)
	a, _ := newOutbox(q, agreed, io.Discard, webhook(open(t, r.section(), deps(t, io.Discard))))
	b, _ := newOutbox(q, agreed, io.Discard, webhook(open(t, r.section(), deps(t, io.Discard))))
	during(t, a, func() {
		during(t, b, func() {
			testserver.Wait(t, "the deliveries", func() bool { return strings.Count(q.outcomes(), "sent") == 60 })
		})
	})
	for id, n := range got {
		if n != 1 {
			t.Errorf("%s was sent %d times", id, n)
		}
	}
	if len(got) != 60 {
		t.Errorf("%d of 60 arrived", len(got))
	}
}

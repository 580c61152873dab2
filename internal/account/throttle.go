package account

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// ErrThrottled refuses an attempt that comes too soon after wrong ones. Test with
// errors.As.
type ErrThrottled struct {
	After time.Duration // try again then
}

// Error says how long to wait.
func (e ErrThrottled) Error() string {
	return fmt.Sprintf("too many wrong attempts, try again in %s", e.After.Round(time.Second))
}

// Only wrong attempts are counted. Who keeps guessing at an account delays its
// owner too, by three minutes for each guess, as long as the guessing goes on.
const (
	guessBurst = 10              // wrong attempts in a row, from one place or at one account
	guessEvery = 3 * time.Minute // then one each
	remembered = 10_000          // places and accounts, twice
)

// A throttle slows guesses down. Its memory is bounded: two generations of
// limiters, of which the older is dropped when the newer is full.
type throttle struct {
	now        func() time.Time
	mu         sync.Mutex
	young, old map[string]*rate.Limiter
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, young: map[string]*rate.Limiter{}}
}

// A try is one attempt, counted as wrong until it turns out right.
type try struct {
	wait  time.Duration // before this the attempt may not be made
	right func()        // takes it back
}

// try makes an attempt at an account or code, from a place.
func (t *throttle) try(what, account, from string) try {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	var wait time.Duration
	var made []*rate.Reservation
	for _, key := range []string{what + " at " + account, what + " from " + from} {
		r := t.limiter(key).ReserveN(now, 1)
		made = append(made, r)
		wait = max(wait, r.DelayFrom(now))
	}
	back := func() {
		for _, r := range made {
			r.CancelAt(now)
		}
	}
	if wait > 0 {
		back()
		return try{wait: wait}
	}
	return try{right: back}
}

// limiter returns the limiter of a key, new or kept.
func (t *throttle) limiter(key string) *rate.Limiter {
	if l := t.young[key]; l != nil {
		return l
	}
	l := t.old[key]
	if l == nil {
		l = rate.NewLimiter(rate.Every(guessEvery), guessBurst)
	}
	if len(t.young) >= remembered {
		t.young, t.old = map[string]*rate.Limiter{}, t.young
	}
	t.young[key] = l
	return l
}

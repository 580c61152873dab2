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

// A throttle slows guesses down. Its memory is bounded: of places, and of accounts that
// may not exist, two generations of limiters, of which the older is dropped when the
// newer is full. Accounts that exist are never dropped: there are few.
type throttle struct {
	now        func() time.Time
	mu         sync.Mutex
	young, old map[string]*rate.Limiter
	known      map[string]*rate.Limiter
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, young: map[string]*rate.Limiter{}, known: map[string]*rate.Limiter{}}
}

// A try is one attempt, counted as wrong until it turns out right.
type try struct {
	wait  time.Duration // before this the attempt may not be made
	right func()        // takes it back
}

// try makes an attempt at an account or code, from a place; known says that there is such
// an account. One that may not be made leaves nothing behind, so that no number of them
// pushes out what is remembered.
func (t *throttle) try(what, account, from string, known bool) try {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	at, place := what+" at "+account, what+" from "+from
	var wait time.Duration
	var made []*rate.Reservation
	reserve := func(l *rate.Limiter) {
		r := l.ReserveN(now, 1)
		made = append(made, r)
		wait = max(wait, r.DelayFrom(now))
	}
	back := func() {
		for _, r := range made {
			r.CancelAt(now)
		}
	}
	limiters := []*rate.Limiter{t.find(at), t.find(place)}
	for _, l := range limiters {
		if l != nil {
			reserve(l)
		}
	}
	if wait > 0 {
		back()
		return try{wait: wait}
	}
	for i, key := range []string{at, place} {
		if limiters[i] == nil {
			reserve(t.remember(key, i == 0 && known))
		}
	}
	return try{right: back}
}

// find returns the limiter of a key; nil for one that is not remembered.
func (t *throttle) find(key string) *rate.Limiter {
	if l := t.known[key]; l != nil {
		return l
	}
	if l := t.young[key]; l != nil {
		return l
	}
	l := t.old[key]
	if l != nil {
		t.keep(key, l)
	}
	return l
}

// remember returns a new limiter of a key.
func (t *throttle) remember(key string, known bool) *rate.Limiter {
	l := rate.NewLimiter(rate.Every(guessEvery), guessBurst)
	if known {
		t.known[key] = l
	} else {
		t.keep(key, l)
	}
	return l
}

func (t *throttle) keep(key string, l *rate.Limiter) {
	if len(t.young) >= remembered {
		t.young, t.old = map[string]*rate.Limiter{}, t.young
	}
	t.young[key] = l
}

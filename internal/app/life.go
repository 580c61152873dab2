package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"foyer/internal/outbound"
)

// lifeEvery is how often a sign of life is given: whoever waits for it misses two of them
// before the quarter of an hour in which a stopped Foyer is to be noticed.
const lifeEvery = 5 * time.Minute

// A life gives signs of life to a service elsewhere, which calls somebody when they stay
// away: nobody on a machine can tell that the machine is gone.
type life struct {
	url    string
	client *http.Client
	every  time.Duration
	holds  func(context.Context) error // what must hold for a sign
	failed func(error)
}

// newLife returns the sign of life of a configured address.
func (a *App) newLife() life {
	return life{
		url: a.Config.Life.URL.Reveal(), client: outbound.Client(func(netip.AddrPort) bool { return false }), every: lifeEvery,
		holds:  a.hold,
		failed: func(err error) { a.Log.Error("no sign of life was given", "err", err) },
	}
}

// hold runs every check that /readyz would.
func (a *App) hold(ctx context.Context) error {
	for name, check := range a.checks {
		if err := check(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// Run gives signs until ctx ends.
func (l life) Run(ctx context.Context) error {
	next := time.NewTicker(l.every)
	defer next.Stop()
	for {
		if err := l.give(ctx); err != nil && ctx.Err() == nil {
			l.failed(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		}
	}
}

// give gives one sign. Its address is a secret: it stands in no error.
func (l life) give(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := l.holds(ctx); err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url, http.NoBody)
	if err != nil {
		return errors.New("life.url does not read")
	}
	res, err := l.client.Do(r)
	if hidden := (*url.Error)(nil); errors.As(err, &hidden) {
		err = hidden.Err
	}
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("life.url answers %d", res.StatusCode)
	}
	return nil
}

package records

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"
)

// leads starts a process that wants to lead, and says when it does and when it stops.
func leads(ctx context.Context, d *DB) (began, ended <-chan struct{}, done <-chan error) {
	b, e, r := make(chan struct{}, 8), make(chan struct{}, 8), make(chan error, 1)
	go func() {
		r <- d.Lead(ctx, func(ctx context.Context) error {
			b <- struct{}{}
			<-ctx.Done()
			e <- struct{}{}
			return nil
		})
	}()
	return b, e, r
}

func within(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s: not within 30 s", what)
	}
}

func TestOneProcessLeadsAndAnotherTakesOver(t *testing.T) {
	address := stores["postgres"](t)
	one, two := open(t, address), open(t, address)
	ctx, stop := context.WithCancel(t.Context())
	first, _, ended := leads(ctx, one)
	within(t, "the first leads", first)
	second, _, _ := leads(t.Context(), two)
	select {
	case <-second:
		t.Fatal("two lead at once")
	case <-time.After(leadEvery + time.Second):
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the first ended with %v", err)
	}
	within(t, "the second leads", second)
}

func TestLeadEndsWithItsConnectionAndComesBack(t *testing.T) {
	address := stores["postgres"](t)
	d := open(t, address)
	began, ended, _ := leads(t.Context(), d)
	within(t, "it leads", began)
	admin, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	_, err = admin.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1`, leadLock)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "it notices", ended)
	within(t, "it leads again", began)
}

func TestLeadPassesOnWhatEndedIt(t *testing.T) {
	eachDB(t, func(t *testing.T, d *DB) {
		want := errors.New("enough")
		if err := d.Lead(t.Context(), func(context.Context) error { return want }); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	})
}

package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/testserver"
)

// atOnce has n things done by db that all wait when the first of them begins, and returns
// how each ended.
func atOnce(t *testing.T, db *DB, n int, do func(i int) error) []error {
	t.Helper()
	writer, err := db.write.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended := make([]error, n)
	done := make(chan struct{})
	for i := range n {
		go func() {
			defer func() { done <- struct{}{} }()
			defer func() {
				if p := recover(); p != nil {
					ended[i] = fmt.Errorf("panic: %v", p)
				}
			}()
			ended[i] = do(i)
		}()
	}
	db.crowded(t, n)
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	for range n {
		<-done
	}
	return ended
}

// crowded waits until n wait to read.
func (d *DB) crowded(t *testing.T, n int) {
	t.Helper()
	testserver.Wait(t, "all to wait", func() bool {
		d.crowd.mu.Lock()
		defer d.crowd.mu.Unlock()
		return len(d.crowd.waiting) == n
	})
}

// note writes a read down whose view is named for i.
func (d *DB) note(ctx context.Context, i int, then func() error) error {
	return d.disclose(ctx, func(ctx context.Context, tx *sql.Tx) error {
		err := d.exec(ctx, tx, `INSERT INTO access (at, audience, subject, family, purpose, view) VALUES (1, 'token', 't', 'f', 'p', $1)`, []any{strconv.Itoa(i)})
		if err != nil {
			return err
		}
		return then()
	})
}

// noted returns which reads are written down.
func noted(t *testing.T, db *DB) (all []int) {
	t.Helper()
	rows, err := db.read.Query(`SELECT CAST(view AS INTEGER) FROM access WHERE family = 'f' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var i int
		if err := rows.Scan(&i); err != nil {
			t.Fatal(err)
		}
		all = append(all, i)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func good() error { return nil }

func TestReadsAtOnceShareTransactions(t *testing.T) {
	db, rec := openRecorded(t)
	w := newTown(t, db)
	var homes []household.FamilyID
	for i := range 4 {
		homes = append(homes, w.family(t, fmt.Sprintf("Foyer %02d", i)))
		if i%2 == 0 {
			w.agrees(t, homes[i], consent.CooperativeSummary)
		}
	}
	rec.take()
	const reads = 3 * mostShared
	ended := atOnce(t, db, reads, func(i int) error {
		one, err := w.gate.Family(t.Context(), w.caseworker, homes[i%4])
		if err == nil && one.Family != homes[i%4] {
			err = errors.New("another family is told of")
		}
		return err
	})
	for i, err := range ended {
		if i%2 == 0 && err != nil || i%2 == 1 && !errors.Is(err, disclosure.ErrWithheld) {
			t.Errorf("read %d: %v", i, err)
		}
	}
	for i, id := range homes {
		if n := w.count(t, `SELECT COUNT(*) FROM access WHERE family = $1 AND view = $2`, string(id), []string{"summary", consent.Withheld}[i%2]); n != reads/4 {
			t.Errorf("%d of %d reads of home %d are written down", n, reads/4, i)
		}
	}
	begun := 0
	for _, s := range rec.take() {
		if s == "BEGIN" {
			begun++
		}
	}
	if begun != 3 {
		t.Errorf("%d reads took %d transactions", reads, begun)
	}
}

// TestAReadThatFailsIsUndoneAlone: what others wrote in the same transaction stays.
func TestAReadThatFailsIsUndoneAlone(t *testing.T) {
	db, wrong := open(t, stores["sqlite"](t)), errors.New("wrong")
	for n := range 4 { // alone, and in company
		ended := atOnce(t, db, n+1, func(i int) error {
			return db.note(t.Context(), 10*n+i, func() error {
				if i == n/2 {
					return wrong
				}
				return nil
			})
		})
		for i, err := range ended {
			if (i == n/2) != errors.Is(err, wrong) || i != n/2 && err != nil {
				t.Errorf("%d at once, number %d: %v", n+1, i, err)
			}
		}
	}
	if got, want := noted(t, db), []int{11, 20, 22, 30, 32, 33}; !slices.Equal(got, want) {
		t.Errorf("written down: %v, want %v", got, want)
	}
}

// TestNobodyIsAnsweredBeforeTheCommit: when it fails, what all have read stays untold.
func TestNobodyIsAnsweredBeforeTheCommit(t *testing.T) {
	db, rec := openRecorded(t)
	rec.refuses = errors.New("the disk is full")
	for i, err := range atOnce(t, db, 3, func(i int) error { return db.note(t.Context(), i, good) }) {
		if !errors.Is(err, rec.refuses) {
			t.Errorf("number %d: %v", i, err)
		}
	}
	if got := noted(t, db); len(got) > 0 {
		t.Errorf("written down: %v", got)
	}
}

// TestWhoGivesUpWaitingIsNotReadFor: whether it would have begun or waited for who does,
// what it asked for is not done later.
func TestWhoGivesUpWaitingIsNotReadFor(t *testing.T) {
	db := open(t, stores["sqlite"](t))
	writer, err := db.write.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	for i := range 3 {
		go func() { ended <- db.note(ctx, i, good) }()
	}
	db.crowded(t, 3)
	cancel()
	for range 3 {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.note(t.Context(), 7, good); err != nil {
		t.Fatal(err)
	}
	if got, want := noted(t, db), []int{7}; !slices.Equal(got, want) {
		t.Errorf("written down: %v, want %v", got, want)
	}
}

// TestAReadIsNotCutOffOnceBegun: SQLite would undo all of the transaction, and what
// follows would be written on its own.
func TestAReadIsNotCutOffOnceBegun(t *testing.T) {
	db := open(t, stores["sqlite"](t))
	ctx, cancel := context.WithCancel(t.Context())
	for i, err := range atOnce(t, db, 3, func(i int) error {
		return db.note(ctx, i, func() error { cancel(); return nil })
	}) {
		if err != nil {
			t.Errorf("number %d: %v", i, err)
		}
	}
	if got := noted(t, db); len(got) != 3 {
		t.Errorf("written down: %v", got)
	}
}

// TestAPanicEndsATransactionAndNoMore: nobody in it is answered, and the next are.
func TestAPanicEndsATransactionAndNoMore(t *testing.T) {
	db := open(t, stores["sqlite"](t))
	for range 2 {
		for i, err := range atOnce(t, db, 3, func(i int) error {
			return db.note(t.Context(), i, func() error {
				if i == 2 {
					panic("a mistake")
				}
				return nil
			})
		}) {
			if err == nil {
				t.Errorf("number %d was answered", i)
			}
		}
		if got := noted(t, db); len(got) > 0 {
			t.Errorf("written down: %v", got)
		}
	}
	if err := db.note(t.Context(), 7, good); err != nil {
		t.Error(err)
	}
}

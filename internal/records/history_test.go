package records

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/internal/testserver"
)

// A life is one family from its registration on: what it says, when it leaves its
// home, and what the Gate may give of it.
type life struct {
	*town
	r     *rand.Rand
	id    household.FamilyID
	me    disclosure.Audience
	left  time.Time // when it left; zero while it lives there
	steps []string
}

// A step is one thing that can happen to a family.
type step struct {
	name   string
	weight int
	take   func(*testing.T, *life) error
}

// What can happen. Each says what it does to the store; what follows for every
// question is the pure decision's to say.
var steps = []step{
	{"give", 8, func(t *testing.T, l *life) error {
		form := registry.Form{}
		today := energy.DayOf(noon, paris)
		if l.r.IntN(2) == 0 {
			form.DataFrom = today.Add(-l.r.IntN(12)).Start(paris)
		}
		if l.r.IntN(3) == 0 {
			form.DataTo = today.Add(2 - l.r.IntN(12)).Start(paris)
		}
		if !form.DataTo.IsZero() && !form.DataFrom.Before(form.DataTo) {
			return nil
		}
		_, err := l.registry.Say(t.Context(), l.id, consent.Give, l.scopes(), form)
		return err
	}},
	{"expire", 1, func(t *testing.T, l *life) error {
		scopes, ends := l.scopes(), l.clock(t).Add(15*time.Millisecond)
		if _, err := l.registry.Say(t.Context(), l.id, consent.Give, scopes, registry.Form{Expires: ends}); err != nil {
			return err
		}
		testserver.Wait(t, "a consent to end", func() bool { return l.clock(t).After(ends) })
		return nil
	}},
	{"refuse", 1, func(t *testing.T, l *life) error {
		return l.registry.Refuse(t.Context(), l.id, l.scopes(), registry.Form{})
	}},
	{"narrow", 4, func(t *testing.T, l *life) error {
		s := l.scopes()[0]
		limits := consent.Limits{Finest: s.Granularity}
		switch l.r.IntN(4) {
		case 0:
			limits = consent.Limits{Purpose: s.Purpose, Categories: []consent.Category{s.Category}}
		case 1:
			limits = consent.Limits{Recipients: []consent.Recipient{s.Recipient}}
		case 2:
			today := energy.DayOf(noon, paris)
			limits = consent.Limits{Category: s.Category, DataFrom: today.Add(-8).Start(paris), DataTo: today.Add(-l.r.IntN(7)).Start(paris)}
		}
		_, err := l.registry.Narrow(t.Context(), l.id, limits, registry.Form{})
		return err
	}},
	{"withdraw", 3, func(t *testing.T, l *life) error {
		if l.r.IntN(3) == 0 {
			return l.registry.WithdrawAll(t.Context(), l.id, registry.Form{})
		}
		return l.registry.Withdraw(t.Context(), l.id, l.scopes(), registry.Form{})
	}},
	{"move", 1, func(t *testing.T, l *life) error {
		if !l.left.IsZero() {
			return nil
		}
		l.left = energy.DayOf(noon, paris).Add(-1 - l.r.IntN(9)).Start(paris)
		_, err := l.registry.MoveOut(t.Context(), l.id, "", l.left, registry.Word{By: "A. Roy", Why: "end of lease"})
		return err
	}},
}

func (l *life) clock(t *testing.T) time.Time {
	t.Helper()
	var now int64
	if err := l.db.read.QueryRow(`SELECT now FROM wall`).Scan(&now); err != nil {
		t.Fatal(err)
	}
	return time.UnixMilli(now)
}

// scopes returns one or two at random, mostly what can be read at all.
func (l *life) scopes() []consent.Scope {
	one := func() consent.Scope {
		p := []consent.Purpose{consent.FamilyView, consent.CooperativeSummary, consent.Alert}[l.r.IntN(3)]
		to := consent.ToFamily
		if p == consent.CooperativeSummary || p == consent.Alert && l.r.IntN(2) == 0 {
			to = consent.ToCooperative
		}
		c := []consent.Category{consent.Consumption, consent.Consumption, consent.Cost, consent.IndoorClimate}[l.r.IntN(4)]
		return consent.Scope{Purpose: p, Recipient: to, Category: c, Granularity: consent.Granularity(l.r.IntN(4) + 1)}
	}
	all := []consent.Scope{one()}
	if other := one(); l.r.IntN(3) == 0 && other != all[0] {
		all = append(all, other)
	}
	return all
}

// step has one thing happen, and tells what.
func (l *life) step(t *testing.T) {
	t.Helper()
	total := 0
	for _, s := range steps {
		total += s.weight
	}
	n := l.r.IntN(total)
	for _, s := range steps {
		if n -= s.weight; n >= 0 {
			continue
		}
		l.steps = append(l.steps, s.name)
		if err := s.take(t, l); err != nil {
			t.Fatal(s.name, err)
		}
		return
	}
}

// may says what the pure decision and the date of leaving allow of a stretch of data.
func (l *life) may(events []consent.Event, now time.Time, p consent.Purpose, to consent.Recipient, c consent.Category, g consent.Granularity, from, until time.Time) bool {
	return (l.left.IsZero() || from.IsZero() || !until.After(l.left)) && consent.Decide(events, consent.Question{
		Purpose: p, Recipient: to, Category: c, Granularity: g, Data: from, Until: until, At: now,
	}).Allowed
}

// compare asks what can be asked and holds each answer against the decision; it
// returns how much was given.
func (l *life) compare(t *testing.T) (given int, err error) {
	t.Helper()
	events, err := l.registry.Said(t.Context(), l.id)
	if err != nil {
		return 0, err
	}
	now := l.clock(t)
	by := []string{"slot", "day", "month"}[l.r.IntN(3)]
	for _, x := range []struct {
		aud disclosure.Audience
		p   consent.Purpose
		to  consent.Recipient
	}{{l.caseworker, consent.CooperativeSummary, consent.ToCooperative}, {l.me, consent.FamilyView, consent.ToFamily}} {
		n, err := l.compareUsage(t, events, now, x.aud, x.p, x.to, by)
		if err != nil {
			return 0, fmt.Errorf("%s by %s: %w", x.p, by, err)
		}
		given += n
	}
	rule, c := "cold_home", consent.IndoorClimate
	if l.r.IntN(2) == 0 {
		rule, c = "spending", consent.Cost
	}
	opened := noon.Add(-24 * time.Hour)
	_, seen := l.gate.Alert(t.Context(), l.caseworker, fmt.Sprintf("a-%s-%s", l.id, rule))
	may := l.may(events, now, consent.Alert, consent.ToCooperative, c, consent.Daily, opened, opened)
	if may != (seen == nil) {
		return 0, fmt.Errorf("alert %s: %w, the decision says %v", rule, seen, may)
	}
	return given, nil
}

func (l *life) compareUsage(t *testing.T, events []consent.Event, now time.Time, aud disclosure.Audience, p consent.Purpose, to consent.Recipient, by string) (int, error) {
	t.Helper()
	g := map[string]consent.Granularity{"slot": consent.HalfHourly, "day": consent.Daily, "month": consent.Monthly}[by]
	q := disclosure.UsageQuery{By: by, From: day(t, "2026-11-10"), To: day(t, "2026-11-26")}
	if by == "month" {
		q.From = day(t, "2026-09-01")
	}
	u, err := l.gate.Usage(t.Context(), aud, l.id, q)
	if err != nil && !errors.Is(err, disclosure.ErrWithheld) {
		return 0, err
	}
	if may := l.may(events, now, p, to, consent.Consumption, g, time.Time{}, time.Time{}); may != (err == nil) {
		return 0, fmt.Errorf("%w, the decision says %v", err, may)
	}
	if err != nil {
		return 0, nil //nolint:nilerr // withheld, as the decision says
	}
	got := map[time.Time]disclosure.Period{}
	for _, x := range u.Periods {
		got[x.Start] = x
	}
	for d := q.From; d.Before(q.To); d = d.Add(1) {
		from, until := d.Start(paris), d.Add(1).Start(paris)
		switch by {
		case "slot":
			until = from.Add(energy.SlotLength)
		case "month":
			if d.Date != 1 || d.Month == time.November { // the running one is a rule of its own
				continue
			}
			until = energy.Day{Year: d.Year, Month: d.Month + 1, Date: 1}.Start(paris)
		}
		x, there := got[from]
		if may := l.may(events, now, p, to, consent.Consumption, g, from, until); may != there {
			return 0, fmt.Errorf("%s: given %v, the decision says %v", d, there, may)
		}
		if may := l.may(events, now, p, to, consent.Cost, g, from, until); by != "slot" && there && may != (x.Cost != nil) {
			return 0, fmt.Errorf("cost of %s: given %v, the decision says %v", d, x.Cost != nil, may)
		}
	}
	return len(got), nil
}

// tables of figures, and those of their columns that a copy keeps.
var copied = map[string]string{
	"usage_day":   "day, register, start_at, energy, seen, length, estimated, provision",
	"usage_slot":  "start_at, register, energy, seen, length, estimated, provision",
	"usage_month": "month, register, start_at, energy, seen, length, estimated, provision",
	"bill_line":   "month, line, start_at, label, quantity, unit, price, cents, estimated",
	"result":      "indicator, from_day, to_day, start_at, version, status, value, unit, detail, category, granularity, computed_at",
}

// born registers a family with the figures of another and a meter, in few statements.
func (w *town) born(t *testing.T, like household.FamilyID, seed uint64) *life {
	t.Helper()
	l := &life{town: w, r: rand.New(rand.NewPCG(2026, seed))}
	var err error
	l.id, err = w.registry.AddFamily(t.Context(), household.File{
		Family:    household.Family{Pilot: "p", Label: fmt.Sprintf("Foyer %d", seed), Language: "fr", Since: noon.AddDate(-1, 0, 0)},
		Contracts: []household.Contract{{Tariff: "fr-bleu-base", PowerKVA: 6}},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = w.db.tx(t.Context(), func(tx *sql.Tx) error {
		for table, columns := range copied {
			if _, err := tx.Exec(`INSERT INTO `+table+` (family, `+columns+`) SELECT $1, `+columns+` FROM `+table+` WHERE family = $2`, l.id, like); err != nil {
				return err
			}
		}
		for _, rule := range []string{"cold_home", "spending"} {
			if _, err := tx.Exec(`INSERT INTO alert (id, pilot, family, rule, category, severity, state, reason, since, opened_at, changed_at)
				SELECT $1, pilot, $2, rule, category, severity, state, reason, since, opened_at, changed_at FROM alert WHERE family = $3 AND rule = $4`,
				fmt.Sprintf("a-%s-%s", l.id, rule), l.id, like, rule); err != nil {
				return err
			}
		}
		meter := "m" + string(l.id)
		if _, err := tx.Exec(`INSERT INTO meter (id, gateway, state, role, first_seen) VALUES ($1, 'g', 'claimed', 'electricity', 0)`, meter); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO attachment (meter, family, from_at, role) VALUES ($1, $2, 0, 'electricity')`, meter, l.id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	l.me = w.phone(t, l.id)
	return l
}

// inMemory gives the URL of a new, empty store that needs no disk: a life is many
// transactions.
var inMemory = map[string]func(*testing.T) string{
	"sqlite": func(t *testing.T) string {
		dir, err := os.MkdirTemp("/dev/shm", "foyer-history-") //nolint:usetesting // memory, where there is some: thousands of transactions are synced
		if err != nil {
			dir = t.TempDir()
		} else {
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
		}
		return "sqlite://" + filepath.Join(dir, "records.db")
	},
	"postgres": func(t *testing.T) string {
		url := testserver.Postgres(t)
		sep := "?"
		if strings.Contains(url, "?") {
			sep = "&"
		}
		return url + sep + "synchronous_commit=off"
	},
}

// Families register, agree, narrow, refuse, withdraw, move away and let consents end,
// at random; after each step the Gate gives exactly what the pure decision allows.
func TestTheGateFollowsEveryLife(t *testing.T) {
	t.Parallel()
	lives := uint64(20)
	if os.Getenv("FOYER_TEST_ALL") == "1" {
		lives = 500
	}
	for name, address := range inMemory {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, open(t, address(t)))
			like := w.family(t, "Foyer 01")
			// The copies are of two weeks and three months, each month as long as it is.
			for _, table := range []string{"usage_day", "result"} {
				w.exec(t, `DELETE FROM `+table+` WHERE family = $1 AND start_at < $2`, like, day(t, "2026-11-10").Start(paris).UnixMilli())
			}
			w.exec(t, `UPDATE usage_month SET length = CASE month WHEN '2026-10' THEN 2682000000 ELSE 2592000000 END WHERE family = $1`, like)
			given, taken := 0, map[string]int{}
			for seed := range lives {
				l := w.born(t, like, seed)
				for range 2 + l.r.IntN(5) {
					l.step(t)
					n, err := l.compare(t)
					if err != nil {
						events, _ := w.registry.Said(t.Context(), l.id)
						t.Fatalf("life %d, %v: %v\n%+v", seed, l.steps, err, events)
					}
					given += n
				}
				for _, s := range l.steps {
					taken[s]++
				}
			}
			if given == 0 {
				t.Error("nothing was ever given: the test tests nothing")
			}
			for _, s := range steps {
				if taken[s.name] == 0 {
					t.Errorf("nobody ever did %s", s.name)
				}
			}
			t.Logf("%d lives, %v, %d figures given", lives, taken, given)
		})
	}
}

// Who comes after sees nothing from before, and who left nothing of what followed,
// from the moment it is said, before any job counted again; what is its own stays.
func TestWhoLeavesKeepsTheirsAndNoMore(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		old, next := w.family(t, "Foyer 01"), household.FamilyID("")
		w.exec(t, `UPDATE usage_month SET length = 2592000000`)
		w.exec(t, `INSERT INTO meter (id, gateway, state, role, first_seen) VALUES ('m1', 'g', 'claimed', 'electricity', 0)`)
		w.exec(t, `INSERT INTO attachment (meter, family, from_at, role) VALUES ('m1', $1, 0, 'electricity')`, old)
		w.exec(t, `INSERT INTO latest (meter, register, at, value) VALUES ('m1', 'energy_import', $1, 1)`, noon.UnixMilli())
		next, err := w.registry.AddFamily(t.Context(), household.File{
			Family:    household.Family{Pilot: "p", Label: "Foyer 02", Since: noon},
			Contracts: []household.Contract{{Tariff: "fr-bleu-base", PowerKVA: 6}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []household.FamilyID{old, next} {
			if err := w.registry.Bundle(t.Context(), f, registry.Form{}, true, consent.Purposes...); err != nil {
				t.Fatal(err)
			}
		}
		left := day(t, "2026-11-15")
		if _, err := w.registry.MoveOut(t.Context(), old, next, left.Start(paris), registry.Word{By: "A. Roy", Why: "end of lease"}); err != nil {
			t.Fatal(err)
		}
		for name, x := range map[string]struct {
			aud  disclosure.Audience
			slot bool
		}{"the family": {w.phone(t, old), true}, "a caseworker": {w.caseworker, false}} {
			u, err := w.gate.Usage(t.Context(), x.aud, old, disclosure.UsageQuery{By: "month", From: day(t, "2026-09-01"), To: day(t, "2026-12-01")})
			if err != nil || len(u.Periods) != 2 || u.Periods[0].Cost == nil || u.Periods[1].Name != "2026-10" {
				t.Errorf("%s sees months %+v %v", name, u.Periods, err)
			}
			if !x.slot {
				continue
			}
			for _, by := range []string{"day", "slot"} {
				u, err := w.gate.Usage(t.Context(), x.aud, old, disclosure.UsageQuery{By: by, From: day(t, "2026-11-01"), To: day(t, "2026-11-26")})
				if err != nil || len(u.Periods) != 14 || u.Periods[13].Start != left.Add(-1).Start(paris) {
					t.Errorf("%s sees by %s %d periods %v", name, by, len(u.Periods), err)
				}
				for _, p := range u.Periods {
					if by == "day" && p.Cost == nil {
						t.Errorf("%s lost what %s cost", name, p.Name)
					}
				}
			}
			home, err := w.gate.Home(t.Context(), x.aud)
			if err != nil || home.Today != nil || home.Month != nil && home.Month.Cost != nil || home.Indoor != nil && !home.Indoor.Day.Before(left) || !home.LastData.IsZero() {
				t.Errorf("the page of who left: %+v %v", home, err)
			}
		}
		if page, err := w.gate.Alerts(t.Context(), w.caseworker, disclosure.AlertQuery{}); err != nil || len(page.Alerts) > 0 {
			t.Errorf("alerts of what followed: %+v %v", page.Alerts, err)
		}
		if past, err := w.gate.FamilyAsOf(t.Context(), w.caseworker, old, noon); err != nil || past.Cold != nil && !past.Cold.Day.Before(left) {
			t.Errorf("the past of what followed: %+v %v", past, err)
		}
		came := w.phone(t, next)
		for _, by := range []string{"month", "day", "slot"} {
			if u, err := w.gate.Usage(t.Context(), came, next, disclosure.UsageQuery{By: by, From: day(t, "2026-10-01"), To: day(t, "2026-11-26")}); err != nil || len(u.Periods) > 0 {
				t.Errorf("who came sees by %s %d periods %v", by, len(u.Periods), err)
			}
		}
		// Counted again, the days of who left are shown whole.
		w.exec(t, `DELETE FROM stale`)
		w.exec(t, `DELETE FROM usage_day WHERE family = $1 AND day >= $2`, old, left.String())
		u, err := w.gate.Usage(t.Context(), w.phone(t, old), old, disclosure.UsageQuery{By: "month", From: day(t, "2026-09-01"), To: day(t, "2026-12-01")})
		if err != nil || !slices.ContainsFunc(u.Periods, func(p disclosure.Period) bool { return p.Name == "2026-11" }) {
			t.Errorf("after the days were counted again: %+v %v", u.Periods, err)
		}
	})
}

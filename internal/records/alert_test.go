package records

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/alerts"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// alertTown fills a store with a pilot, two families that agreed to everything, a
// third that did not, and a meter each behind one gateway.
func alertTown(t *testing.T, db *DB) {
	t.Helper()
	execAlert(t, db, `INSERT INTO pilot (id, name, zone) VALUES ('p1', 'Sainte-Aube', 'Europe/Paris')`)
	execAlert(t, db, `INSERT INTO gateway (id, pilot, secret_hash) VALUES ('g1', 'p1', 'x')`)
	for _, id := range []string{"1", "2", "3"} {
		family := household.Family{ID: household.FamilyID("f" + id), Pilot: "p1", Label: "Foyer 0" + id, Language: "fr"}
		if taken, err := db.AddFamilies(t.Context(), []household.File{{Family: family}}); taken != "" || err != nil {
			t.Fatal(taken, err)
		}
		execAlert(t, db, `INSERT INTO meter (id, gateway, state, role, first_seen) VALUES ($1, 'g1', 'claimed', 'electricity', 1)`, "m"+id)
		execAlert(t, db, `INSERT INTO attachment (meter, family, from_at) VALUES ($1, $2, $3)`, "m"+id, "f"+id, 1000)
	}
	for i, id := range []string{"f1", "f2"} {
		execAlert(t, db, `INSERT INTO "grant" (family, purpose, recipient, category, granularity, data_from, data_to, valid_from, valid_to, consent)
			VALUES ($1, 'alert', 'cooperative', 'indoor_climate', 3, 0, $2, 0, $2, $3)`, id, int64(always), i+1)
	}
}

func execAlert(t *testing.T, db *DB, query string, args ...any) {
	t.Helper()
	if _, err := db.write.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func countAlert(t *testing.T, db *DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.read.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

var alertDay = time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)

func coldAlert(id string, family household.FamilyID) household.Transition {
	return household.Transition{Step: household.StepOpened, At: alertDay, Alert: household.Alert{
		ID: id, Pilot: "p1", Family: family, Rule: "cold_home", Category: "indoor_climate",
		Severity: household.High, State: household.Open, Reason: []byte(`{"key":"alert.cold_home","args":{}}`),
		Since: alertDay, OpenedAt: alertDay, Changed: alertDay,
	}}
}

// stepAfter returns the step that follows t.
func stepAfter(t household.Transition, step household.Step, state household.AlertState) household.Transition {
	t.Alert.Version++
	t.Step, t.Alert.State, t.At = step, state, t.At.Add(time.Hour)
	t.Alert.Changed = t.At
	return t
}

func twoRoutes(steps ...household.Step) []household.Route {
	return []household.Route{
		{Channel: "webhook:coop", Recipient: "cooperative", Steps: steps},
		{Channel: "log", Recipient: "cooperative", Steps: []household.Step{household.StepOpened}},
	}
}

func TestAStepWritesTheAlertItsHistoryAndWhatIsToBeSent(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		db.Tell(twoRoutes(household.StepOpened, household.StepEscalated, household.StepResolved))
		opened := coldAlert("a1", "f1")
		escalated := stepAfter(opened, household.StepEscalated, household.Open)
		escalated.Alert.Severity, escalated.Alert.Reason = household.Urgent, []byte(`{"key":"alert.cold_home.mean","args":{}}`)
		taken := stepAfter(escalated, household.StepAcknowledged, household.Acknowledged)
		taken.Alert.By = "s1"
		resolved := stepAfter(taken, household.StepResolved, household.Resolved)
		resolved.Outcome, resolved.Note = "visit", "elle rappelle"
		for _, step := range []household.Transition{opened, escalated, taken, resolved} {
			if err := db.Transit(t.Context(), step); err != nil {
				t.Fatal(err)
			}
			if err := db.Transit(t.Context(), step); !errors.Is(err, household.ErrAlertMoved) {
				t.Errorf("%s a second time: %v", step.Step, err)
			}
		}
		var got household.Alert
		err := db.tx(t.Context(), func(tx *sql.Tx) (err error) {
			got, err = alertByID(t.Context(), tx, "a1")
			return err
		})
		want := resolved.Alert
		want.Version = 4
		if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
		}
		history := listAlert(t, db, `SELECT seq || step || state || severity || by_staff || outcome FROM alert_event ORDER BY id`)
		if history != "1openedopenhigh 2escalatedopenurgent 3acknowledgedacknowledgedurgents1 4resolvedresolvedurgents1visit" {
			t.Error(history)
		}
		note := listAlert(t, db, `SELECT note FROM alert_event WHERE note <> ''`)
		if err := db.unseal(t.Context(), resolved.Alert.Family, noteOf("a1", 4), &note); err != nil || note != "elle rappelle" {
			t.Errorf("the note is %q, %v", note, err)
		}
		if n := countAlert(t, db, `SELECT COUNT(*) FROM alert_event WHERE wall_at < 1700000000000`); n != 0 {
			t.Errorf("%d steps are not dated by the database", n)
		}
		sent := listAlert(t, db, `SELECT channel || seq FROM outbox ORDER BY channel, seq`)
		if sent != "log1 webhook:coop1 webhook:coop2 webhook:coop4" {
			t.Error(sent)
		}
		if n := countAlert(t, db, `SELECT COUNT(DISTINCT id) FROM outbox`); n != 4 {
			t.Errorf("%d ids", n)
		}
	})
}

func listAlert(t *testing.T, db *DB, query string) string {
	t.Helper()
	rows, err := db.read.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

func TestOneAlertRunsForACause(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		first := coldAlert("a1", "f1")
		if err := db.Transit(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		if err := db.Transit(t.Context(), coldAlert("a2", "f1")); !errors.Is(err, household.ErrAlertMoved) {
			t.Errorf("a second one for the same family: %v", err)
		}
		if err := db.Transit(t.Context(), coldAlert("a3", "f2")); err != nil {
			t.Errorf("one for another family: %v", err)
		}
		if err := db.Transit(t.Context(), stepAfter(first, household.StepResolved, household.Resolved)); err != nil {
			t.Fatal(err)
		}
		if err := db.Transit(t.Context(), coldAlert("a2", "f1")); err != nil {
			t.Errorf("after the first: %v", err)
		}
		incident := coldAlert("a4", "")
		incident.Alert.Gateway, incident.Alert.Rule = "g1", "silent_gateway"
		if err := db.Transit(t.Context(), incident); err != nil {
			t.Fatal(err)
		}
		incident.Alert.ID = "a5"
		if err := db.Transit(t.Context(), incident); !errors.Is(err, household.ErrAlertMoved) {
			t.Errorf("a second incident: %v", err)
		}
		if n := countAlert(t, db, `SELECT COUNT(*) FROM alert_event`); n != 5 {
			t.Errorf("%d steps: a refused one left its mark", n)
		}
	})
}

func TestOfManyAtOnceOneTakesAnAlert(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		db.Tell(twoRoutes(household.StepAcknowledged))
		first := coldAlert("a1", "f1")
		if err := db.Transit(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			group.Go(func() {
				step := stepAfter(first, household.StepAcknowledged, household.Acknowledged)
				step.Alert.By = fmt.Sprint("s", i)
				errs[i] = db.Transit(t.Context(), step)
			})
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, household.ErrAlertMoved) {
				t.Error(err)
			}
		}
		if n := countAlert(t, db, `SELECT COUNT(*) FROM outbox WHERE channel = 'webhook:coop'`); won != 1 || n != 1 {
			t.Errorf("%d took it, %d are told", won, n)
		}
	})
}

func TestEvidenceIsTheNewestOfEachDay(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		add := func(family, indicator, day, value string) {
			execAlert(t, db, `INSERT INTO result (family, indicator, from_day, to_day, start_at, version, status, value, unit, detail, category, granularity, computed_at)
				VALUES ($1, $2, $3, $3, 0, '1', 'ok', $4, 'EUR', '{}', 'cost', 3, 5)`, family, indicator, day, value)
		}
		add("f1", "cost_day", "2026-11-20", "1")
		add("f1", "cost_day", "2026-11-23", "2")
		add("f1", "cost_day", "2026-11-24", "3")
		add("f1", "cost_day", "2026-11-23", "4")
		add("f2", "cost_day", "2026-11-23", "5")
		add("f1", "tee", "2026-11-23", "6")
		execAlert(t, db, `INSERT INTO weather_day (pilot, day, mean, seen, length) VALUES ('p1', '2026-11-23', -1500, 10, 20)`)
		execAlert(t, db, `INSERT INTO latest (meter, register, at, value) VALUES ('m1', 'power', 5000, 1), ('m1', 'energy_import', 7000, 1), ('m3', 'power', 9000, 1)`)
		execAlert(t, db, `INSERT INTO meter_pulse (meter, interval_ms) VALUES ('m1', 60000)`)
		execAlert(t, db, `INSERT INTO meter (id, gateway, state, role, first_seen) VALUES ('out', 'g1', 'claimed', 'outdoor', 1), ('new', 'g1', 'unclaimed', '', 1)`)

		ev, err := db.Evidence(t.Context(), "f1", []string{"cost_day"}, 3, alertDay)
		if err != nil {
			t.Fatal(err)
		}
		var values []string
		for _, r := range ev.Results["cost_day"] {
			values = append(values, r.From.String()+"="+r.Value)
		}
		if got := fmt.Sprint(values); got != "[2026-11-23=4 2026-11-24=3]" || len(ev.Results) != 1 {
			t.Error(got)
		}
		day, _ := energy.ParseDay("2026-11-23")
		if got := fmt.Sprint(ev.Weather); got != fmt.Sprint([]household.Weather{{Day: day, Mean: -1500, Seen: 10 * time.Millisecond, Of: 20 * time.Millisecond, Source: household.WeatherSource{Kind: household.OwnSensor}}}) {
			t.Error(got)
		}
		if ev.Pilot != "p1" || ev.Zone.String() != "Europe/Paris" {
			t.Error(ev.Pilot, ev.Zone)
		}
		// The meter of the family that agrees to nothing is not collected, and so not silent.
		var meters []string
		for _, m := range ev.Meters {
			meters = append(meters, string(m.Meter)+string(m.Family))
		}
		if got := fmt.Sprint(meters); got != "[m1f1 m2f2 out]" {
			t.Error(got)
		}
		m := ev.Meters[0]
		if m.Last.UnixMilli() != 7000 || m.Since.UnixMilli() != 1000 || m.Interval != time.Minute || m.Gateway != "g1" || !ev.Meters[1].Last.IsZero() {
			t.Errorf("%+v", m)
		}
		if _, err := db.Evidence(t.Context(), "nobody", nil, 3, alertDay); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("an unknown family: %v", err)
		}
	})
}

func TestEvidenceHoldsRunningAlertsAndTheLastOfEachCause(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		transit := func(steps ...household.Transition) {
			t.Helper()
			for _, s := range steps {
				if err := db.Transit(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
		}
		episode := func(id, rule string, at time.Time) (household.Transition, household.Transition) {
			open := coldAlert(id, "f1")
			open.Alert.Rule, open.At = rule, at
			return open, stepAfter(open, household.StepResolved, household.Resolved)
		}
		for i, id := range []string{"a1", "a2"} {
			open, closed := episode(id, "cold_home", alertDay.Add(time.Duration(i)*24*time.Hour))
			transit(open, closed)
		}
		pending, _ := episode("a3", "spending", alertDay)
		pending.Step, pending.Alert.State, pending.Alert.OpenedAt = household.StepPending, household.Pending, time.Time{}
		transit(pending, stepAfter(pending, household.StepDropped, household.Resolved))
		running, _ := episode("a4", "cold_home", alertDay.Add(72*time.Hour))
		other := coldAlert("a5", "f2")
		incident := coldAlert("a6", "")
		incident.Alert.Gateway, incident.Alert.Rule = "g1", "silent_gateway"
		transit(running, other, incident)

		ev, err := db.Evidence(t.Context(), "f1", nil, 1, alertDay)
		if err != nil {
			t.Fatal(err)
		}
		ids := func(all []household.Alert) string {
			var s []string
			for _, a := range all {
				s = append(s, a.ID)
			}
			slices.Sort(s)
			return strings.Join(s, " ")
		}
		if got := ids(ev.Alerts); got != "a2 a4 a6" {
			t.Error(got)
		}
		gateways, last, err := db.Gateways(t.Context(), "")
		if err != nil || last != "g1" || len(gateways) != 1 || gateways[0].ID != "g1" || gateways[0].Pilot != "p1" || len(gateways[0].Meters) != 2 {
			t.Fatalf("%v %+v", err, gateways)
		}
		if got := ids(gateways[0].Alerts); got != "a6" {
			t.Error(got)
		}
		if none, end, err := db.Gateways(t.Context(), last); err != nil || len(none) != 0 || end != "" {
			t.Errorf("after the last: %v %q %v", none, end, err)
		}
		// When the last family stops, its gateway's incident is still there to end.
		execAlert(t, db, `DELETE FROM "grant"`)
		gateways, _, err = db.Gateways(t.Context(), "")
		if err != nil || len(gateways) != 1 || len(gateways[0].Meters) != 0 || ids(gateways[0].Alerts) != "a6" {
			t.Errorf("%v %+v", err, gateways)
		}
	})
}

// TestTheEngineMovesAlertsOnARealStore opens, escalates and resolves a cold home.
func TestTheEngineMovesAlertsOnARealStore(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		db.Tell(twoRoutes(household.StepOpened, household.StepEscalated, household.StepResolved))
		zone, _ := time.LoadLocation("Europe/Paris")
		first, _ := energy.ParseDay("2026-11-02")
		engine, err := alerts.New(db, alerts.DefaultRules(), time.Time{}, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
		if err != nil {
			t.Fatal(err)
		}
		// Seven coldish days, two cold ones, then warm.
		for n, mean := range strings.Fields("17 17 17 17 17 17 17 15 15 20 20 20 20 20") {
			day, share := first.Add(n), "0.5"
			if mean == "20" {
				share = "0"
			}
			detail := fmt.Sprintf(`{"threshold_c":"18","share_below":%q,"mean_c":%q,"seen_ms":86400000,"of_ms":86400000}`, share, mean)
			execAlert(t, db, `INSERT INTO result (family, indicator, from_day, to_day, start_at, version, status, value, unit, detail, category, granularity, computed_at)
				VALUES ('f1', 'cold_day', $1, $2, 0, '1', 'ok', '1', 'h', $3, 'indoor_climate', 3, 5)`, day.String(), day.Add(1).String(), detail)
			execAlert(t, db, `INSERT INTO latest (meter, register, at, value) VALUES ('m1', 'power', $1, 1)
				ON CONFLICT (meter, register) DO UPDATE SET at = $1`, day.End(zone).UnixMilli())
			for range 2 {
				if err := engine.Evaluate(t.Context(), "f1", day.End(zone).Add(time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
		}
		got := listAlert(t, db, `SELECT step || severity FROM alert_event ORDER BY id`)
		if got != "openedhigh escalatedurgent resolvedurgent" {
			t.Error(got)
		}
		if n := countAlert(t, db, `SELECT COUNT(*) FROM outbox WHERE channel = 'webhook:coop'`); n != 3 {
			t.Errorf("%d steps are to be sent", n)
		}
	})
}

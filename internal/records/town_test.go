package records

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"foyer/internal/account"
	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/permission"
	"foyer/internal/registry"
)

// A town is a pilot with its registry, accounts and Gate over one store.
type town struct {
	db       *DB
	registry *registry.Registry
	accounts *account.Accounts
	gate     *disclosure.Gate
	on       interface {
		Exec(string, ...any) (sql.Result, error)
	}
	now        *time.Time // world clock
	caseworker disclosure.Audience
	operator   disclosure.Audience
	machine    disclosure.Audience
}

var paris, _ = time.LoadLocation("Europe/Paris")

// noon of 25 November 2026 in Paris.
var noon = time.Date(2026, 11, 25, 11, 0, 0, 0, time.UTC)

func newTown(t *testing.T, db *DB) town {
	t.Helper()
	now := noon
	world := func() time.Time { return now }
	w := town{
		db: db, on: db.write, now: &now,
		registry: registry.New(db, world, time.Now, discard()),
		accounts: account.New(db, time.Now, nil),
		gate:     disclosure.New(db, world, nil),
	}
	for _, id := range []string{"p", "q"} {
		if err := w.registry.AddPilot(t.Context(), household.Pilot{ID: id, Name: "P", Zone: "Europe/Paris", Shared: true}); err != nil {
			t.Fatal(err)
		}
	}
	w.caseworker = w.staff(t, "p", "caseworker")
	w.operator = w.staff(t, "p", "operator")
	_, bearer, err := w.accounts.AddToken(t.Context(), "p", "CRM", 0, permission.Scopes...)
	if err != nil {
		t.Fatal(err)
	}
	w.machine = w.enter(t, disclosure.Credential{Bearer: bearer})
	return w
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (w town) enter(t *testing.T, c disclosure.Credential) disclosure.Audience {
	t.Helper()
	aud, err := w.gate.Authenticate(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return aud
}

// staff returns a signed-in person; no password is hashed.
func (w town) staff(t *testing.T, pilot, role string) disclosure.Audience {
	t.Helper()
	var n int
	if err := w.db.read.QueryRow(`SELECT COUNT(*) FROM staff`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	s := household.Staff{ID: fmt.Sprint("s", n), Pilot: pilot, Email: fmt.Sprint(n, "@coop"), Name: fmt.Sprint("Nadia ", n), Role: role}
	if ok, err := w.db.AddStaff(t.Context(), s, "kept"); err != nil || !ok {
		t.Fatal(ok, err)
	}
	token, err := w.accounts.OpenStaff(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	return w.enter(t, disclosure.Credential{Session: token})
}

// family takes a family in and gives it figures of every kind.
func (w town) family(t *testing.T, label string) household.FamilyID {
	t.Helper()
	id, err := w.registry.AddFamily(t.Context(), household.File{
		Family:    household.Family{Pilot: "p", Label: label, Language: "fr", Since: noon.AddDate(-1, 0, 0)},
		Contracts: []household.Contract{{Tariff: "fr-bleu-base", PowerKVA: 6, Instalment: 7500}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.fill(t, id)
	return id
}

// fill gives a family usage of 40 days, results and an alert of each rule.
func (w town) fill(t *testing.T, id household.FamilyID) {
	t.Helper()
	err := w.db.tx(t.Context(), func(tx *sql.Tx) error {
		w.on = tx
		w.figures(t, id)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.alert(t, id, "cold_home", "indoor_climate", household.Urgent)
	w.alert(t, id, "spending", "cost", household.Normal)
}

func (w town) figures(t *testing.T, id household.FamilyID) {
	t.Helper()
	today := energy.DayOf(noon, paris)
	for n := -40; n <= 0; n++ {
		day := today.Add(n)
		w.exec(t, `INSERT INTO usage_day (family, day, register, start_at, energy, seen, length, estimated, provision)
			VALUES ($1, $2, 'energy_import', $3, $4, 86400000, 86400000, 0, 0)`, id, day.String(), day.Start(paris).UnixMilli(), 10_000_000)
		w.exec(t, `INSERT INTO usage_slot (family, start_at, register, energy, seen, length, estimated, provision)
			VALUES ($1, $2, 'energy_import', 5000, 1800000, 1800000, 0, 0)`, id, day.Start(paris).UnixMilli())
		until := noon.UnixMilli()
		usual := "2.345"
		cost := household.CostDay{Energy: "10", Seen: 86400000, Of: 86400000, Usual: &usual, UsualByNow: &usual}
		if n == 0 {
			cost.Until = &until
		}
		w.result(t, id, "cost_day", day, day.Add(1), "2.125", "cost", consent.Daily, cost)
		last := "17.25"
		w.result(t, id, "cold_day", day, day.Add(1), "4.5", "indoor_climate", consent.Daily,
			household.ColdDay{Threshold: "18", Share: "0.2", Last: &last, LastAt: &until, Seen: 86400000, Of: 86400000})
	}
	for _, month := range []string{"2026-09", "2026-10", "2026-11"} {
		first, err := energy.ParseDay(month + "-01")
		if err != nil {
			t.Fatal(err)
		}
		start := first.Start(paris).UnixMilli()
		w.exec(t, `INSERT INTO usage_month (family, month, register, start_at, energy, seen, length, estimated, provision)
			VALUES ($1, $2, 'energy_import', $3, 300000000, 1000, 1000, 0, 0)`, id, month, start)
		w.exec(t, `INSERT INTO bill_line (family, month, line, start_at, label, quantity, unit, price, cents)
			VALUES ($1, $2, 1, $3, 'energy', '300', 'kWh', '0.2', 6000), ($1, $2, 2, $3, 'standing', '30', 'day', '0.5', 1540)`, id, month, start)
		low, mid, high := "80.1", "88.005", "95"
		w.result(t, id, "cost_month", first, energy.DayOf(first.Start(time.UTC).AddDate(0, 1, 0), time.UTC), "75.40", "cost", consent.Monthly,
			household.CostMonth{Energy: "300", Seen: 1000, Of: 1000, DaysLeft: 6, Forecast: &mid, ForecastLow: &low, ForecastHigh: &high})
	}
	w.result(t, id, "tee", today.Add(-365), today, "0.104449", "indicators", consent.Monthly,
		household.Rate{Expense: "1800", Income: "canary-income-17233", Net: "0.1", Reference: "r"})
}

func (w town) result(t *testing.T, id household.FamilyID, indicator string, from, to energy.Day, value, category string, g consent.Granularity, detail any) {
	t.Helper()
	b, err := json.Marshal(detail)
	if err != nil {
		t.Fatal(err)
	}
	r := household.Result{Family: id, Indicator: indicator, From: from, To: to, Value: value, Detail: b, At: noon}
	value, sealed, err := w.db.sealResult(t.Context(), r, category)
	if err != nil {
		t.Fatal(err)
	}
	w.exec(t, `INSERT INTO result (family, indicator, from_day, to_day, start_at, version, status, value, unit, detail, category, granularity, computed_at)
		VALUES ($1, $2, $3, $4, $5, '1', 'ok', $6, 'EUR', $7, $8, $9, $10)`,
		id, indicator, from.String(), to.String(), from.Start(paris).UnixMilli(), value, sealed, category, int(g), noon.UnixMilli())
}

func (w town) alert(t *testing.T, id household.FamilyID, rule, category string, s household.Severity) {
	t.Helper()
	a := household.Alert{
		ID: fmt.Sprintf("a-%s-%s", id, rule), Pilot: "p", Family: id, Rule: rule, Category: category, Severity: s,
		State: household.Open, Reason: []byte(`{"key":"alert.` + rule + `","args":{"days":"3"}}`),
		Since: noon.Add(-48 * time.Hour), OpenedAt: noon.Add(-24 * time.Hour), Changed: noon.Add(-24 * time.Hour),
	}
	if err := w.db.Transit(t.Context(), household.Transition{Alert: a, Step: household.StepOpened, At: a.Changed}); err != nil {
		t.Fatal(err)
	}
}

func (w town) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := w.on.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}

func (w town) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := w.db.read.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// agrees has a family agree to everything offered for some purposes.
func (w town) agrees(t *testing.T, id household.FamilyID, purposes ...consent.Purpose) {
	t.Helper()
	if err := w.registry.Bundle(t.Context(), id, registry.Form{Notice: "1", Medium: "paper", Paper: "folder 1"}, false, purposes...); err != nil {
		t.Fatal(err)
	}
}

func (w town) phone(t *testing.T, id household.FamilyID) disclosure.Audience {
	t.Helper()
	token, err := w.accounts.ConnectPhone(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return w.enter(t, disclosure.Credential{Session: token})
}

func day(t *testing.T, s string) energy.Day {
	t.Helper()
	d, err := energy.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// by asks for usage of November.
func by(t *testing.T, what string) disclosure.UsageQuery {
	return disclosure.UsageQuery{By: what, From: day(t, "2026-11-01"), To: day(t, "2026-11-26")}
}

// everything asks whatever an audience can ask of a family and returns all that
// was given, as text.
func (w town) everything(t *testing.T, aud disclosure.Audience, id household.FamilyID) string {
	t.Helper()
	var given []any
	keep := func(x any, err error) {
		t.Helper()
		var stale disclosure.ErrStale
		if err == nil || errors.As(err, &stale) {
			given = append(given, x)
		} else if !errors.Is(err, disclosure.ErrWithheld) {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	all, err := w.gate.Families(ctx, aud)
	for _, s := range all {
		keep(s, err)
	}
	keep(w.gate.Family(ctx, aud, id))
	past, err := w.gate.FamiliesAsOf(ctx, aud, noon)
	for _, s := range past {
		keep(s, err)
	}
	keep(w.gate.FamilyAsOf(ctx, aud, id, noon))
	for _, what := range []string{"month", "day", "slot"} {
		keep(w.gate.Usage(ctx, aud, id, by(t, what)))
	}
	page, err := w.gate.Alerts(ctx, aud, disclosure.AlertQuery{})
	for _, a := range page.Alerts {
		keep(a, err)
	}
	for _, rule := range []string{"cold_home", "spending"} {
		alert := fmt.Sprintf("a-%s-%s", id, rule)
		keep(w.gate.Alert(ctx, aud, alert))
		keep(w.gate.Acknowledge(ctx, aud, alert, 7))
	}
	changes, err := w.gate.Changes(ctx, aud, 0)
	for _, c := range changes {
		keep(c, err)
	}
	b, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Trim(string(b), "[]nul")
}

// sent reports whether a family's alert would be told to a recipient.
func (w town) sent(t *testing.T, id household.FamilyID, to consent.Recipient) bool {
	t.Helper()
	a, err := w.gate.Send(t.Context(), fmt.Sprintf("a-%s-cold_home", id), to)
	if err != nil && !errors.Is(err, disclosure.ErrWithheld) {
		t.Fatal(err)
	}
	return a.ID != ""
}

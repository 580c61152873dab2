package disclosure

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Money is what a family paid, what helped it, how its contracts stand and what its
// bills were. A nil pointer is unknown, never zero.
type Money struct {
	Family   household.FamilyID
	Label    string
	Language string
	At       time.Time
	Zone     *time.Location
	Status   household.Status // of the accounts; "" when nothing was computed
	Through  energy.Day       // last day that the accounts tell of
	Accounts []Account
	Amounts  []household.Told // the newest first
	Bills    []Bill           // of months that are over, the newest first
}

// An Account is how a contract stands in the year of its settlement.
type Account struct {
	Fuel     household.Fuel
	From, To energy.Day // the year; To is not included
	Known    int        // days of which use and price are known
	Elapsed  int        // days that are over
	Paid     Cents      // less refunds
	Planned  bool       // nothing was written down as paid: the instalments of the contract count
	Aid      Cents
	Cost     *Cents // of the days that are over
	Ahead    *Cents // below 0: behind
	Forecast *Forecast
	Due      *Forecast // what the settlement comes to; below 0 it comes back
	Credit   *Cents    // of prepayments
	Days     *DaysLeft // that Credit lasts
}

// DaysLeft is how many days a credit lasts, with a range meant to hold 80 %.
type DaysLeft struct{ Low, Central, High int }

// moneyBack is how many days back bills and accounts are told.
const moneyBack = 400

// Money returns the money of a family. A family asks for its own; staff and machines
// read for [consent.CooperativeSummary]. Who may see months sees the days of none, and
// nothing of the running one. It returns [ErrWithheld] unless cost by month was agreed to.
func (g *Gate) Money(ctx context.Context, aud Audience, id household.FamilyID) (Money, error) {
	m, err := g.money(ctx, aud, id, viewMoney, time.Time{})
	return m, g.metrics.count(viewMoney, err)
}

// MoneyAsOf returns what [Gate.Money] would have returned at an instant of the world
// clock: amounts that were written down and held, bills and accounts that were the last
// issued and computed then. Consent is that of now. It returns [ErrAsOf] for an instant
// that has not been.
func (g *Gate) MoneyAsOf(ctx context.Context, aud Audience, id household.FamilyID, at time.Time) (Money, error) {
	m, err := g.money(ctx, aud, id, viewMoneyPast, at)
	return m, g.metrics.count(viewMoneyPast, err)
}

func (g *Gate) money(ctx context.Context, aud Audience, id household.FamilyID, view string, at time.Time) (Money, error) {
	ask := household.MoneyAsk{AsOf: at}
	if view == viewMoneyPast {
		if at.IsZero() || at.After(g.now()) {
			return Money{}, ErrAsOf
		}
		view += atSign + at.UTC().Format(time.RFC3339Nano)
	} else {
		at = g.now()
	}
	purpose := consent.CooperativeSummary
	if aud.Kind() == consent.Family && id == aud.Family() {
		purpose = consent.FamilyView
	} else if !aud.cooperative() {
		return Money{}, ErrWithheld
	}
	_, zone, err := g.today(aud)
	if err != nil {
		return Money{}, err
	}
	today := energy.DayOf(at, zone)
	ask.From = monthStart(today.Add(-moneyBack), 0)
	s, err := g.store.Money(ctx, consent.Access{Reader: aud.reader, Purpose: purpose, View: view}, named(id), ask)
	if err != nil {
		return Money{}, err
	}
	if !s.Agreed {
		return Money{}, ErrWithheld
	}
	m := Money{Family: s.Family.ID, Label: s.Family.Label, Language: s.Family.Language, At: at, Zone: zone}
	for _, e := range s.Entries {
		if e.Daily || monthOf(e.Day) < monthOf(today) {
			m.Amounts = append(m.Amounts, e)
		}
	}
	slices.SortFunc(m.Amounts, func(a, b household.Told) int { return cmp.Compare(keyOfAmount(b), keyOfAmount(a)) })
	m.settle(s, today)
	m.bill(s)
	return m, nil
}

// settle sets how the contracts stand, by the latest month there is. What rests on days
// before those agreed to is left out.
func (m *Money) settle(s household.MoneySheet, today energy.Day) {
	for _, r := range s.Results {
		// A running month read every day would tell the days.
		runs := today.Before(r.To)
		if r.Indicator != "settlement" || runs && s.Finest[string(consent.Cost)] < int(consent.Daily) {
			continue
		}
		var d household.Settlement
		if json.Unmarshal(r.Detail, &d) != nil {
			continue
		}
		m.Status, m.Through, m.Accounts = r.Status, r.To.Add(-1), nil
		if today.Before(m.Through) {
			m.Through = today
		}
		for _, b := range d.Contracts {
			a, ok := accountOf(b)
			if !ok || !m.agreed(s.Spans, a.From.String()) {
				continue
			}
			if !m.agreed(s.Spans, b.ForecastSince) {
				a.Forecast, a.Due = nil, nil
			}
			if !m.agreed(s.Spans, b.CreditSince) {
				a.Credit, a.Days = nil, nil
			}
			m.Accounts = append(m.Accounts, a)
		}
	}
}

// agreed reports whether one agreement holds all from a day to what the accounts tell
// of; of a day that was not kept only one without a beginning does.
func (m *Money) agreed(spans []household.Span, since string) bool {
	day, err := energy.ParseDay(since)
	return slices.ContainsFunc(spans, func(s household.Span) bool {
		return (s.From.IsZero() || err == nil && !day.Start(m.Zone).Before(s.From)) && !m.Through.Start(m.Zone).After(s.To)
	})
}

// accountOf returns how a contract stands; false where its result does not read.
func accountOf(b household.Balance) (Account, bool) {
	a := Account{
		Fuel: household.Fuel(b.Fuel), Known: b.Known, Elapsed: b.Elapsed, Planned: b.Planned, Cost: cents(&b.Cost), Ahead: cents(&b.Ahead),
		Forecast: between(b.ForecastLow, b.Forecast, b.ForecastHigh), Due: between(b.DueLow, b.Due, b.DueHigh), Credit: cents(b.Credit),
	}
	paid, aid := cents(&b.Paid), cents(&b.Aid)
	var err1, err2 error
	a.From, err1 = energy.ParseDay(b.From)
	a.To, err2 = energy.ParseDay(b.To)
	if err1 != nil || err2 != nil || paid == nil || aid == nil {
		return a, false
	}
	a.Paid, a.Aid = *paid, *aid
	if b.DaysLeft != nil && b.DaysLow != nil && b.DaysHigh != nil {
		a.Days = &DaysLeft{*b.DaysLow, *b.DaysLeft, *b.DaysHigh}
	}
	return a, true
}

// between returns a forecast; nil unless all three are known.
func between(low, central, high *string) *Forecast {
	l, c, h := cents(low), cents(central), cents(high)
	if l == nil || c == nil || h == nil {
		return nil
	}
	return &Forecast{*l, *c, *h}
}

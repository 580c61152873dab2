package disclosure

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// Alerts lists alerts of families that agreed to them, and incidents of gateways,
// which an operator sees alone. It returns [ErrCursor] for a cursor
// nobody gave out, and [ErrWithheld] to a family.
func (g *Gate) Alerts(ctx context.Context, aud Audience, q AlertQuery) (AlertPage, error) {
	page, err := g.alerts(ctx, aud, q)
	return page, g.metrics.count(viewAlerts, err)
}

func (g *Gate) alerts(ctx context.Context, aud Audience, q AlertQuery) (AlertPage, error) {
	if !aud.called() {
		return AlertPage{}, ErrWithheld
	}
	ask := household.CaseQuery{States: shown(q.States), Limit: q.Limit}
	if ask.Limit <= 0 {
		ask.Limit = 50
	}
	ask.Limit = min(ask.Limit, 200)
	var err error
	if ask.After, err = parseCaseCursor(q.Cursor); err != nil {
		return AlertPage{}, err
	}
	if len(ask.States) == 0 {
		return AlertPage{}, nil
	}
	limit := ask.Limit
	cases, err := g.store.Cases(ctx, aud.alerted(viewAlerts), ask)
	if err != nil {
		return AlertPage{}, err
	}
	page := AlertPage{Alerts: make([]Alert, len(cases))}
	for i, c := range cases {
		page.Alerts[i] = alertOf(c, aud)
	}
	if len(cases) == limit {
		page.Next = caseCursor(cases[limit-1].Key)
	}
	return page, nil
}

// shown returns the states of a query that anybody may see.
func shown(states []household.AlertState) []household.AlertState {
	if states == nil {
		return []household.AlertState{household.Open, household.Acknowledged}
	}
	all := []household.AlertState{household.Open, household.Acknowledged, household.Resolved}
	return slices.DeleteFunc(all, func(s household.AlertState) bool { return !slices.Contains(states, s) })
}

// Alert returns one alert with its history, or [ErrWithheld].
func (g *Gate) Alert(ctx context.Context, aud Audience, id string) (Alert, error) {
	a, err := g.alert(ctx, aud, id, viewAlert)
	return a, g.metrics.count(viewAlert, err)
}

func (g *Gate) alert(ctx context.Context, aud Audience, id, view string) (Alert, error) {
	if !aud.called() {
		return Alert{}, ErrWithheld
	}
	c, err := g.store.Case(ctx, aud.alerted(view), id)
	if err != nil {
		return Alert{}, err
	}
	if c == nil {
		return Alert{}, ErrWithheld
	}
	return alertOf(*c, aud), nil
}

// Send returns an alert as a channel may tell it to a recipient at this moment,
// or [ErrWithheld] when the family's consent is gone.
func (g *Gate) Send(ctx context.Context, alertID string, to consent.Recipient) (Alert, error) {
	a, err := g.send(ctx, alertID, to)
	return a, g.metrics.count(viewSend, err)
}

func (g *Gate) send(ctx context.Context, alertID string, to consent.Recipient) (Alert, error) {
	if !slices.Contains(consent.Recipients, to) {
		return Alert{}, ErrWithheld
	}
	c, err := g.store.CaseFor(ctx, to, viewSend, alertID)
	if err != nil {
		return Alert{}, err
	}
	if c == nil {
		return Alert{}, ErrWithheld
	}
	return alertOf(*c, Audience{}), nil
}

// called reports whether a is told of alerts: the cooperative, or an operator of
// incidents.
func (a Audience) called() bool {
	return a.cooperative() || a.reader.Recipient == consent.ToOperator
}

// alerted is an access to alerts.
func (a Audience) alerted(view string) consent.Access {
	return consent.Access{Reader: a.reader, Purpose: consent.Alert, View: view}
}

func alertOf(c household.Case, aud Audience) Alert {
	a := Alert{
		ID: c.Alert.ID, Family: c.Alert.Family, Label: c.Label, Language: c.Language,
		Rule: c.Alert.Rule, Severity: c.Alert.Severity, State: c.Alert.State, Reason: reasonOf(c.Alert.Reason),
		Since: c.Alert.Since, OpenedAt: c.Alert.OpenedAt, Changed: c.Alert.Changed, By: c.ByName, Version: c.Alert.Version,
	}
	if aud.Operator() {
		a.Gateway = c.Alert.Gateway
	}
	for _, s := range c.Steps {
		a.History = append(a.History, AlertEvent{s.Seq, s.At, s.Step, s.State, s.ByName, s.Outcome, s.Note})
	}
	return a
}

// reasonOf reads a reason; one that cannot be read is a key of its own.
func reasonOf(raw []byte) Reason {
	var r Reason
	if err := json.Unmarshal(raw, &r); err != nil {
		return Reason{Key: "alert.unreadable"}
	}
	return r
}

func caseCursor(k household.CaseKey) string {
	return cursorAt("alerts", strconv.Itoa(k.Rank), decimalOf(k.Opened), k.ID)
}

// parseCaseCursor returns the key after which a page begins; that of rank -1 for "".
func parseCaseCursor(s string) (household.CaseKey, error) {
	if s == "" {
		return household.CaseKey{Rank: -1}, nil
	}
	parts, err := itemAt("alerts", s, 3)
	if err != nil {
		return household.CaseKey{}, err
	}
	rank, err1 := strconv.Atoi(parts[0])
	opened, err2 := strconv.ParseInt(parts[1], 10, 64)
	if err1 != nil || err2 != nil || parts[2] == "" {
		return household.CaseKey{}, ErrCursor
	}
	return household.CaseKey{Rank: rank, Opened: opened, ID: parts[2]}, nil
}

package api

import (
	"maps"
	"time"

	"github.com/oapi-codegen/nullable"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/text"
)

// What the Gate returns, in the words of openapi.yaml. A nil pointer stays absent.

func cents(c *disclosure.Cents) *Decimal {
	if c == nil {
		return nil
	}
	return new(c.String())
}

func kwh(e *disclosure.MilliWh) *Decimal {
	if e == nil {
		return nil
	}
	return new(e.KWh())
}

func some[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}

func date(d energy.Day) openapi_types.Date {
	return openapi_types.Date{Time: time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, time.UTC)}
}

func coverage(seen, of time.Duration) Coverage {
	return Coverage{SeenS: int64(seen / time.Second), OfS: int64(of / time.Second)}
}

// next returns a cursor, null at the end.
func next(cursor string) nullable.Nullable[string] {
	if cursor == "" {
		return nullable.NewNullNullable[string]()
	}
	return nullable.NewNullableWithValue(cursor)
}

func family(s disclosure.Summary) Family {
	f := Family{
		Id: string(s.Family), Label: s.Label, Language: s.Language,
		Month: month(s.Month), LastMonth: month(s.LastMonth),
		LastReadingAt: instant(s.LastData), OpenAlerts: s.OpenAlerts, ConsentUntil: instant(s.Ends),
	}
	if s.Effort != nil {
		f.EffortRate = &Rate{Status: Status(s.Effort.Status), Value: some(s.Effort.Value)}
	}
	if s.Cold != nil {
		f.ColdDay = &Cold{Day: date(s.Cold.Day), Status: Status(s.Cold.Status)}
		if s.Cold.Hours != nil {
			f.ColdDay.Hours = new(s.Cold.Hours.String())
		}
	}
	f.Savings = savings(s.Savings)
	return f
}

func savings(s *disclosure.SavingsFigure) *Savings {
	if s == nil {
		return nil
	}
	out := &Savings{From: date(s.From), To: date(s.To), Works: s.Works, Status: Status(s.Status), Reason: some(s.Reason)}
	if e := s.Energy; e != nil {
		out.LowKwh, out.CentralKwh, out.HighKwh, out.Share = kwh(&e.Low), kwh(&e.Central), kwh(&e.High), some(e.Share)
	}
	if s.Ready != nil {
		out.ReadyOn = new(date(*s.Ready))
	}
	return out
}

func month(m *disclosure.MonthFigure) *Month {
	if m == nil {
		return nil
	}
	return &Month{
		Month: m.Month, CostEur: cents(m.Cost), EnergyKwh: kwh(m.Energy), Status: some(Status(m.Status)),
		Estimated: m.Estimated, Coverage: coverage(m.Seen, m.Of), DaysLeft: some(m.DaysLeft),
		Forecast: forecast(m.Forecast),
	}
}

func usage(u disclosure.Usage, q disclosure.UsageQuery) Usage {
	out := Usage{Family: string(u.Family), By: UsageBy(u.By), From: date(q.From), To: date(q.To), Items: []Period{}}
	for _, p := range u.Periods {
		registers := map[string]Decimal{}
		for name, e := range p.Registers {
			registers[string(name)] = e.KWh()
		}
		out.Items = append(out.Items, Period{
			Name: p.Name, Start: p.Start.UTC(), EnergyKwh: p.Energy.KWh(), CostEur: cents(p.Cost), Registers: registers,
			Coverage: coverage(p.Seen, p.Of), Estimated: p.Estimated, Provisional: p.Provision,
		})
	}
	return out
}

// alert translates an alert; its sentence is in l, with dates as they read at now.
func alert(a disclosure.Alert, l *text.Language, now time.Time) (Alert, error) {
	sentence, err := l.Reason(a.Reason.Key, a.Reason.Args, now)
	if err != nil {
		return Alert{}, err
	}
	args := map[string]string{}
	maps.Copy(args, a.Reason.Args)
	out := Alert{
		Id: a.ID, Rule: a.Rule, Severity: AlertSeverity(a.Severity), State: AlertState(a.State),
		Reason: Reason{Key: a.Reason.Key, Args: args, Text: sentence},
		Since:  a.Since.UTC(), OpenedAt: instant(a.OpenedAt), ChangedAt: a.Changed.UTC(),
		By: some(a.By), Version: a.Version, Gateway: some(a.Gateway),
	}
	if a.Family != "" {
		out.Family = &AlertFamily{Id: string(a.Family), Label: a.Label, Language: a.Language}
	}
	if a.History != nil {
		history := []AlertEvent{}
		for _, e := range a.History {
			if e.State == household.Pending {
				continue
			}
			history = append(history, AlertEvent{
				At: e.At.UTC(), Step: AlertEventStep(e.Step), State: AlertState(e.State),
				By: some(e.By), Outcome: some(e.Outcome), Note: some(e.Note),
			})
		}
		out.History = &history
	}
	return out, nil
}

package pages

import (
	"net/url"
	"slices"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A neighbourhood is the list of families that share a summary.
type neighbourhood struct{ Families []sheet }

// A sheet is what one family shares with the cooperative.
type sheet struct {
	Label string
	Money string // address of its payments and bills; "" where it shares none
	Found string // address of what was found out about it
	Told  string // address of what it said; "" where it did not agree to be asked
	Paper string // address of the forms it can sign
	Facts []fact
}

// A fact is one figure of a sheet with its name. Small says what it is worth, or
// why there is no Value.
type fact struct{ Name, Value, Small string }

func drawFamilies(w *words, list []disclosure.Summary) neighbourhood {
	var n neighbourhood
	for _, s := range list {
		one := sheet{Label: s.Label, Money: moneyOf(s), Found: findingsOf(s.Family), Told: toldOf(s), Paper: papersOf(s.Family), Facts: []fact{
			monthFact(w, "families.last", s.LastMonth),
			effortFact(w, s.Effort),
			coldFact(w, s.Cold),
			alertFact(w, s.OpenAlerts),
			seenFact(w, s.LastData),
		}}
		if !s.Ends.IsZero() {
			one.Facts = append(one.Facts, fact{Name: w.say("families.ends"), Value: w.date(s.Ends), Small: w.say("families.ends.ask")})
		}
		if s.Month != nil { // only families that share their days have a running month
			one.Facts = slices.Insert(one.Facts, 1, monthFact(w, "families.month", s.Month), forecastFact(w, s.Month))
		}
		if s.Savings != nil {
			one.Facts = append(one.Facts, savingsFact(w, s.Savings))
		}
		n.Families = append(n.Families, one)
	}
	return n
}

// moneyOf returns where the payments and bills of a family are.
func moneyOf(s disclosure.Summary) string {
	if !s.Spends {
		return ""
	}
	return "/console/families/" + url.PathEscape(string(s.Family)) + "/money"
}

// toldOf returns where what a family said is.
func toldOf(s disclosure.Summary) string {
	if !s.Tells {
		return ""
	}
	return answersOf(s.Family)
}

// papersOf returns where the forms are that a family can sign.
func papersOf(id household.FamilyID) string {
	return "/console/households/" + url.PathEscape(string(id)) + "/papers"
}

// withheld names a figure that the family does not share.
func withheld(w *words, name string) fact {
	return fact{Name: w.say(name), Small: w.say("families.withheld")}
}

// unknown names a figure that there is not, and says why.
func unknown(w *words, name string, why household.Status) fact {
	f := fact{Name: w.say(name), Small: status(w, why)}
	if f.Small == "" {
		f.Small = w.say("families.unknown")
	}
	return f
}

// status says what a figure is worth, nothing when it is reliable.
func status(w *words, s household.Status) string {
	if s == household.OK || s == "" {
		return ""
	}
	return w.or("status."+string(s), "families.unknown")
}

func monthFact(w *words, name string, m *disclosure.MonthFigure) fact {
	switch {
	case m == nil || m.Cost == nil && m.Status == "":
		return withheld(w, name)
	case m.Cost == nil:
		return unknown(w, name, m.Status)
	}
	return fact{w.say(name), w.money(*m.Cost, m.Estimated), status(w, m.Status)}
}

func forecastFact(w *words, m *disclosure.MonthFigure) fact {
	switch {
	case m == nil || m.Cost == nil && m.Status == "":
		return withheld(w, "families.forecast")
	case m.Forecast == nil:
		return unknown(w, "families.forecast", household.OK)
	}
	return fact{Name: w.say("families.forecast"), Value: w.say("about", "Amount", w.RoundEuros(int64(m.Forecast.Central)))}
}

func coldFact(w *words, c *disclosure.ColdFigure) fact {
	switch {
	case c == nil:
		return withheld(w, "families.cold")
	case c.Hours == nil:
		return unknown(w, "families.cold", c.Status)
	}
	return fact{w.say("families.cold"), w.Hours(int64(*c.Hours)), w.say("families.cold.on", "Day", w.keep(w.DayMonth(noon(c.Day))))}
}

func effortFact(w *words, r *disclosure.RateFigure) fact {
	switch {
	case r == nil:
		return withheld(w, "families.effort")
	case r.Value == "":
		return unknown(w, "families.effort", r.Status)
	}
	return fact{w.say("families.effort"), w.Percent(r.Value), status(w, r.Status)}
}

func alertFact(w *words, n *int) fact {
	if n == nil {
		return withheld(w, "families.alerts")
	}
	return fact{Name: w.say("families.alerts"), Value: w.say("families.alerts.count", "Count", *n)}
}

func seenFact(w *words, t time.Time) fact {
	if t.IsZero() {
		return unknown(w, "families.seen", household.OK)
	}
	return fact{Name: w.say("families.seen"), Value: capital(w.when(t))}
}

// noon returns an instant whose date is d, for writing it.
func noon(d energy.Day) time.Time {
	return time.Date(d.Year, d.Month, d.Date, 12, 0, 0, 0, time.UTC)
}

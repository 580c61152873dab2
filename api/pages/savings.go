package pages

import (
	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// drawSavings tells a family what its works saved; nil when nothing can be said of it.
func drawSavings(w *words, h disclosure.Home, c Contact) *figure {
	s := h.Savings
	if s == nil {
		return nil
	}
	f := &figure{Title: w.say("works.title")}
	switch {
	case s.Energy != nil && s.Energy.Sure() && s.Energy.Share != "":
		f.Amount = w.say("about", "Amount", w.Percent(s.Energy.Share))
		f.Lines = []string{
			w.say("works.saved"), w.say("works.range", "Low", w.Percent(s.Energy.LowShare), "High", w.Percent(s.Energy.HighShare)),
		}
	case s.Energy != nil:
		f.Lines = []string{w.say("works.unsure")}
	case s.Ready != nil:
		f.Lines = []string{w.say("works.wait"), w.say("works.ready", "Day", w.date(noon(*s.Ready)))}
	case s.Status == household.NotApplicable:
		f.Lines = []string{w.say("works.cold")}
		if s.Cooler != nil {
			f.Lines = append(f.Lines, w.say("works.cooler", "Degrees", w.Degrees(*s.Cooler)))
		}
		f.Lines = append(f.Lines, w.say("works.talk", "Who", c.Name))
	default:
		f.Lines = []string{w.say("works.never")}
	}
	if s.Energy != nil && s.Status == household.Provisional && h.At.Before(s.To.Start(h.Zone)) {
		f.Lines = append(f.Lines, w.say("works.running", "Day", w.date(noon(s.To))))
	}
	return f
}

// savingsFact tells a caseworker what works saved, and what that is worth.
func savingsFact(w *words, s *disclosure.SavingsFigure) fact {
	f := fact{Name: w.say("families.savings"), Small: status(w, s.Status)}
	switch {
	case s.Energy != nil:
		f.Value = wholeKWh(w, s.Energy.Central)
		if s.Energy.Share != "" {
			f.Value += " (" + w.Percent(s.Energy.Share) + ")"
		}
		f.Small = w.say("families.savings.range", "Low", wholeKWh(w, s.Energy.Low), "High", wholeKWh(w, s.Energy.High))
		if s.Status == household.Provisional {
			f.Small += ", " + status(w, s.Status)
		}
	case s.Ready != nil:
		f.Small = w.say("families.savings.ready", "Day", w.date(noon(*s.Ready)))
	case s.Cooler != nil:
		f.Small = w.say("families.savings.cooler", "Degrees", w.Degrees(*s.Cooler))
	case s.Status == household.NotApplicable && s.Reason != "":
		f.Small = w.say("families.savings.cold")
	case s.Status == household.NotApplicable:
		f.Small = w.say("families.savings.refused")
	}
	return f
}

// wholeKWh writes energy without decimals, as a saving is known: "1 420 kWh".
func wholeKWh(w *words, e disclosure.MilliWh) string { return w.Number(e.KWh(), 0) + " kWh" }

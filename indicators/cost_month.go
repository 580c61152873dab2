package indicators

import (
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

func init() {
	register(Indicator{
		ID: "cost_month", Unit: "EUR", Version: "2", Category: "cost", Granularity: 2, Span: Monthly, Back: mostWarm,
		Question:   "What does electricity cost this month, and what will it cost at its end?",
		QuestionFR: "Combien coûte l'électricité ce mois-ci, et combien à la fin du mois ?",
		Method: "Sum of the month's bill lines. The running month is counted up to the last reading, with the standing charge of the days begun. " +
			"Forecast: the standing charge of the whole month, the energy of the days that are over, and for each other day what the home uses in the weather to be expected, at what a kWh cost over the last 28 days: its CalTRACK 2.0 daily model over the valid days of the last 365, " +
			"at the temperatures within 10 days of the same day a year before, or else of the last 14, plus how far the last 28 days were off it. With fewer than 60 days of use and weather: the mean of the days of its weekday class " +
			"among the valid ones of the last 14, or 28 where the 14 have fewer than 7; nil with fewer than 7. Range: 1.28 standard deviations of what days of a like season were off, weather and the rest together, with their own autocorrelation; without weather of the valid days of the last 28 " +
			"around those means, for days that resemble their neighbours (autocorrelation 0.5), doubt about the mean included, meant to hold 80 % of months. `foyer forecast backtest` says what it held. " +
			"ok: at least 90 % of the month was seen; provisional: at least half, the running month, or a drop of the counter not yet explained; " +
			"insufficient_data: less; indeterminate: no contract or no price in force.",
		Source:  "Foyer. Prices: see the tariff's file.",
		Compute: costMonth,
	})
}

func costMonth(in Input) Answer {
	coverage, kWh, known := in.month()
	detail := household.CostMonth{
		Seen: coverage.Seen.Milliseconds(), Of: coverage.Of.Milliseconds(), Estimated: coverage.Estimated,
	}
	if known {
		detail.Energy = tariff.KWh(kWh).String()
	}
	if in.Running() {
		detail.DaysLeft = in.To.Sub(in.Today)
	}
	for _, l := range in.Bill {
		detail.Estimated = detail.Estimated || l.Estimated
	}
	s := status(coverage, in.Running())
	if valued(s) && len(in.Bill) == 0 {
		s = household.Indeterminate
	}
	a := Answer{Status: s}
	if valued(s) {
		a.Value = tariff.Euros(tariff.Total(in.Bill))
	}
	if in.Running() && len(in.Bill) > 0 {
		if f, ok := in.forecast(); ok {
			detail.Forecast, detail.ForecastLow, detail.ForecastHigh = ptr(tariff.Euros(f.central)), ptr(tariff.Euros(f.low)), ptr(tariff.Euros(f.high))
		}
	}
	a.Detail = detail
	return a
}

// month returns how much of the period's days up to today was seen, their energy,
// and whether anything is known of them.
func (in Input) month() (c energy.Coverage, kWh int64, known bool) {
	for d := in.From; d.Before(in.To) && !in.Today.Before(d); d = d.Add(1) {
		day, ok := in.day(d)
		of := d.End(in.Zone).Sub(d.Start(in.Zone))
		if d == in.Today {
			of = max(in.Until.Sub(d.Start(in.Zone)), 0)
		}
		day.Coverage.Of = of
		c = c.Add(day.Coverage)
		kWh, known = kWh+day.Energy, known || ok
	}
	return c, kWh, known
}

package indicators

import (
	"cmp"

	"foyer/internal/household"
	"foyer/internal/tariff"
)

func init() {
	register(Indicator{
		ID: "cost_month", Unit: "EUR", Version: "10", Category: "cost", Granularity: 2, Span: Monthly, Back: mostWarm, Needs: Outdoors,
		Question:   "What does energy cost this month, and what will it cost at its end?",
		QuestionFR: "Combien coûte l'énergie ce mois-ci, et combien à la fin du mois ?",
		Method: "Sum of the month's bill lines, of every fuel. The running month is counted up to the last reading, with the standing charge of the days begun. " +
			"Forecast: the standing charge of the whole month, the energy of the days that are over, and for each other day what the home uses in the weather to be expected: the CalTRACK 2.0 daily models of each fuel over the valid days of the last 365 that qualify, each as far as these days make it likely, and, of a year of such days, what these were off over it (two waves, as far as chance does not make as much), " +
			"at the season's temperature of the day and as far from it as those of the last 385 days were from theirs (two waves a year fitted to them), plus how far the last 28 days were off it; at what a kWh cost, of the mean price of the tariff's periods then, within 30 days of the same day a year before, at the prices of today (of the last days, where that is not known and days have no colours). With fewer than 60 days of use and weather, or where half a year of temperatures or those around the same days a year before are not known: the mean of the days of its weekday class " +
			"among the valid ones of the last 14, or 28 where the 14 have fewer than 7, and where nine tenths of the last 365 days are known as much more or less as two waves a year fitted to them rise or fall; until then by as much as the heating season of the country file takes what the home was seen to use more in winter; nil with fewer than 7. " +
			"Range, meant to hold 80 % of months: what days of a like season (within 4 °C) were off, together with what their weather would make of the days ahead, summed over as many days that follow each other, at most 21; how well the level, the season and the models are known, and how far these part on days ahead that are warmer or colder than those seen; times the Student t of as many times as these sums go into the days; without weather, what the same rule was off over as many days that ended within the last 60 or began within the 60 after the same day a year before: " +
			"the root of the mean square times the Student t of as many times as the days ahead go into the mornings it was tried on. Until a year is known those mornings are of another season: one more such time is how the last 28 days strayed, of days that resemble their neighbours (autocorrelation 0.5), and the range reaches at least as far as the days ahead may take a home heated by electricity that now uses as much, less what its own days tell of that: " +
			"below by its season, above as cold as one time of ten (heated from 1 October to 20 May, four times as much in the depth of winter as in summer, 12 °C below where heating begins, weather that strays by 2 °C and resembles that of the next day by 0.7; see the country file). " +
			"`foyer forecast backtest` says what it held. " +
			"ok: at least 90 % of the month was seen; provisional: at least half, the running month, or a drop of the counter not yet explained; " +
			"insufficient_data: less; indeterminate: no contract or no price in force. A fuel the home uses that has no contract, no price, or of which less than half was seen, is named in " +
			"\"partial\": the total is a lower bound, and provisional.",
		Source:  "Foyer; rolling-origin evaluation of forecasts: L. J. Tashman, International Journal of Forecasting 16 (2000) 437-450; model averaging: J. A. Hoeting and others, Statistical Science 14 (1999) 382-417. Prices: see the tariff's file.",
		Compute: costMonth,
	})
}

func costMonth(in Input) Answer {
	all := in.tallies()
	billed := map[tariff.Fuel]int64{}
	for _, l := range in.Bill {
		billed[cmp.Or(l.Fuel, tariff.Electricity)] += l.Cents
	}
	for i := range all {
		_, all[i].priced = billed[all[i].fuel]
	}
	coverage, s, missing := together(all, in.Running())
	detail := household.CostMonth{
		Seen: coverage.Seen.Milliseconds(), Of: coverage.Of.Milliseconds(), Estimated: coverage.Estimated,
		Parts: partsOf(all, func(t tally) int64 { return billed[t.fuel] }),
	}
	if all[0].used {
		detail.Energy = tariff.KWh(all[0].energy).String()
	}
	if in.Running() {
		detail.DaysLeft = in.To.Sub(in.Today)
	}
	for _, l := range in.Bill {
		detail.Estimated = detail.Estimated || l.Estimated
	}
	a := Answer{Status: s}
	if valued(s) {
		a.Value, detail.Partial = tariff.Euros(tariff.Total(in.Bill)), names(missing)
	}
	if in.Running() && len(in.Bill) > 0 {
		if f, ok := in.forecast(); ok {
			detail.Forecast, detail.ForecastLow, detail.ForecastHigh = ptr(tariff.Euros(f.central)), ptr(tariff.Euros(f.low)), ptr(tariff.Euros(f.high))
		}
	}
	a.Detail = detail
	return a
}

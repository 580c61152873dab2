package indicators

import (
	"slices"

	"foyer/internal/household"
	"foyer/internal/tariff"
)

func init() {
	register(Indicator{
		ID: "settlement", Unit: "EUR", Version: "10", Category: "cost", Granularity: 2, Span: Monthly, Back: creditYears * YearDays, Needs: Outdoors,
		Question:   "Has the family paid more or less than it used, and what will the settlement of the year come to?",
		QuestionFR: "La famille a-t-elle payé plus ou moins que ce qu'elle a utilisé, et à combien sera la régularisation ?",
		Method: "For each contract in force at the end of the month, or today, over the days of its settlement year so far: what was paid (instalments and prepayments, less refunds) and what helped " +
			"(vouchers, discounts, grants, no further than the cost), less what was used at the prices in force; days that are not known are filled as in tee. Above 0: ahead. " +
			"Where no instalment was written down in the year, those of the contract count, one for each month begun: \"planned\". " +
			"The running month forecasts the year of a contract with instalments from the home's own weather response, with a range meant to hold 80 %, and what is then due: how far sums of up to 21 days strayed is read from the same days a year before, beside how well the level, the season and the models are known, and what days cost for their part of day or colour counts as if each were drawn by itself; in the last month of the year, as that of cost_month. " +
			"Of days further ahead than a month it says nothing without their weather a year before, what half of them then used, and, where days have colours, what a kWh then cost. In 110 simulated towns it held 86 % of the forecasts; `foyer forecast backtest --horizon year` says what it held of yours. " +
			"Credit of prepayments: those since the first, and help, less what was used since; days left at the usual daily cost, the mean of at least 7 valid days of the last 28, with 1.28 standard deviations of that many days. " +
			"ok: at least 90 % of the days of every such contract are known; provisional: at least half, the running month, or a contract that is not known; insufficient_data: less of any; indeterminate: no contract has a price; " +
			"not_applicable: the family pays each bill.",
		Source:  "Foyer. Prices: see the tariff's file.",
		Compute: settlement,
	})
}

func settlement(in Input) Answer {
	last := in.To.Add(-1) // day of which the state is told
	if in.Today.Before(last) {
		last = in.Today
	}
	var detail household.Settlement
	s, sum, priced := household.OK, int64(0), false
	if in.Running() {
		s = household.Provisional
	}
	all := in.contractsOn(last)
	for _, c := range all {
		b, ahead, status := in.balance(c, last)
		if status == household.NotApplicable {
			continue
		}
		detail.Contracts = append(detail.Contracts, b)
		if valued(status) {
			priced = true
			sum += ahead
		}
		if worse(status, s) {
			s = status
		}
	}
	switch {
	case len(all) == 0:
		return Answer{Status: household.Indeterminate, Detail: detail}
	case len(detail.Contracts) == 0:
		return Answer{Status: household.NotApplicable, Detail: detail}
	case !valued(s) && priced && s == household.Indeterminate:
		s = household.Provisional // of the contracts that are known
	}
	a := Answer{Status: s, Detail: detail}
	if valued(s) {
		a.Value = tariff.Euros(sum)
	}
	return a
}

// worse reports whether a status says less than another.
func worse(a, b household.Status) bool {
	order := []household.Status{household.OK, household.Provisional, household.Indeterminate, household.InsufficientData}
	return slices.Index(order, a) > slices.Index(order, b)
}

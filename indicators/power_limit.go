package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/formula"
	"foyer/internal/household"
)

type powerLimitInputs struct {
	Cut       *number   `json:"pcoup_kva"`
	Reference *number   `json:"pref_kva"`
	Daily     []*number `json:"daily_max_va"` // the last day last
}

type powerLimitResult struct {
	Limited *bool  `json:"limited"`
	Reason  string `json:"reason"`
	File    string `json:"country_file"`
}

type powerLimitValues struct {
	Cut       decimal.Decimal `yaml:"cut_kva"`
	Reference decimal.Decimal `yaml:"reference_kva"`
	Most      decimal.Decimal `yaml:"most_va"`
	Days      int             `yaml:"days"`
}

func init() {
	national(formula.About{
		ID: "power_limitation", Unit: "yes or no", Version: "2",
		Question:   "Has the supplier reduced the home's power?",
		QuestionFR: "Le fournisseur a-t-il réduit la puissance du logement ?",
		Method: "Reason pcoup: the meter cuts at 1 kVA or less. Reason max_power: a subscribed power of 3 kVA or more, and the maximum of each of the last 7 days at most 1100 VA. " +
			"insufficient_data: fewer than 7 of those days are known, whatever the others show, or the subscribed power is not.",
	}, anywhere, "power_limit", powerLimit)
	nightly("power_limitation", anywhere, "power_limit", night{
		Category: daily, Granularity: 3, Span: WholeDay, Back: 6, Needs: Loads | Peaks,
		From: "the power of the contract, and the highest apparent power that the meter showed on each day. " +
			"A half-hour that used more than the limit leaves no doubt of its day; a day without one is known only where the meter shows apparent power. " +
			"The power at which the meter cuts is not kept.",
	}, powerLimitNight)
}

// Quiet returns the last days whose half-hours leave open that the power is limited:
// their highest apparent power is worth reading.
func (in Input) Quiet() (days []energy.Day) {
	v := inForce[powerLimitValues](anywhere, "power_limit", in.To.Add(-1)).Values
	for d := in.To.Add(-v.Days); d.Before(in.To); d = d.Add(1) {
		if most := in.Loads[d].Most; most == nil || !watts(*most).GreaterThan(v.Most) {
			days = append(days, d)
		}
	}
	return days
}

func powerLimitNight(in Input, v vintage[powerLimitValues]) Answer {
	var ask powerLimitInputs
	inputs := map[string]string{}
	if in.Contract != nil && in.Contract.PowerKVA > 0 {
		ask.Reference = num(decimal.NewFromInt(int64(in.Contract.PowerKVA)))
		inputs["pref_kva"] = figure(ask.Reference)
	}
	for d := in.To.Add(-v.Values.Days); d.Before(in.To); d = d.Add(1) {
		var most *number
		if peak, ok := in.Peaks[d]; ok {
			most = num(decimal.New(peak, -3))
		} else if half := in.Loads[d].Most; half != nil && watts(*half).GreaterThan(v.Values.Most) {
			most = watts(*half) // W are never more than VA
		}
		ask.Daily = append(ask.Daily, most)
		inputs[d.String()+"_va"] = figure(most)
	}
	r := powerLimit(ask, v)
	s := said{status: "ok", flag: r.Limited, detail: household.Finding{Inputs: figures(inputs), File: r.File}}
	switch {
	case r.Limited == nil && ask.Reference == nil:
		s.status, s.detail.Reason = "indeterminate", "unknown_subscribed_power"
	case r.Limited == nil:
		s.status, s.detail.Reason = "insufficient_data", "unknown_maximum"
	case *r.Limited:
		s.detail.Level = r.Reason
	}
	c := in.covered(v.Values.Days)
	if r.Limited != nil && !*r.Limited && !atLeast(c, 50) {
		s.detail.Reason = "few_days"
	}
	return s.answer(c)
}

func powerLimit(in powerLimitInputs, v vintage[powerLimitValues]) powerLimitResult {
	answer := func(limited *bool, reason string) powerLimitResult { return powerLimitResult{limited, reason, v.File} }
	if in.Cut != nil && in.Cut.LessThanOrEqual(v.Values.Cut) {
		return answer(ptr(true), "pcoup")
	}
	if in.Reference != nil && in.Reference.LessThan(v.Values.Reference) {
		return answer(ptr(false), "none")
	}
	last := in.Daily[max(0, len(in.Daily)-v.Values.Days):]
	known, above := 0, false
	for _, most := range last {
		if most != nil {
			known, above = known+1, above || most.GreaterThan(v.Values.Most)
		}
	}
	switch {
	case known < v.Values.Days:
		return answer(nil, "insufficient_data")
	case above:
		return answer(ptr(false), "none")
	case in.Reference == nil:
		return answer(nil, "insufficient_data")
	}
	return answer(ptr(true), "max_power")
}

package indicators

import (
	"strconv"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
	"foyer/internal/household"
)

type spikeInputs struct {
	Value     *number   `json:"value_kwh"`
	Reference []*number `json:"reference_kwh"`
	Limit     *number   `json:"z_limit"`
}

type spikeResult struct {
	Status string  `json:"status"`
	Z      *number `json:"z"`
	Spike  *bool   `json:"spike"`
	Method *string `json:"method"`
	File   string  `json:"country_file"`
}

type spikeValues struct {
	Factor decimal.Decimal `yaml:"factor"`
	Limit  decimal.Decimal `yaml:"z_limit"`
	Times  decimal.Decimal `yaml:"times_median"`
	Above  decimal.Decimal `yaml:"above_kwh"`
}

func init() {
	national(formula.About{
		ID: "daily_spike_mad", Unit: "yes or no", Version: "1",
		Question:   "Did the home use far more energy on this day than on days like it?",
		QuestionFR: "Le foyer a-t-il consommé bien plus ce jour-là que les jours semblables ?",
		Method: "Modified z-score 0.6745 (day - median) / MAD over the days of the same weekday class, strictly above the limit. Where half of those days are alike (MAD 0): strictly more than " +
			"1.5 times the median, and strictly more than 1 kWh above it. insufficient_data: the day or the others are not known.",
	}, anywhere, "spike", spike)
	nightly("daily_spike_mad", anywhere, "spike", night{
		Category: daily, Granularity: 3, Span: WholeDay, Back: usualDays,
		From: "the days of the same weekday class (Monday to Friday, or the weekend) among the 28 before, of which half was seen; at least half of them must be known.",
	}, spikeNight)
}

func spike(in spikeInputs, v vintage[spikeValues]) spikeResult {
	r := spikeResult{Status: "insufficient_data", File: v.File}
	var days []decimal.Decimal
	for _, d := range in.Reference {
		if d != nil {
			days = append(days, d.Decimal)
		}
	}
	if in.Value == nil || len(days) == 0 {
		return r
	}
	limit := v.Values.Limit
	if in.Limit != nil {
		limit = in.Limit.Decimal
	}
	median := middle(days)
	away := make([]decimal.Decimal, len(days))
	for i, d := range days {
		away[i] = d.Sub(median).Abs()
	}
	mad, above := middle(away), in.Value.Sub(median)
	r.Status, r.Method = "ok", ptr("mad")
	if mad.IsZero() {
		r.Method = ptr("mad_zero_fallback")
		r.Spike = ptr(in.Value.GreaterThan(v.Values.Times.Mul(median)) && above.GreaterThan(v.Values.Above))
		return r
	}
	score := v.Values.Factor.Mul(above)
	r.Z, r.Spike = num(score.DivRound(mad, 16)), ptr(score.GreaterThan(limit.Mul(mad)))
	return r
}

func spikeNight(in Input, v vintage[spikeValues]) Answer {
	day := in.From
	ask := spikeInputs{Value: in.usedOn(day)}
	known, all := 0, 0
	for d := day.Add(-usualDays); d.Before(day); d = d.Add(1) {
		if weekend(d) != weekend(day) {
			continue
		}
		all++
		if used := in.usedOn(d); used != nil {
			ask.Reference, known = append(ask.Reference, used), known+1
		}
	}
	c := in.covered(1)
	inputs := figures(map[string]string{"day_kwh": figure(ask.Value), "days": strconv.Itoa(known)})
	if 2*known < all {
		s := missing("insufficient_data", "few_days", v.File)
		s.detail.Inputs = inputs
		return s.answer(c)
	}
	r := spike(ask, v)
	var days []decimal.Decimal
	for _, d := range ask.Reference {
		days = append(days, d.Decimal)
	}
	s := said{status: r.Status, flag: r.Spike, detail: household.Finding{
		Inputs: inputs, File: r.File, Figures: figures(map[string]string{"z": figure(r.Z), "usual_kwh": plain(middle(days))}),
	}}
	if r.Status != "ok" {
		s.detail.Reason = "unknown_day"
	}
	return s.answer(c)
}

package indicators

import (
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/formula"
	"foyer/internal/household"
)

type stuckInputs struct {
	Minima []*number `json:"daily_minimum_w"` // of the half-hours of each day, the last day last
}

type stuckResult struct {
	Status string `json:"status"`
	Flag   *bool  `json:"flag"`
	File   string `json:"country_file"`
}

type stuckValues struct {
	Times  decimal.Decimal `yaml:"times_median"`
	Above  decimal.Decimal `yaml:"above_w"`
	Days   int             `yaml:"days"`
	Before int             `yaml:"before"`
	Known  int             `yaml:"known"` // of the days before, at least
}

type leakInputs struct {
	Flow []*number `json:"hourly_flow"` // litres or kWh, the last hour last
}

type leakValues struct {
	Hours int `yaml:"hours"`
}

func init() {
	national(formula.About{
		ID: "stuck_appliance", Unit: "yes or no", Version: "1",
		Question:   "Has something been left running for days?",
		QuestionFR: "Quelque chose tourne-t-il depuis des jours sans s'arrêter ?",
		Method: "The smallest half-hour of each of the last 3 days is strictly more than 1.5 times the median of the 14 days before that day, and strictly more than 100 W above it. " +
			"insufficient_data: one of the days, or more than half of those before it, is not known.",
	}, anywhere, "stuck", stuck)
	nightly("stuck_appliance", anywhere, "stuck", night{
		Category: daily, Granularity: 3, Span: WholeDay, Back: 16, Needs: Loads,
		From: "the smallest half-hour of each of the days up to the one in question, known where all of its half-hours are.",
	}, stuckNight)
	national(formula.About{
		ID: "gas_leak", Unit: "yes or no", Version: "1",
		Question:   "Has gas been flowing without a pause?",
		QuestionFR: "Le gaz coule-t-il sans aucune pause ?",
		Method:     "Flow in each of the last 24 hours. insufficient_data: one that could be 0 is not known.",
	}, anywhere, "gas_leak", leak)
	nightly("gas_leak", anywhere, "gas_leak", night{
		Category: daily, Granularity: 3, Span: WholeDay, Back: 1, Needs: GasFlow,
		From: "the last 24 hours of the day. An hour is known where the meter spoke at least hourly: what was counted over a longer time is no flow. " +
			"not_applicable: a home without a gas meter.",
	}, leakNight)
}

func leak(in leakInputs, v vintage[leakValues]) stuckResult {
	r := stuckResult{Status: "insufficient_data", File: v.File}
	last := in.Flow[max(0, len(in.Flow)-v.Values.Hours):]
	known := 0
	for _, flow := range last {
		switch {
		case flow == nil:
		case !flow.IsPositive():
			return stuckResult{"ok", ptr(false), v.File}
		default:
			known++
		}
	}
	if known == v.Values.Hours {
		r.Status, r.Flag = "ok", ptr(true)
	}
	return r
}

func leakNight(in Input, v vintage[leakValues]) Answer {
	if in.Gas == nil {
		return missing("not_applicable", "no_gas_meter", v.File).answer(energy.Coverage{})
	}
	halves := in.Gas[in.From.Add(-1)].Signs + in.Gas[in.From].Signs
	halves = halves[max(0, len(halves)-2*v.Values.Hours):]
	var ask leakInputs
	c := energy.Coverage{Of: time.Duration(v.Values.Hours) * time.Hour}
	hours := 0
	for i := 0; i+1 < len(halves); i += 2 {
		var flow *number
		switch hour := halves[i : i+2]; {
		case strings.Contains(hour, "+"):
			flow = num(decimal.NewFromInt(1))
			hours++
		case hour == "00":
			flow = num(decimal.Zero)
		}
		ask.Flow = append(ask.Flow, flow)
		if flow != nil {
			c.Seen += time.Hour
		}
	}
	r := leak(ask, v)
	s := said{status: r.Status, flag: r.Flag, detail: household.Finding{File: r.File, Inputs: map[string]string{
		"hours_with_flow": strconv.Itoa(hours), "hours_known": strconv.Itoa(int(c.Seen / time.Hour)),
	}}}
	if r.Flag == nil {
		s.detail.Reason = "unknown_hours"
	}
	return s.answer(c)
}

func stuckNight(in Input, v vintage[stuckValues]) Answer {
	var ask stuckInputs
	inputs := map[string]string{}
	days := v.Values.Days + v.Values.Before - 1
	for d := in.To.Add(-days); d.Before(in.To); d = d.Add(1) {
		var least *number
		if milliWh := in.Loads[d].Least; milliWh != nil {
			least = watts(*milliWh)
		}
		ask.Minima = append(ask.Minima, least)
		inputs[d.String()+"_w"] = figure(least)
	}
	r := stuck(ask, v)
	s := said{status: r.Status, flag: r.Flag, detail: household.Finding{Inputs: figures(inputs), File: r.File}}
	if r.Flag == nil {
		s.detail.Reason = "unknown_days"
	}
	return s.answer(in.seen(in.Loads, v.Values.Days))
}

func stuck(in stuckInputs, v vintage[stuckValues]) stuckResult {
	r := stuckResult{Status: "insufficient_data", File: v.File}
	if len(in.Minima) < v.Values.Days {
		return r
	}
	flag := true
	for i := len(in.Minima) - v.Values.Days; i < len(in.Minima); i++ {
		var before []decimal.Decimal
		for _, w := range in.Minima[max(0, i-v.Values.Before):i] {
			if w != nil {
				before = append(before, w.Decimal)
			}
		}
		day := in.Minima[i]
		if day == nil || len(before) < max(v.Values.Known, 1) {
			return r
		}
		usual := middle(before)
		flag = flag && day.GreaterThan(v.Values.Times.Mul(usual)) && day.Sub(usual).GreaterThan(v.Values.Above)
	}
	r.Status, r.Flag = "ok", &flag
	return r
}

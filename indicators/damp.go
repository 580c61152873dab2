package indicators

import (
	"math"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/formula"
	"foyer/internal/household"
)

// The constants of the Magnus formula over water.
//
// Source: WMO, Sonntag 1990.
const (
	magnusHPa = 6.112
	magnusA   = 17.62
	magnusB   = 243.12 // °C
)

// saturation returns the pressure of saturated air at a temperature in °C, in hPa.
func saturation(t float64) float64 { return magnusHPa * math.Exp(magnusA*t/(magnusB+t)) }

// dewPoint returns the temperature in °C at which air of a relative humidity in percent, above
// 0, is saturated.
func dewPoint(t, percent float64) float64 {
	g := math.Log(percent/100) + magnusA*t/(magnusB+t)
	return magnusB * g / (magnusA - g)
}

// humid reports whether a relative humidity in percent can be.
func humid(percent float64) bool { return percent > 0 && percent <= 100 }

type dewInputs struct {
	Temp     *float64 `json:"temp_c"`
	Humidity *float64 `json:"rh_pct"`
}

type dewResult struct {
	Status     string   `json:"status"`
	Dew        *float64 `json:"dewpoint_c"`
	Saturation *float64 `json:"es_hpa"`
}

type mouldInputs struct {
	In       *number `json:"t_in"`
	Out      *number `json:"t_out"`
	Humidity *number `json:"rh_in_pct"`
	Factor   *number `json:"f_rsi"`
}

type mouldResult struct {
	Status       string   `json:"status"`
	Surface      *number  `json:"t_surface"`
	Humidity     *float64 `json:"rh_surface"`
	Mould        *bool    `json:"mould_risk"`
	Condensation *bool    `json:"condensation"`
	File         string   `json:"country_file"`
}

type mouldValues struct {
	Likely       float64 `yaml:"likely_pct"`
	Condensation float64 `yaml:"condensation_pct"`

	// What stands in for the factor of a home that nobody has measured.
	Factor decimal.Decimal `yaml:"f_rsi"`
}

type factorInputs struct {
	Surface *number `json:"t_surface"`
	In      *number `json:"t_in"`
	Out     *number `json:"t_out"`
}

type surfaceFactorResult struct {
	Status string  `json:"status"`
	Factor *number `json:"f_rsi"`
	File   string  `json:"country_file"`
}

type surfaceFactorValues struct {
	Difference decimal.Decimal `yaml:"difference_k"`
}

func init() {
	calculate("dewpoint_magnus", "Magnus formula over water: 17.62, 243.12 °C, 6.112 hPa (WMO, Sonntag)", func(in dewInputs) dewResult {
		switch {
		case in.Temp == nil:
			return dewResult{Status: "indeterminate"}
		case *in.Temp <= -magnusB:
			return dewResult{Status: "invalid_input"}
		}
		r := dewResult{Status: "ok", Saturation: known(saturation(*in.Temp))}
		switch {
		case in.Humidity == nil:
			r.Status = "indeterminate"
		case !humid(*in.Humidity):
			r.Status = "invalid_input"
		default:
			r.Dew = known(dewPoint(*in.Temp, *in.Humidity))
		}
		return r
	})
	national(formula.About{
		ID: "surface_rh_mould", Unit: "yes or no", Version: "1",
		Question:   "Is it so damp at the cold wall that mould is likely to grow?",
		QuestionFR: "Le mur froid est-il assez humide pour que des moisissures poussent ?",
		Method: "The temperature of the surface lies between outside and inside by the factor f_rsi; its humidity is that of the room times the saturation pressure of the room over that of the surface. " +
			"Mould is likely from 80 % on when that lasts for days, water condenses from 100 % on. Take means of a day. indeterminate: an input is not known.",
	}, anywhere, "mould", mould)
	nightly("surface_rh_mould", anywhere, "mould", night{
		Category: climate, Granularity: 3, Span: WholeDay, Needs: Indoors | Outdoors,
		From: "the means of the local day, of which half was seen, inside (temperature and humidity) and outside, and the factor of the country file, as nobody has measured that of the home. " +
			"not_applicable: a home without a sensor of humidity.",
	}, mouldNight)
	national(formula.About{
		ID: "f_rsi", Unit: "factor", Version: "1",
		Question:   "How well do the walls keep their inside warm?",
		QuestionFR: "Les murs gardent-ils bien la chaleur à leur surface ?",
		Method:     "(surface - outside) / (inside - outside), EN ISO 13788; not computed where inside and outside differ by less than 5 K.",
	}, anywhere, "f_rsi", func(in factorInputs, v vintage[surfaceFactorValues]) surfaceFactorResult {
		r := surfaceFactorResult{Status: "indeterminate", File: v.File}
		if in.Surface == nil || in.In == nil || in.Out == nil {
			return r
		}
		difference := in.In.Sub(in.Out.Decimal)
		if difference.Abs().LessThan(v.Values.Difference) {
			r.Status = "insufficient_difference"
			return r
		}
		r.Status, r.Factor = "ok", num(in.Surface.Sub(in.Out.Decimal).DivRound(difference, 16))
		return r
	})
}

func mouldNight(in Input, v vintage[mouldValues]) Answer {
	if len(in.Humidity) == 0 {
		return missing("not_applicable", "no_humidity", v.File).answer(energy.Coverage{})
	}
	inside, seen := in.overDay(in.Held)
	percent, damp := in.overDay(in.Humidity)
	outside, air := in.outside(in.From)
	c := lesser(lesser(seen, damp), air)
	r := mould(mouldInputs{In: inside, Out: outside, Humidity: percent, Factor: num(v.Values.Factor)}, v)
	s := said{status: r.Status, flag: r.Mould, detail: household.Finding{File: r.File, Inputs: figures(map[string]string{
		"t_in_c": figure(inside), "t_out_c": figure(outside), "rh_in_pct": figure(percent), "f_rsi": plain(v.Values.Factor),
	})}}
	if r.Humidity == nil {
		s.status, s.detail.Reason = "insufficient_data", "unknown_climate"
		return s.answer(c)
	}
	s.detail.Figures = figures(map[string]string{"rh_surface_pct": figure(tenths(*r.Humidity)), "t_surface_c": figure(r.Surface)})
	if *r.Condensation {
		s.detail.Level = "condensation"
	}
	return s.answer(c)
}

func mould(in mouldInputs, v vintage[mouldValues]) mouldResult {
	r := mouldResult{Status: "indeterminate", File: v.File}
	if in.In == nil || in.Out == nil || in.Factor == nil {
		return r
	}
	surface := in.Out.Add(in.Factor.Mul(in.In.Sub(in.Out.Decimal)))
	inside, outside := in.In.InexactFloat64(), surface.InexactFloat64()
	if inside <= -magnusB || outside <= -magnusB || in.Factor.IsNegative() || in.Factor.GreaterThan(decimal.NewFromInt(1)) {
		r.Status = "invalid_input"
		return r
	}
	r.Surface = num(surface)
	if in.Humidity == nil {
		return r
	}
	percent := in.Humidity.InexactFloat64()
	if !humid(percent) {
		r.Status = "invalid_input"
		return r
	}
	percent *= saturation(inside) / saturation(outside)
	r.Status, r.Humidity = "ok", known(percent)
	r.Mould, r.Condensation = ptr(percent >= v.Values.Likely), ptr(percent >= v.Values.Condensation)
	return r
}

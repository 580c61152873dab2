package indicators

import (
	"math"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/formula"
	"foyer/internal/household"
)

type humidexInputs struct {
	Temp *float64 `json:"temp_c"`
	Dew  *float64 `json:"dewpoint_c"`
}

type humidexResult struct {
	Status  string   `json:"status"`
	Humidex *float64 `json:"humidex"`
	Shown   *bool    `json:"shown"`
	File    string   `json:"country_file"`
}

type humidexValues struct {
	From  float64 `yaml:"from_c"`
	Above float64 `yaml:"above_c"`
}

func init() {
	national(formula.About{
		ID: "humidex_dewpoint", Unit: "°C", Version: "1",
		Question:   "How hot does the damp air feel?",
		QuestionFR: "Quelle chaleur ressent-on dans cet air humide ?",
		Method: "e = 6.11 exp(5417.7530 (1/273.16 - 1/(273.15 + dew point))), humidex = temperature + 0.5555 (e - 10). Shown from 20 °C on, and where it is at least a degree above the temperature. " +
			"A dew point above the temperature is invalid.",
	}, anywhere, "humidex", humidex)
	nightly("humidex_dewpoint", anywhere, "humidex", night{
		Category: climate, Granularity: 3, Span: WholeDay, Needs: Indoors,
		From: "the hours of the local day of which half was seen, in temperature and humidity: that with the highest humidex. The flag says that it is shown. " +
			"not_applicable: a home without a sensor of humidity.",
	}, humidexNight)
}

func humidex(in humidexInputs, v vintage[humidexValues]) humidexResult {
	r := humidexResult{Status: "indeterminate", File: v.File}
	if in.Temp == nil || in.Dew == nil {
		return r
	}
	if *in.Dew > *in.Temp || *in.Dew <= -absoluteZero {
		r.Status = "invalid_input"
		return r
	}
	e := 6.11 * math.Exp(5417.7530*(1/273.16-1/(absoluteZero+*in.Dew)))
	h := *in.Temp + 0.5555*(e-10)
	r.Status, r.Humidex, r.Shown = "ok", known(h), ptr(*in.Temp >= v.Values.From && h >= *in.Temp+v.Values.Above)
	return r
}

func humidexNight(in Input, v vintage[humidexValues]) Answer {
	if len(in.Humidity) == 0 {
		return missing("not_applicable", "no_humidity", v.File).answer(energy.Coverage{})
	}
	warm, damp := in.hourly(in.Held), in.hourly(in.Humidity)
	c := energy.Coverage{Of: in.To.Start(in.Zone).Sub(in.From.Start(in.Zone))}
	s := missing("insufficient_data", "unknown_hours", v.File)
	most := math.Inf(-1)
	for i := range warm {
		dew := dewOf(warm[i].mean, damp[i].mean)
		if dew == nil {
			continue
		}
		c.Seen += time.Hour
		r := humidex(humidexInputs{known(warm[i].mean.InexactFloat64()), dew}, v)
		if r.Humidex == nil || *r.Humidex <= most {
			continue
		}
		most = *r.Humidex
		s = said{status: r.Status, value: tenths(most), flag: r.Shown, detail: household.Finding{File: r.File, Inputs: map[string]string{
			"t_c": figure(warm[i].mean), "rh_pct": figure(damp[i].mean), "dewpoint_c": figure(tenths(*dew)),
		}}}
	}
	return s.answer(c)
}

// dewOf returns the dew point of air, at most its temperature; nil where either input is
// not known, or no humidity.
func dewOf(temp, percent *number) *float64 {
	if temp == nil || percent == nil {
		return nil
	}
	t, rh := temp.InexactFloat64(), percent.InexactFloat64()
	if !humid(rh) || t <= -magnusB {
		return nil
	}
	return known(min(dewPoint(t, rh), t))
}

// tenths returns what a physical formula gives, to a tenth: no sensor says more.
func tenths(v float64) *number { return num(decimal.NewFromFloat(v).Round(1)) }

// absoluteZero is 0 °C in kelvin.
const absoluteZero = 273.15

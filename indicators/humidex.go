package indicators

import (
	"math"

	"foyer/internal/formula"
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
	}, anywhere, "humidex", func(in humidexInputs, v vintage[humidexValues]) humidexResult {
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
	})
}

// absoluteZero is 0 °C in kelvin.
const absoluteZero = 273.15

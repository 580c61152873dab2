package indicators

import (
	"time"

	"foyer/internal/formula"
)

type truceInputs struct {
	At   *time.Time `json:"timestamp"`
	Zone string     `json:"zone"`
}

type truceResult struct {
	Status string  `json:"status"`
	Date   *string `json:"local_date"`
	Force  *bool   `json:"in_force"`
	File   string  `json:"country_file"`
}

// truceValues are days of a year, "11-01"; both belong to the truce, which goes over
// the new year.
type truceValues struct {
	First string `yaml:"first"`
	Last  string `yaml:"last"`
}

func init() {
	national(formula.About{
		ID: "treve_hivernale", Unit: "yes or no", Version: "1",
		Question:   "Is it forbidden to cut the electricity or gas of a main home now?",
		QuestionFR: "Est-il interdit en ce moment de couper l'électricité ou le gaz d'une résidence principale ?",
		Method:     "From 1 November to 31 March, both included, by the local date in the zone. Oil, wood and bottled gas are not covered; power may be reduced.",
	}, France, "cut_truce", func(in truceInputs, v vintage[truceValues]) truceResult {
		r := truceResult{Status: "indeterminate", File: v.File}
		if in.At == nil || in.Zone == "" {
			return r
		}
		zone, err := time.LoadLocation(in.Zone)
		if err != nil {
			r.Status = "invalid_input"
			return r
		}
		local := in.At.In(zone)
		day := local.Format("01-02")
		r.Status, r.Date, r.Force = "ok", ptr(local.Format(time.DateOnly)), ptr(day >= v.Values.First || day <= v.Values.Last)
		return r
	})
}

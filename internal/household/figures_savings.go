package household

// Savings is the detail of "metered_savings": what a home used less after works than
// it would have, by CalTRACK 2.0. Value is the saving over the reporting period in
// kWh, what is missing of it filled. Amounts are in kWh.
type Savings struct {
	Works    []SavingsWorks `json:"works"` // none when they were taken back
	Reason   string         `json:"reason,omitempty"`
	Method   string         `json:"method"` // "daily", "billing_monthly" or "billing_bimonthly"
	Baseline SavingsSpan    `json:"baseline"`
	Report   SavingsSpan    `json:"reporting"`
	Ready    *string        `json:"ready_on,omitempty"` // first day that can have a figure, while there is none
	Final    string         `json:"final_on"`           // first day on which the year is over

	Observed  *string `json:"observed_kwh,omitempty"` // over the periods of which nothing is missing
	Expected  *string `json:"expected_kwh,omitempty"` // what the model says of the same
	Masked    *string `json:"metered_kwh,omitempty"`  // their difference: CalTRACK's metered savings
	Filled    int     `json:"filled_periods"`         // of the reporting period, that something is missing of
	Central   *string `json:"central_kwh,omitempty"`
	Low       *string `json:"low_kwh,omitempty"` // ends of the interval
	High      *string `json:"high_kwh,omitempty"`
	Share     *string `json:"share,omitempty"` // of what would have been used, central; of the ends likewise
	LowShare  *string `json:"low_share,omitempty"`
	HighShare *string `json:"high_share,omitempty"`
	Interval  string  `json:"confidence"` // of the interval, "0.9"

	Model    *SavingsModel    `json:"model,omitempty"`
	Comfort  SavingsComfort   `json:"comfort"`
	Weather  []SavingsWeather `json:"weather"` // where the temperatures of both periods come from
	Inputs   string           `json:"inputs_sha256"`
	Document string           `json:"country_file"`
}

// SavingsWorks are works that a saving comes from.
type SavingsWorks struct {
	Kind string `json:"kind"`
	From string `json:"from"`
	Last string `json:"last"`
}

// SavingsSpan says how much is known of one side of a comparison, in days. To is not
// included.
type SavingsSpan struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Days     int      `json:"days"`
	Use      int      `json:"days_with_use"`
	Weather  int      `json:"days_with_weather"`
	Valid    int      `json:"valid_days"`
	Warnings []string `json:"warnings,omitempty"` // of the baseline, as OpenEEmeter spells them
}

// SavingsModel is what the use of the year before the works follows.
type SavingsModel struct {
	Kind         string  `json:"kind"`
	Base         string  `json:"base_kwh_per_day"`
	Heating      string  `json:"heating_kwh_per_degree_day"`
	HeatingPoint string  `json:"heating_balance_c"`
	Cooling      string  `json:"cooling_kwh_per_degree_day"`
	CoolingPoint string  `json:"cooling_balance_c"`
	R2           *string `json:"adjusted_r2,omitempty"`
	CVRMSE       *string `json:"adjusted_cvrmse,omitempty"`
}

// SavingsComfort is how long the home was cold in the winters of the two periods, and how
// warm it was kept.
type SavingsComfort struct {
	Judgement string       `json:"judgement"` // "kept", "colder", "cooler", "unseen"
	Before    SavingsChill `json:"before"`
	After     SavingsChill `json:"after"`
	Days      int          `json:"days_compared"`    // of the year, that both winters know
	Fall      *string      `json:"fall_c,omitempty"` // by which the coldest of these became colder; nil where they are too few
}

// SavingsChill is one winter, in milliseconds. Its coldest days were below Coldest at most.
type SavingsChill struct {
	Below int64 `json:"below_ms"`
	Seen  int64 `json:"seen_ms"`
	Of    int64 `json:"of_ms"`

	Coldest *string `json:"coldest_days_c,omitempty"`
}

// SavingsWeather says how many days of a saving know their temperature from a source.
type SavingsWeather struct {
	Kind  string `json:"kind"` // "sensor", "meteo_france", "open_meteo"
	Place string `json:"place,omitempty"`
	Days  int    `json:"days"`
}

package household

// The details of results, kept as canonical JSON in [Result.Detail]. Amounts
// and temperatures are exact decimals in text; durations are milliseconds;
// instants are UTC milliseconds. A nil pointer means unknown, never zero.

// CostDay is the detail of "cost_day": what one local day cost, standing
// charge and taxes included. Value is in EUR.
type CostDay struct {
	Energy     string  `json:"energy_kwh"`
	Standing   string  `json:"standing_eur"` // the day's share of the standing charge
	Seen       int64   `json:"seen_ms"`
	Of         int64   `json:"of_ms"`
	Estimated  bool    `json:"estimated"`
	Until      *int64  `json:"until,omitempty"`            // the running day: last instant counted
	Usual      *string `json:"usual_eur,omitempty"`        // median of the same weekday class over 28 days
	UsualByNow *string `json:"usual_by_now_eur,omitempty"` // the running day: what is usual until Until
}

// CostMonth is the detail of "cost_month": what a calendar month cost so far.
// Value is in EUR and equals the sum of the month's bill lines.
type CostMonth struct {
	Energy       string  `json:"energy_kwh"`
	Seen         int64   `json:"seen_ms"`
	Of           int64   `json:"of_ms"`
	Estimated    bool    `json:"estimated"`
	DaysLeft     int     `json:"days_left"`
	Forecast     *string `json:"forecast_eur,omitempty"` // end of month; nil when there is not enough data
	ForecastLow  *string `json:"forecast_low_eur,omitempty"`
	ForecastHigh *string `json:"forecast_high_eur,omitempty"`
}

// ColdDay is the detail of "cold_day": hours below the threshold in one local
// day. Value is in hours.
type ColdDay struct {
	Threshold string  `json:"threshold_c"`
	Share     string  `json:"share_below"` // of the hours seen
	Mean      *string `json:"mean_c,omitempty"`
	Min       *string `json:"min_c,omitempty"`
	Last      *string `json:"last_c,omitempty"`
	LastAt    *int64  `json:"last_at,omitempty"`
	Seen      int64   `json:"seen_ms"`
	Of        int64   `json:"of_ms"`
}

// Rate is the detail of "tee", the energy-effort rate over 365 days. It holds
// the inputs for recomputation; together they would give the income back, so
// the Gate hands out the status and the rounded value alone.
type Rate struct {
	Expense   string `json:"expense_eur"`
	Income    string `json:"income_eur"`
	Aid       string `json:"aid_eur"`
	Net       string `json:"tee_net"` // net of aid
	Above     bool   `json:"above_threshold"`
	ThreeD    *bool  `json:"tee_3d,omitempty"`
	Days      int    `json:"valid_days"`
	Reference string `json:"reference"`
	Reason    string `json:"reason,omitempty"`
	Partial   bool   `json:"partial,omitempty"`
}

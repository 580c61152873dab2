package household

// The details of results, kept as canonical JSON in [Result.Detail]. Amounts
// and temperatures are exact decimals in text; durations are milliseconds;
// instants are UTC milliseconds. A nil pointer means unknown, never zero.

// A CostPart is one fuel in the cost of a day or month.
type CostPart struct {
	Fuel      string `json:"fuel"`
	Cost      string `json:"eur,omitempty"`        // "" without a price
	Energy    string `json:"energy_kwh,omitempty"` // "" when not known, and of what is delivered
	Seen      int64  `json:"seen_ms"`
	Of        int64  `json:"of_ms"`
	Estimated bool   `json:"estimated"`
}

// CostDay is the detail of "cost_day": what one local day cost, standing
// charges and taxes included. Value is in EUR. Seen and Of are of the fuel seen least.
type CostDay struct {
	Energy     string  `json:"energy_kwh"`   // electricity
	Standing   string  `json:"standing_eur"` // the day's share of the standing charges
	Seen       int64   `json:"seen_ms"`
	Of         int64   `json:"of_ms"`
	Estimated  bool    `json:"estimated"`
	Until      *int64  `json:"until,omitempty"`            // the running day: last instant counted
	Usual      *string `json:"usual_eur,omitempty"`        // median of the same weekday class over 28 days
	UsualByNow *string `json:"usual_by_now_eur,omitempty"` // the running day: what is usual until Until

	Parts   []CostPart `json:"parts,omitempty"`
	Partial []string   `json:"partial,omitempty"` // fuels that are not, or not half, in the value: it is a lower bound
}

// CostMonth is the detail of "cost_month": what a calendar month cost so far.
// Value is in EUR and equals the sum of the month's bill lines.
type CostMonth struct {
	Energy       string  `json:"energy_kwh"` // electricity
	Seen         int64   `json:"seen_ms"`
	Of           int64   `json:"of_ms"`
	Estimated    bool    `json:"estimated"`
	DaysLeft     int     `json:"days_left"`
	Forecast     *string `json:"forecast_eur,omitempty"` // end of month; nil when there is not enough data
	ForecastLow  *string `json:"forecast_low_eur,omitempty"`
	ForecastHigh *string `json:"forecast_high_eur,omitempty"`

	Parts   []CostPart `json:"parts,omitempty"`
	Partial []string   `json:"partial,omitempty"` // as in [CostDay]
}

// Settlement is the detail of "settlement": how the contracts of a family stand at the
// end of a month, or today. Value is by how many EUR the family is ahead of what it used.
type Settlement struct {
	Contracts []Balance `json:"contracts,omitempty"`
}

// A Balance is how one contract stands in its settlement year.
type Balance struct {
	Fuel    string `json:"fuel"`
	From    string `json:"from"` // first day of the year
	To      string `json:"to"`   // first day of the next
	Elapsed int    `json:"elapsed_days"`
	Known   int    `json:"known_days"`
	Paid    string `json:"paid_eur"` // less refunds
	Planned bool   `json:"planned"`  // no instalment was written down: those of the contract count
	Aid     string `json:"aid_eur"`
	Cost    string `json:"cost_eur,omitempty"`  // of the days elapsed; "" when not known
	Ahead   string `json:"ahead_eur,omitempty"` // below 0: behind

	// The running month alone; nil when there is not enough data.
	Forecast     *string `json:"forecast_eur,omitempty"` // the whole year
	ForecastLow  *string `json:"forecast_low_eur,omitempty"`
	ForecastHigh *string `json:"forecast_high_eur,omitempty"`
	Due          *string `json:"due_eur,omitempty"` // at its end, the instalments of the contract paid; below 0: comes back
	DueLow       *string `json:"due_low_eur,omitempty"`
	DueHigh      *string `json:"due_high_eur,omitempty"`
	Credit       *string `json:"credit_eur,omitempty"` // of prepayments
	DaysLeft     *int    `json:"credit_days,omitempty"`
	DaysLow      *int    `json:"credit_days_low,omitempty"`
	DaysHigh     *int    `json:"credit_days_high,omitempty"`

	// The first days that these rest on; "" where that was not kept.
	ForecastSince string `json:"forecast_since,omitempty"`
	CreditSince   string `json:"credit_since,omitempty"`
}

// OtherTariffs is the detail of "other_tariffs". Value is what the days of the tariff of
// which most is known cost as they were.
type OtherTariffs struct {
	Days   int           `json:"days"` // of the month
	Seen   int64         `json:"seen_ms"`
	Of     int64         `json:"of_ms"`
	Offers []OtherTariff `json:"tariffs,omitempty"` // by fuel and tariff
}

// An OtherTariff is what days of a month cost as they were, and what the same days would
// have cost under another tariff; "" without a day.
type OtherTariff struct {
	Fuel      string   `json:"fuel"`
	Own       string   `json:"own"`        // tariff at the end of the month
	Tariff    string   `json:"tariff"`     // the other one; Own too, for who had another before
	Known     int      `json:"known_days"` // that are in both
	OwnCost   string   `json:"own_eur,omitempty"`
	Cost      string   `json:"eur,omitempty"`
	Estimated bool     `json:"estimated"`
	Lacks     []string `json:"lacks,omitempty"` // why other days are not
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
	Expense   string   `json:"expense_eur"`
	Income    string   `json:"income_eur"`
	Aid       string   `json:"aid_eur"`
	Net       string   `json:"tee_net"` // net of aid
	Above     bool     `json:"above_threshold"`
	ThreeD    *bool    `json:"tee_3d,omitempty"`
	Days      int      `json:"valid_days"`
	Reference string   `json:"reference"`
	Reason    string   `json:"reason,omitempty"`
	Partial   bool     `json:"partial,omitempty"` // a fuel or the heating is not in it: a lower bound
	Missing   []string `json:"missing_fuels,omitempty"`
}

// Year is the detail of "energy_year": what comparisons of a home with others read of
// it. As [Rate] it holds what would give the income back, and stays inside.
type Year struct {
	Expense        string   `json:"expense_eur,omitempty"` // "" without a value
	Use            string   `json:"use_kwh,omitempty"`     // of metered fuels; "" when not all is known
	Income         string   `json:"income_eur,omitempty"`
	Housing        string   `json:"housing_eur,omitempty"`
	Units          int      `json:"units_tenths,omitempty"` // consumption units; 0 when not known
	Persons14      int      `json:"persons_14,omitempty"`
	PersonsUnder14 int      `json:"persons_under_14,omitempty"`
	Area           int      `json:"area_m2,omitempty"` // 0 when not known
	InRent         bool     `json:"heated_in_rent,omitempty"`
	Heating        string   `json:"heating,omitempty"`
	Class          string   `json:"energy_class,omitempty"`
	Decile         *int     `json:"decile_at_most,omitempty"` // of income for each unit: 3, 5 or 10
	Confounders    []string `json:"confounders,omitempty"`
	Days           int      `json:"valid_days"`
	Partial        bool     `json:"partial,omitempty"` // as in [Rate]
	Missing        []string `json:"missing_fuels,omitempty"`
	Reference      string   `json:"reference"` // of the deciles
}

// Cooler is the Judgement of a [SavingsComfort] that says how much less warm a home was
// kept, though it was not cold.
const Cooler = "cooler"

// A Finding is the detail of what a country file has computed of a home: a flag with
// what it comes from. A flag is a reason to call, never a decision. Where income is
// among the inputs, it says of income that it is known and no more.
type Finding struct {
	Flag      *bool             `json:"flag,omitempty"`    // nil where there is none, or it is not known
	Reason    string            `json:"reason,omitempty"`  // why there is no value, or what took the flag back
	Level     string            `json:"level,omitempty"`   // "severe", "moderate"
	Figures   map[string]string `json:"figures,omitempty"` // further exact decimals, by name with their unit
	Inputs    map[string]string `json:"inputs,omitempty"`  // what was read, likewise
	Seen      int64             `json:"seen_ms"`           // of what was read
	Of        int64             `json:"of_ms"`
	File      string            `json:"country_file"`        // whose parameters were taken
	Reference string            `json:"reference,omitempty"` // table that the home is compared with
}

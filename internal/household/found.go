package household

// How many days ago the newest answer begins, at most, that still says something of now:
// periods of a year that ends with a month, months, and days.
const (
	recentYears  = 366 + 62
	recentMonths = 31 + 62
	recentDays   = 10
)

// Found lists the questions that the nightly run answers with a [Finding], in the order
// in which they are told: first those on how a home is heated.
var Found = []struct {
	Indicator string
	Back      int // days
}{
	{"self_restriction_ratio", recentYears},
	{"own_counterfactual", recentMonths},
	{"weak_heating_signature", recentYears},
	{"eu_unable_warm", recentYears},
	{"fr_3d", recentYears},
	{"eu_arrears", recentYears},
	{"underheating_degree_hours", recentDays},
	{"surface_rh_mould", recentDays},
	{"overheating_degree_hours_26_28", recentDays},
	{"humidex_dewpoint", recentDays},
	{"gas_leak", recentDays},
	{"power_limitation", recentDays},
	{"overload", recentDays},
	{"supply_interruption_events", recentDays},
	{"stuck_appliance", recentDays},
	{"daily_spike_mad", recentDays},
	{"night_baseload", recentDays},
	{"absence", recentDays},
	{"boardman_10pct", recentYears},
	{"energy_poverty_gap", recentYears},
	{"eu_2m", recentYears},
	{"eu_m_half", recentYears},
	{"brde", recentYears},
	{"uk_lihc_lilee", recentYears},
	{"measured_energy_poverty_be", recentYears},
	{"hidden_energy_poverty_be", recentYears},
	{"peer_ratio", recentYears},
	{"heating_degree_days", recentYears},
	{"annualise_degree_days", recentYears},
}

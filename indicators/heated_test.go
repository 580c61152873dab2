package indicators

import (
	"math"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// stove is a home heated by electricity for three years up to a winter's end: 4 kWh a
// day and slope kWh for each degree day below 16 °C, times what share says of a day.
func stove(t testing.TB, slope float64, share func(energy.Day) float64) Input {
	t.Helper()
	in := Input{Family: "f", Zone: villagerZone(t), Today: date(t, "2026-03-05"), Dwelling: &household.Dwelling{Persons14: 1, Heating: "electric"}}
	in.Income = &household.Income{Disposable: 1_500_000}
	in.Reference = Reference{ID: "fr-2021", D3: decimal.NewFromInt(18360), D5: decimal.NewFromInt(23160)}
	for d := in.Today.Add(-3 * YearDays); d.Before(in.Today); d = d.Add(1) {
		of := d.End(in.Zone).Sub(d.Start(in.Zone))
		turn := 2 * math.Pi * float64(d.Sub(energy.Day{Year: d.Year, Month: 1, Date: 20})) / YearDays
		celsius := 11 - 9*math.Cos(turn) + 2*math.Sin(float64(d.Date))
		kWh := 4 + slope*max(0, 16-celsius)
		if share != nil {
			kWh *= share(d)
		}
		in.Weather = append(in.Weather, household.Weather{Day: d, Mean: int64(celsius * 1000), Seen: of, Of: of})
		day := Day{Day: d, Energy: int64(kWh * 1e6), Coverage: energy.Coverage{Seen: of, Of: of}}
		day.Price(tariff.Cost{Energy: tariff.KWh(day.Energy).Mul(decimal.New(20, -2)), Standing: decimal.New(3650, -2), ProRata: tariff.ByYear})
		in.Days = append(in.Days, day)
	}
	return in
}

func TestLittleHeatRaisesAFlagUnlessSomethingElseExplainsIt(t *testing.T) {
	frugal := func(d energy.Day) float64 { // from this winter on
		if d.Before(energy.Day{Year: 2026, Month: 2, Date: 1}) {
			return 1
		}
		return 0.7
	}
	need := household.Answer{Question: "heating_need", Answer: "5000", Day: date(t, "2024-01-10")}
	other := household.Answer{Question: "other_heating", Answer: "yes", Day: date(t, "2024-01-10")}
	done := household.Answer{Question: "works", Answer: "done", Day: date(t, "2025-11-02")}
	away := household.Answer{Question: "away", Answer: "yes", Day: date(t, "2026-02-20")}
	guests := household.Answer{Question: "new_occupants", Answer: "done", Day: date(t, "2025-12-25")}
	for name, c := range map[string]struct {
		id     string
		slope  float64
		share  func(energy.Day) float64
		change func(*Input)
		said   []household.Answer
		status household.Status
		flag   *bool
		reason string
	}{
		"heats as it needs":         {"self_restriction_ratio", 2, nil, nil, []household.Answer{need}, household.OK, ptr(false), ""},
		"heats little":              {"self_restriction_ratio", 0.8, nil, nil, []household.Answer{need}, household.OK, ptr(true), ""},
		"heats little, and wood":    {"self_restriction_ratio", 0.8, nil, nil, []household.Answer{need, other}, household.OK, ptr(false), "other_fuel"},
		"heats little, warm":        {"self_restriction_ratio", 0.8, nil, warmWinter, []household.Answer{need}, household.OK, ptr(false), ""},
		"heats little, not poor":    {"self_restriction_ratio", 0.8, nil, func(in *Input) { in.Income.Disposable = 4_000_000 }, []household.Answer{need}, household.OK, ptr(false), ""},
		"heats little, who knows":   {"self_restriction_ratio", 0.8, nil, func(in *Input) { in.Income = nil }, []household.Answer{need}, household.OK, nil, "unknown_income"},
		"no rating":                 {"self_restriction_ratio", 0.8, nil, nil, nil, household.Indeterminate, nil, "unknown_need"},
		"as last year":              {"own_counterfactual", 2, nil, nil, nil, household.OK, ptr(false), ""},
		"less than last year":       {"own_counterfactual", 2, frugal, nil, nil, household.OK, ptr(true), ""},
		"less, after works":         {"own_counterfactual", 2, frugal, nil, []household.Answer{done}, household.OK, ptr(false), "works"},
		"less, away":                {"own_counterfactual", 2, frugal, nil, []household.Answer{away}, household.OK, ptr(false), "absence"},
		"less, somebody left":       {"own_counterfactual", 2, frugal, nil, []household.Answer{guests}, household.OK, ptr(false), "new_occupants"},
		"less, another home":        {"own_counterfactual", 2, frugal, func(in *Input) { in.Changed = []energy.Day{date(t, "2025-12-25")} }, nil, household.OK, ptr(false), "new_occupants"},
		"no year before":            {"own_counterfactual", 2, frugal, func(in *Input) { in.Days = in.Days[len(in.Days)-40:] }, nil, household.InsufficientData, nil, "unknown_year_before"},
		"heat does not show":        {"weak_heating_signature", 0, nil, nil, nil, household.OK, ptr(true), ""},
		"heat shows":                {"weak_heating_signature", 2, nil, nil, []household.Answer{need}, household.OK, ptr(false), ""},
		"heat shows a little":       {"weak_heating_signature", 0.3, nil, nil, []household.Answer{need}, household.OK, ptr(true), ""},
		"heat of wood":              {"weak_heating_signature", 0, nil, nil, []household.Answer{other}, household.OK, ptr(false), "other_fuel"},
		"heat of another":           {"weak_heating_signature", 0, nil, func(in *Input) { in.Dwelling.Heating = "wood" }, nil, household.NotApplicable, nil, "heated_otherwise"},
		"heat of nobody knows what": {"weak_heating_signature", 0, nil, func(in *Input) { in.Dwelling = nil }, nil, household.Indeterminate, nil, "unknown_heating"},
	} {
		t.Run(name, func(t *testing.T) {
			in := stove(t, c.slope, c.share)
			in.From, in.To = date(t, "2025-03-01"), date(t, "2026-03-01")
			if c.id == "own_counterfactual" {
				in.From = date(t, "2026-02-01")
			}
			in.Answers = c.said
			if c.change != nil {
				c.change(&in)
			}
			r, d := findingOf(t, c.id, in)
			if r.Status != c.status || (d.Flag == nil) != (c.flag == nil) || c.flag != nil && *d.Flag != *c.flag || d.Reason != c.reason || d.File != "any-2026" {
				t.Errorf("%s %q %s", r.Status, r.Value, r.Detail)
			}
			if strings.Contains(string(r.Detail), "15000") || strings.Contains(string(r.Detail), "1500000") {
				t.Errorf("the income is in %s", r.Detail)
			}
		})
	}
}

func warmWinter(in *Input) {
	in.Warm = map[energy.Day]decimal.Decimal{}
	for d := in.From; d.Before(in.To); d = d.Add(1) {
		in.Warm[d] = decimal.NewFromInt(19)
	}
}

func TestAYearIsCorrectedByTheWeatherOfItsPlace(t *testing.T) {
	in := stove(t, 2, nil)
	in.From, in.To = date(t, "2025-03-01"), date(t, "2026-03-01")
	cold := in
	cold.Weather = nil
	for _, w := range in.Weather { // the years before were a degree colder
		if w.Day.Before(in.From) {
			w.Mean -= 1000
		}
		cold.Weather = append(cold.Weather, w)
	}
	same, _ := findingOf(t, "annualise_degree_days", in)
	more, d := findingOf(t, "annualise_degree_days", cold)
	if same.Status != household.OK || more.Status != household.OK || d.Figures["heating_kwh"] == "" {
		t.Fatalf("%s %s, %s %s", same.Status, same.Detail, more.Status, more.Detail)
	}
	if a, b := decimal.RequireFromString(same.Value), decimal.RequireFromString(more.Value); !b.GreaterThan(a) {
		t.Errorf("%s kWh, and where winters are colder than this one %s", a, b)
	}
	in.Weather = in.Weather[len(in.Weather)-400:]
	if one, d := findingOf(t, "annualise_degree_days", in); one.Status != household.Provisional || d.Reason != "one_year" {
		t.Errorf("by the weather of one year: %s %s", one.Status, one.Detail)
	}
	in.Weather = nil
	if none, d := findingOf(t, "annualise_degree_days", in); none.Status != household.InsufficientData || d.Reason != "unknown_weather" {
		t.Errorf("without weather: %s %s", none.Status, none.Detail)
	}
}

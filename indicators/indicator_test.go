package indicators

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/canonical"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// A home is 400 days of a family at 10 kWh a day for 0.20 EUR, 36.50 EUR a year.
func home(t testing.TB, today string, change func(d *Day)) Input {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Family: "f", Zone: zone, Today: date(t, today)}
	for d := in.Today.Add(-400); !in.Today.Before(d); d = d.Add(1) {
		of := d.End(zone).Sub(d.Start(zone))
		day := Day{Day: d, Energy: 10_000_000, Coverage: energy.Coverage{Seen: of, Of: of}}
		if change != nil {
			change(&day)
		}
		day.Price(tariff.Cost{Energy: tariff.KWh(day.Energy).Mul(decimal.New(20, -2)), Standing: decimal.New(3650, -2), ProRata: tariff.ByYear})
		in.Days = append(in.Days, day)
	}
	return in
}

func date(t testing.TB, text string) energy.Day {
	t.Helper()
	d, err := energy.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func compute(t testing.TB, id string, in Input) household.Result {
	t.Helper()
	i, ok := Find(id)
	if !ok {
		t.Fatalf("no indicator %s", id)
	}
	r, err := i.Result(in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := i.Result(in); err != nil || string(again.Detail) != string(r.Detail) || again.Value != r.Value {
		t.Errorf("%s differs the second time", id)
	}
	if strings.Contains(string(r.Detail), "NaN") || strings.HasPrefix(r.Value, "-") && decimal.RequireFromString(r.Value).IsZero() || (r.Value != "") != valued(r.Status) && r.Status != household.InsufficientData {
		t.Errorf("%s: value %q with status %s", id, r.Value, r.Status)
	}
	return r
}

func (in Input) on(from, to energy.Day) Input { in.From, in.To = from, to; return in }

func TestADayCostsItsEnergyAndItsShareOfTheStandingCharge(t *testing.T) {
	today := "2026-11-25"
	half := func(share float64) func(*Day) {
		return func(d *Day) {
			if d.Day == (energy.Day{Year: 2026, Month: 11, Date: 20}) {
				d.Coverage.Seen = time.Duration(share * float64(d.Coverage.Of))
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*Day)
		want   household.Status
		value  string
	}{
		"all seen":     {nil, household.OK, "2.10"},
		"nine tenths":  {half(0.9), household.OK, "2.10"},
		"less":         {half(0.899), household.Provisional, "2.10"},
		"half":         {half(0.5), household.Provisional, "2.10"},
		"less than":    {half(0.49), household.InsufficientData, ""},
		"an open drop": {func(d *Day) { d.Coverage.Provision = d.Day.Date == 20 }, household.Provisional, "2.10"},
		"more than usual": {func(d *Day) {
			if d.Day.Date == 20 && d.Day.Month == 11 {
				d.Energy = 20_000_000
			}
		}, household.OK, "4.10"},
	} {
		t.Run(name, func(t *testing.T) {
			in := home(t, today, c.change)
			r := compute(t, "cost_day", in.on(date(t, "2026-11-20"), date(t, "2026-11-21")))
			var d household.CostDay
			if err := json.Unmarshal(r.Detail, &d); err != nil {
				t.Fatal(err)
			}
			if r.Status != c.want || r.Value != c.value || d.Standing != "0.1" || d.Usual == nil || *d.Usual != "2.10" || d.Until != nil {
				t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
			}
		})
	}
}

func TestADayWithoutUseOrPriceIsUnknownNotZero(t *testing.T) {
	in := home(t, "2026-11-25", nil)
	in.Days = in.Days[:len(in.Days)-10]
	r := compute(t, "cost_day", in.on(date(t, "2026-11-20"), date(t, "2026-11-21")))
	if r.Status != household.InsufficientData || strings.Contains(string(r.Detail), `"energy_kwh":"0"`) {
		t.Errorf("%s %s", r.Status, r.Detail)
	}
	in.Days[len(in.Days)-1].Parts = nil
	last := in.Days[len(in.Days)-1].Day
	if r := compute(t, "cost_day", in.on(last, last.Add(1))); r.Status != household.Indeterminate || r.Value != "" {
		t.Errorf("%s %s", r.Status, r.Detail)
	}
}

func TestTheRunningDayIsComparedUpToTheSameTime(t *testing.T) {
	in := home(t, "2026-11-25", func(d *Day) {
		d.SoFar = ptr(int64(120))
		if d.Day == (energy.Day{Year: 2026, Month: 11, Date: 25}) {
			d.Energy, d.Coverage.Seen, d.SoFar = 4_000_000, 12*time.Hour, nil
		}
	})
	in.Until = in.Today.Start(in.Zone).Add(12 * time.Hour)
	r := compute(t, "cost_day", in.on(in.Today, in.Today.Add(1)))
	var d household.CostDay
	if err := json.Unmarshal(r.Detail, &d); err != nil {
		t.Fatal(err)
	}
	if r.Status != household.Provisional || r.Value != "0.90" || d.UsualByNow == nil || *d.UsualByNow != "1.20" || *d.Usual != "2.10" || *d.Until != in.Until.UnixMilli() || d.Of != d.Seen {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	in.Until = time.Time{}
	in.Days = in.Days[:len(in.Days)-1]
	if r := compute(t, "cost_day", in.on(in.Today, in.Today.Add(1))); r.Status != household.InsufficientData {
		t.Errorf("without a reading: %s %s", r.Status, r.Detail)
	}
}

func TestAMonthIsItsBillAndItsForecastComesFromItsOwnPast(t *testing.T) {
	in := home(t, "2026-11-25", func(d *Day) {
		if d.Day == (energy.Day{Year: 2026, Month: 11, Date: 25}) {
			d.Energy, d.Coverage.Seen = 4_000_000, 12*time.Hour
		}
	})
	in.Until = in.Today.Start(in.Zone).Add(12 * time.Hour)
	in.Bill = []tariff.Line{{Cents: 250}, {Cents: 4880}}
	in = in.on(date(t, "2026-11-01"), date(t, "2026-12-01"))
	r := compute(t, "cost_month", in)
	var d household.CostMonth
	if err := json.Unmarshal(r.Detail, &d); err != nil {
		t.Fatal(err)
	}
	// 30 days at 2.00 and 0.10; every day alike, so no doubt.
	if r.Status != household.Provisional || r.Value != "51.30" || d.DaysLeft != 6 || d.Energy != "244" || *d.Forecast != "63.00" || *d.ForecastLow != "63.00" || *d.ForecastHigh != "63.00" {
		t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
	}
	in.Days = in.Days[len(in.Days)-7:]
	r = compute(t, "cost_month", in)
	if err := json.Unmarshal(r.Detail, &d); err != nil || strings.Contains(string(r.Detail), "forecast") || r.Status != household.InsufficientData {
		t.Errorf("six days are enough: %s %s", r.Status, r.Detail)
	}
	closed := home(t, "2026-12-25", nil)
	closed.Bill = in.Bill
	if r := compute(t, "cost_month", closed.on(date(t, "2026-11-01"), date(t, "2026-12-01"))); r.Status != household.OK || strings.Contains(string(r.Detail), "forecast") {
		t.Errorf("closed month: %s %s", r.Status, r.Detail)
	}
	closed.Bill = nil
	if r := compute(t, "cost_month", closed.on(date(t, "2026-11-01"), date(t, "2026-12-01"))); r.Status != household.Indeterminate {
		t.Errorf("month without price: %s", r.Status)
	}
}

// TestTheForecastRangeHoldsMostMonths draws months of days that resemble their
// neighbours and counts how often the end lies in the range.
func TestTheForecastRangeHoldsMostMonths(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	held := 0
	var widths [2]int64
	const runs = 300
	for range runs {
		level := 0.0
		all := home(t, "2026-11-30", func(d *Day) {
			level = 0.5*level + rng.NormFloat64()
			d.Energy = int64(10_000_000 + 1_500_000*level)
		})
		var sum tariff.Sum
		for _, d := range all.Days {
			if d.Day.Year == 2026 && d.Day.Month == 11 {
				d.addTo(&sum)
			}
		}
		for i, today := range []string{"2026-11-05", "2026-11-25"} {
			in := all.on(date(t, "2026-11-01"), date(t, "2026-12-01"))
			in.Today = date(t, today)
			in.Days = nil
			for _, d := range all.Days {
				if d.Day.Before(in.Today) {
					in.Days = append(in.Days, d)
				}
			}
			f, ok := in.forecast()
			if !ok {
				t.Fatal("no forecast")
			}
			widths[i] += f.high - f.low
			if i == 0 && f.low <= sum.Cents() && sum.Cents() <= f.high {
				held++
			}
		}
	}
	if held < runs*70/100 || held > runs*93/100 || widths[1] >= widths[0] {
		t.Errorf("%d of %d ends in range, widths %v", held, runs, widths)
	}
}

func TestTheEffortRateNeedsEnoughOfAYear(t *testing.T) {
	year := func(in Input) Input {
		in.Income = &household.Income{Disposable: 900_000, Aid: 20_000}
		in.Dwelling = &household.Dwelling{Persons14: 1}
		in.Reference = Reference{ID: "fr-2021", Threshold: decimal.New(8, -2), D3: decimal.New(18360, 0)}
		return in.on(in.Today.Add(-YearDays), in.Today)
	}
	keep := func(n int) Input {
		in := home(t, "2026-11-25", nil)
		in.Days = in.Days[400-n:]
		return year(in)
	}
	for name, c := range map[string]struct {
		in     Input
		want   household.Status
		value  string
		reason string
	}{
		// 365 x 2.00 + 36.50 = 766.50 of 9000.
		"whole year":                       {keep(365), household.OK, "0.085167", ""},
		"329 of 365 days":                  {keep(329), household.OK, "0.085167", ""},
		"328 of 365 days":                  {keep(328), household.Provisional, "0.085167", ""},
		"200 days":                         {keep(200), household.Provisional, "0.085167", ""},
		"half, too little of it in winter": {keep(183), household.InsufficientData, "", ""},
		"no income known":                  {func() Input { in := keep(365); in.Income = nil; return in }(), household.Indeterminate, "", "unknown_income"},
		"no income":                        {func() Input { in := keep(365); in.Income = &household.Income{}; return in }(), household.Indeterminate, "", "non_positive_income"},
		"no reference":                     {func() Input { in := keep(365); in.Reference = Reference{}; return in }(), household.Indeterminate, "", "no_reference"},
		"heating in the rent": {func() Input {
			in := keep(365)
			in.Dwelling = &household.Dwelling{Persons14: 1, HeatedInRent: true}
			return in
		}(), household.OK, "0.085167", "partial"},
	} {
		t.Run(name, func(t *testing.T) {
			r := compute(t, "tee", c.in)
			var d household.Rate
			if err := json.Unmarshal(r.Detail, &d); err != nil {
				t.Fatal(err)
			}
			if r.Status != c.want || r.Value != c.value || d.Reason != c.reason {
				t.Errorf("%s %s %s", r.Status, r.Value, r.Detail)
			}
			if valued(r.Status) && (d.Expense != "766.50" || d.Net != "0.062944" || !d.Above || d.ThreeD == nil || !*d.ThreeD) {
				t.Errorf("%s", r.Detail)
			}
		})
	}
}

func TestExactlyEightPercentIsNotAbove(t *testing.T) {
	in := home(t, "2026-11-25", nil)
	in.Income = &household.Income{Disposable: 76650 * 100 / 8}
	in.Reference = Reference{ID: "r", Threshold: decimal.New(8, -2), D3: decimal.New(1, 0)}
	r := compute(t, "tee", in.on(in.Today.Add(-YearDays), in.Today))
	var d household.Rate
	if err := json.Unmarshal(r.Detail, &d); err != nil || r.Value != "0.08" || d.Above || d.ThreeD != nil {
		t.Errorf("%s %s %v", r.Value, r.Detail, err)
	}
}

func TestScalingMoneyScalesTheRateByNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		seed := rng.Uint64()
		rate := func(factor int64) string {
			draw := rand.New(rand.NewPCG(seed, 1))
			in := home(t, "2026-11-25", func(d *Day) { d.Energy = draw.Int64N(30_000_000) })
			for i := range in.Days {
				c := *in.Days[i].Parts[0].cost
				c.Energy, c.Standing = c.Energy.Mul(decimal.NewFromInt(factor)), c.Standing.Mul(decimal.NewFromInt(factor))
				in.Days[i].Price(c)
			}
			in.Income = &household.Income{Disposable: 1_500_000 * factor}
			in.Reference = Reference{ID: "r", Threshold: decimal.New(8, -2)}
			v, err := decimal.NewFromString(compute(t, "tee", in.on(in.Today.Add(-YearDays), in.Today)).Value)
			if err != nil {
				t.Fatal(err)
			}
			return v.Round(4).String()
		}
		if a, b := rate(1), rate(1000); a != b {
			t.Fatalf("rate %s, scaled %s", a, b)
		}
	}
}

func TestHoursBelowTheThresholdOfTheHome(t *testing.T) {
	in := home(t, "2026-11-25", nil)
	d := date(t, "2026-10-25") // 25 hours
	start := d.Start(in.Zone)
	in.Held = []energy.Held{
		{From: start, To: start.Add(10 * time.Hour), Value: 18_000},
		{From: start.Add(10 * time.Hour), To: start.Add(15*time.Hour + 20*time.Minute), Value: 17_900},
		{From: start.Add(16 * time.Hour), To: start.Add(25 * time.Hour), Value: 19_500},
	}
	in = in.on(d, d.Add(1))
	for name, c := range map[string]struct {
		dwelling *household.Dwelling
		want     string
	}{
		"18 °C":                 {nil, "5.333 ok 18 0.219178 min 17.9 mean 18.533"},
		"20 °C for the fragile": {&household.Dwelling{Fragile: true}, "24.333 ok 20 1 min 17.9 mean 18.533"},
	} {
		in.Dwelling = c.dwelling
		r := compute(t, "cold_day", in)
		var detail household.ColdDay
		if err := json.Unmarshal(r.Detail, &detail); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%s %s %s %s min %s mean %s", r.Value, r.Status, detail.Threshold, detail.Share, *detail.Min, *detail.Mean); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
	in.Held = in.Held[1:2]
	if r := compute(t, "cold_day", in); r.Status != household.InsufficientData || !strings.Contains(string(r.Detail), `"last_c":"17.9"`) || strings.Contains(string(r.Detail), "mean") {
		t.Errorf("a fifth of a day: %s %s", r.Status, r.Detail)
	}
	in.Held = nil
	if r := compute(t, "cold_day", in); r.Status != household.InsufficientData || strings.Contains(string(r.Detail), "last") {
		t.Errorf("nothing: %s %s", r.Status, r.Detail)
	}
}

func TestDetailsAreCanonical(t *testing.T) {
	got, err := canonical.Marshal(household.ColdDay{Threshold: "<18>", Share: "0.5", Seen: 3})
	if err != nil || string(got) != `{"of_ms":0,"seen_ms":3,"share_below":"0.5","threshold_c":"<18>"}` {
		t.Errorf("%s %v", got, err)
	}
}

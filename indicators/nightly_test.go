package indicators

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// A villager is a home whose half-hours, climate and money are known day by day, some of
// them not.
type villager struct {
	Input
	halves map[energy.Day][]energy.Slot
	gas    map[energy.Day][]energy.Slot
}

// live draws a home of 420 days. Money is multiplied by a factor.
func live(t testing.TB, seed uint64, money int64) villager {
	t.Helper()
	luck := rand.New(rand.NewPCG(seed, 77))
	zone := villagerZone(t)
	h := villager{Input: Input{Family: "f", Zone: zone, Today: date(t, "2026-04-20"), Peaks: map[energy.Day]int64{}}, halves: map[energy.Day][]energy.Slot{}}
	h.Loads = map[energy.Day]Load{}
	hole, level := luck.Float64()*0.3, luck.Int64N(400_000)
	if luck.IntN(2) == 0 {
		h.Gas, h.gas = map[energy.Day]Load{}, map[energy.Day][]energy.Slot{}
	}
	for d := h.Today.Add(-420); d.Before(h.Today); d = d.Add(1) {
		day := Day{Day: d}
		away, unseen := luck.IntN(15) == 0, luck.Float64() < hole
		for at := d.Start(zone); at.Before(d.End(zone)); at = at.Add(energy.SlotLength) {
			s := energy.Slot{Register: "energy_import/base", Start: at, Coverage: energy.Coverage{Of: energy.SlotLength, Seen: energy.SlotLength}}
			s.Energy = level * luck.Int64N(3) / 4
			if !away {
				s.Energy += luck.Int64N(600_000)
			}
			if unseen && luck.IntN(2) == 0 {
				s.Energy, s.Coverage.Seen = 0, time.Duration(luck.Int64N(int64(energy.SlotLength)))
			}
			day.Energy, day.Coverage = day.Energy+s.Energy, day.Coverage.Add(s.Coverage)
			h.halves[d] = append(h.halves[d], s)
			if h.gas != nil {
				g := s
				g.Register, g.Energy = "gas_volume", luck.Int64N(4)*luck.Int64N(3)
				h.gas[d] = append(h.gas[d], g)
			}
		}
		price := decimal.New(20*money, -2)
		if luck.IntN(40) > 0 {
			day.Price(tariff.Cost{Energy: tariff.KWh(day.Energy).Mul(price), Standing: decimal.New(36500*money, -2), ProRata: tariff.ByYear})
		}
		if luck.IntN(60) > 0 {
			h.Days = append(h.Days, day)
			h.Loads[d] = LoadOf(d, zone, h.halves[d], nil)
		}
		if h.gas != nil {
			h.Gas[d] = LoadOf(d, zone, h.gas[d], nil)
		}
		if luck.IntN(3) == 0 {
			h.Peaks[d] = luck.Int64N(3_000_000)
		}
		if luck.IntN(30) > 0 {
			of := d.End(zone).Sub(d.Start(zone))
			w := household.Weather{Day: d, Mean: luck.Int64N(20_000) - 5_000, Seen: of, Of: of}
			if d.Month > time.March && d.Month < time.November {
				w.Mean += 10_000
			}
			h.Weather = append(h.Weather, w)
		}
	}
	if luck.IntN(5) > 0 {
		h.Income = &household.Income{Disposable: money * (luck.Int64N(3_000_000) - 100_000), Aid: money * luck.Int64N(30_000)}
	}
	if luck.IntN(5) > 0 {
		h.Dwelling = &household.Dwelling{
			Persons14: luck.IntN(3), PersonsUnder14: luck.IntN(3), AreaM2: luck.IntN(120), Fragile: luck.IntN(2) == 0, HeatedInRent: luck.IntN(4) == 0,
			Heating: []string{"", "electricity", "gas", "wood"}[luck.IntN(4)],
		}
	}
	if luck.IntN(5) > 0 {
		h.Contract = &household.Contract{
			Fuel: tariff.Electricity, PowerKVA: luck.IntN(9), From: h.Today.Add(-luck.IntN(420)), Instalment: money * luck.Int64N(3) * 4_000,
		}
		h.Contracts = []household.Contract{*h.Contract}
	}
	h.Reference = Reference{ID: "fr-2021", Threshold: decimal.New(8, -2), D3: decimal.New(18360*money, 0), D5: decimal.New(23160*money, 0)}
	h.Answers = chat(luck, h.Today)
	h.Overloads = map[energy.Day]int{}
	power := rand.New(rand.NewPCG(seed, 79))
	for d := h.Today.Add(-420); d.Before(h.Today); d = d.Add(1) {
		if n := power.IntN(5); n > 0 {
			h.Overloads[d] = n - 1
		}
	}
	h.Absent, h.Warm = map[energy.Day]bool{}, map[energy.Day]decimal.Decimal{}
	if luck.IntN(9) == 0 {
		h.Changed = []energy.Day{h.Today.Add(-luck.IntN(500))}
	}
	for d := h.Today.Add(-420); d.Before(h.Today); d = d.Add(1) {
		if luck.IntN(30) > 0 {
			h.Absent[d] = luck.IntN(12) == 0
		}
		if luck.IntN(3) > 0 {
			h.Warm[d] = decimal.New(12_000+luck.Int64N(10_000), -3)
		}
	}
	for _, id := range []string{"dear", "never"}[:rand.New(rand.NewPCG(seed, 78)).IntN(3)] {
		h.Offers = append(h.Offers, h.offer(id, seed, money))
	}
	return h
}

// offer draws what some of the days would have cost under another tariff.
func (h villager) offer(id string, seed uint64, money int64) Offer {
	luck := rand.New(rand.NewPCG(seed, uint64(len(id))))
	o := Offer{Fuel: tariff.Electricity, Own: "own", Tariff: id, Costs: map[energy.Day]tariff.Cost{}, Lacks: map[energy.Day]string{}}
	for _, d := range h.Days {
		if luck.IntN(12) == 0 || id == "never" {
			o.Lacks[d.Day] = "colour"
			continue
		}
		o.Costs[d.Day] = tariff.Cost{Energy: tariff.KWh(d.Energy).Mul(decimal.New(23*money, -2)), Standing: decimal.New(30000*money, -2), ProRata: tariff.ByYear}
	}
	return o
}

// chat draws what a family answered in 420 days, some of it nothing.
func chat(luck *rand.Rand, today energy.Day) (all []household.Answer) {
	for _, q := range household.Questions {
		n := luck.IntN(3)
		for range n {
			a := household.Answer{Question: q.ID, Day: today.Add(-1 - luck.IntN(420)), Answer: "1200"}
			if len(q.Choices) > 0 {
				a.Answer = q.Choices[luck.IntN(len(q.Choices))]
			}
			all = append(all, a)
		}
	}
	return household.Holding(all)
}

// over returns what an indicator reads of a home for the last of its periods.
func (h villager) over(i Indicator) Input {
	in := h.Input
	in.To = in.Today
	switch i.Span {
	case Daily, WholeDay:
		in.From = in.To.Add(-1)
	case Monthly, WholeMonth:
		in.From, in.To = energy.Day{Year: 2026, Month: 3, Date: 1}, energy.Day{Year: 2026, Month: 4, Date: 1}
	case Yearly, MonthsYear:
		in.To = energy.Day{Year: 2026, Month: 4, Date: 1}
		in.From = in.To.Add(-YearDays)
	case Works:
		panic("no works here")
	}
	first := in.From.Add(-i.Back)
	in.Days = slices.DeleteFunc(slices.Clone(in.Days), func(d Day) bool { return d.Day.Before(first) || !d.Day.Before(in.To) })
	for at := in.From.Start(in.Zone); at.Before(in.To.Start(in.Zone)) && in.To.Sub(in.From) == 1; at = at.Add(20 * time.Minute) {
		luck := rand.New(rand.NewPCG(uint64(at.Unix()), uint64(len(h.Days))))
		if luck.IntN(4) > 0 {
			in.Held = append(in.Held, energy.Held{From: at, To: at.Add(20 * time.Minute), Value: 12_000 + luck.Int64N(20_000)})
			in.Humidity = append(in.Humidity, energy.Held{From: at, To: at.Add(20 * time.Minute), Value: luck.Int64N(105_000)})
		}
	}
	in.Answers = slices.DeleteFunc(slices.Clone(in.Answers), func(a household.Answer) bool { return !a.Day.Before(in.To) })
	if i.Span == Monthly {
		in.Bill = []tariff.Line{{Cents: in.year().cents()}}
	}
	return in
}

// seenOf returns the coverage in the detail of a result, and whether it says any.
func seenOf(t testing.TB, r household.Result) (seen, of int64, said bool) {
	t.Helper()
	var d struct {
		Seen *int64 `json:"seen_ms"`
		Of   *int64 `json:"of_ms"`
		Days *int64 `json:"valid_days"`

		Contracts []household.Balance `json:"contracts"`
	}
	if err := json.Unmarshal(r.Detail, &d); err != nil {
		t.Fatal(err)
	}
	switch {
	case d.Seen != nil && d.Of != nil:
		return *d.Seen, *d.Of, true
	case d.Days != nil:
		return *d.Days, YearDays, true
	}
	for _, c := range d.Contracts {
		seen, of = seen+int64(c.Known), of+int64(c.Elapsed)
	}
	return seen, of, len(d.Contracts) > 0
}

// nightlyIndicators are those of the nightly run that one home has by itself and whose
// periods need no works.
func nightlyIndicators() []Indicator {
	return slices.DeleteFunc(Nightly(France), func(i Indicator) bool { return i.Span == Works || i.Compare != nil })
}

func TestEveryFigureComesWithItsCoverageAndIsANumber(t *testing.T) {
	valued, flagged := map[string]int{}, map[string]int{}
	const homes = 120
	for seed := range uint64(homes) {
		h := live(t, seed, 1)
		for _, i := range nightlyIndicators() {
			r := compute(t, i.ID, h.over(i))
			seen, of, said := seenOf(t, r)
			has := r.Status == household.OK || r.Status == household.Provisional
			lacks := !said && r.Status != household.Indeterminate && r.Status != household.NotApplicable // no data is what those lack
			if lacks || has != (r.Value != "") || has && (seen <= 0 || of <= 0 || seen*2 < of) {
				t.Errorf("seed %d, %s: %s %q seen %d of %d", seed, i.ID, r.Status, r.Value, seen, of)
			}
			if text := r.Value + string(r.Detail); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.Contains(text, `"-0"`) || r.Value == "-0" {
				t.Errorf("seed %d, %s: %s", seed, i.ID, text)
			}
			var d household.Finding
			if strings.Contains(string(r.Detail), "country_file") {
				if err := json.Unmarshal(r.Detail, &d); err != nil {
					t.Fatal(err)
				}
				if d.File == "" || !has && d.Flag != nil || !has && d.Reason == "" {
					t.Errorf("seed %d, %s: %s with %s", seed, i.ID, r.Status, r.Detail)
				}
			}
			if has {
				valued[i.ID]++
			}
			if d.Flag != nil && *d.Flag {
				flagged[i.ID]++
			}
		}
	}
	for _, i := range nightlyIndicators() {
		if valued[i.ID] == 0 {
			t.Errorf("%s never has a value: its property holds of nothing", i.ID)
		}
	}
	t.Logf("values %v, flags %v of %d homes", valued, flagged, homes)
}

func TestTheOrderOfHalfHoursAndTwinsChangeNothing(t *testing.T) {
	for seed := range uint64(10) {
		h := live(t, seed, 1)
		luck := rand.New(rand.NewPCG(seed, 3))
		for d, slots := range h.halves {
			twin := slices.Clone(slots)
			luck.Shuffle(len(twin), func(i, j int) { twin[i], twin[j] = twin[j], twin[i] })
			if got, want := LoadOf(d, h.Zone, twin, nil), LoadOf(d, h.Zone, slots, nil); got.Signs != want.Signs || got.Sum != want.Sum || !slices.Equal(got.Night, want.Night) {
				t.Fatalf("%s: %+v, want %+v", d, got, want)
			}
		}
		weather := slices.Clone(h.Weather)
		for _, i := range nightlyIndicators() {
			in := h.over(i)
			want := compute(t, i.ID, in)
			in.Loads, in.Weather = loadsUpTo(in.Loads, in.To), slices.DeleteFunc(slices.Clone(weather), func(w household.Weather) bool { return !w.Day.Before(in.To) })
			if i.Span == Monthly {
				continue // the weather of a month that runs is that before today
			}
			if got := compute(t, i.ID, in); got.Value != want.Value || string(got.Detail) != string(want.Detail) {
				t.Errorf("%s reads beyond its period: %s, want %s", i.ID, got.Detail, want.Detail)
			}
		}
	}
}

func loadsUpTo(all map[energy.Day]Load, to energy.Day) map[energy.Day]Load {
	kept := map[energy.Day]Load{}
	for d, l := range all {
		if d.Before(to) {
			kept[d] = l
		}
	}
	return kept
}

func TestScalingAllMoneyScalesEurosAndLeavesRatios(t *testing.T) {
	const factor = 7
	for seed := range uint64(60) {
		one, more := live(t, seed, 1), live(t, seed, factor)
		for _, i := range nightlyIndicators() {
			a, b := compute(t, i.ID, one.over(i)), compute(t, i.ID, more.over(i))
			if a.Status != b.Status {
				t.Errorf("seed %d, %s: %s, then %s", seed, i.ID, a.Status, b.Status)
			}
			if a.Value == "" || b.Value == "" {
				continue
			}
			x, y := decimal.RequireFromString(a.Value), decimal.RequireFromString(b.Value)
			want, off := x, decimal.New(1, -5)
			if one.Income != nil && one.Income.Disposable > 0 { // an expense is rounded to the cent before it is divided
				off = off.Add(decimal.NewFromInt(1).Div(decimal.NewFromInt(one.Income.Disposable)))
			}
			if strings.HasPrefix(i.Unit, "EUR") {
				want, off = x.Mul(decimal.NewFromInt(factor)), decimal.New(factor, -2)
			}
			if y.Sub(want).Abs().GreaterThan(off) {
				t.Errorf("seed %d, %s (%s): %s, then %s", seed, i.ID, i.Unit, a.Value, b.Value)
			}
		}
	}
}

package tariff

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

func shelf(t testing.TB) *Book {
	t.Helper()
	b, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func day(t testing.TB, text string) energy.Day {
	t.Helper()
	d, err := energy.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func paris(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func base(t testing.TB, kva int) household.Contract {
	return household.Contract{Family: "f", Tariff: "fr-bleu-base", PowerKVA: kva, From: day(t, "2020-01-01")}
}

// daily uses the same energy every day of a period.
func daily(from, to energy.Day, period string, mWh int64) []Use {
	var uses []Use
	for d := from; d.Before(to); d = d.Add(1) {
		uses = append(uses, Use{Day: d, Period: period, Energy: mWh})
	}
	return uses
}

func TestBillsEqualThoseByHand(t *testing.T) {
	hphc := household.Contract{Family: "f", Tariff: "fr-bleu-hphc", PowerKVA: 6, From: day(t, "2020-01-01")}
	small := base(t, 6)
	small.To = day(t, "2026-11-10")
	larger := base(t, 9)
	larger.From = day(t, "2026-11-10")
	for name, c := range map[string]struct {
		contracts []household.Contract
		from, to  string
		uses      func(from, to energy.Day) []Use
		want      []string
	}{
		"a year at one price": {
			// 187.80 a year; 3650 kWh at 0.1940.
			[]household.Contract{base(t, 6)},
			"2026-02-01", "2027-02-01",
			func(from, to energy.Day) []Use { return daily(from, to, "base", 10_000_000) },
			[]string{"bill.standing 187.80", "bill.energy.base 708.10"},
		},
		"a leap year has one day more": {
			// 366/365 of 151.86.
			[]household.Contract{base(t, 6)},
			"2024-02-01", "2025-02-01", nil,
			[]string{"bill.standing 152.28", "bill.energy.base 0.00"},
		},
		"a month without use": {
			// 15.65 x 12 x 30/365.
			[]household.Contract{hphc},
			"2026-11-01", "2026-12-01", nil,
			[]string{"bill.standing 15.44", "bill.energy.hp 0.00", "bill.energy.hc 0.00"},
		},
		"a price changes inside the period": {
			// 16/365 of 185.94 is 8.1508, of 187.80 8.2323; 16 x 7.5 = 120 kWh at 0.1952 and 0.1940.
			[]household.Contract{base(t, 6)},
			"2026-01-16", "2026-02-17",
			func(from, to energy.Day) []Use { return daily(from, to, "base", 7_500_000) },
			[]string{"bill.standing 8.15", "bill.energy.base 23.42", "bill.standing 8.23", "bill.energy.base 23.28"},
		},
		"the power changes inside the period": {
			// 9/365 of 187.80 is 4.6307; 45 kWh at 0.1940; 21/365 of 234.72 is 13.5044; 105 kWh at 0.1927 is 20.2335.
			[]household.Contract{small, larger},
			"2026-11-01", "2026-12-01",
			func(from, to energy.Day) []Use { return daily(from, to, "base", 5_000_000) },
			[]string{"bill.standing 4.63", "bill.energy.base 8.73", "bill.standing 13.50", "bill.energy.base 20.23"},
		},
		"moved out inside the month": {
			[]household.Contract{small},
			"2026-11-01", "2026-12-01",
			func(from, to energy.Day) []Use { return daily(from, to, "base", 5_000_000) },
			[]string{"bill.standing 4.63", "bill.energy.base 8.73"},
		},
		"half a cent goes up": {
			// 100 x 0.2065 + 50 x 0.1579 = 20.65 + 7.895.
			[]household.Contract{hphc},
			"2026-11-01", "2026-11-02",
			func(from, to energy.Day) []Use {
				return append(daily(from, to, Peak, 100_000_000), daily(from, to, OffPeak, 50_000_000)...)
			},
			[]string{"bill.standing 0.51", "bill.energy.hp 20.65", "bill.energy.hc 7.90"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := day(t, c.from), day(t, c.to)
			var uses []Use
			if c.uses != nil {
				uses = c.uses(from, to)
			}
			lines, err := shelf(t).Bill(c.contracts, from, to, uses)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range lines {
				got = append(got, l.Label+" "+Euros(l.Cents))
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestADayWithoutPriceIsAnErrorThatSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		contract household.Contract
		from     string
		want     error
	}{
		"before the first price": {base(t, 6), "2023-01-31", ErrNoVersion},
		"unknown tariff":         {household.Contract{Tariff: "x", PowerKVA: 6, From: day(t, "2020-01-01")}, "2026-01-01", ErrUnknown},
		"unknown power":          {base(t, 7), "2026-01-01", ErrNoPower},
		"no contract":            {base(t, 6), "2019-01-01", ErrNoContract},
	} {
		t.Run(name, func(t *testing.T) {
			from := day(t, c.from)
			if _, err := shelf(t).Bill([]household.Contract{c.contract}, from, from.Add(1), nil); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

const before = `
id: fr-test-ht
name: Taxes apart
currency: EUR
periods: [base]
versions:
  - from: 2025-08-01
    source: made up
    mark: M
    taxes: {excise: 29.98, cta: 22.11, vat_energy: 0.20, vat_standing: 0.20}
    standing: {per: year, kva: {6: 132.84}}
    energy: [{period: base, price: "0.1327"}]
`

func TestTaxesThatAreNotIncludedAreLines(t *testing.T) {
	own, err := Load(fstest.MapFS{"own/x.yaml": {Data: []byte(before)}})
	if err != nil {
		t.Fatal(err)
	}
	b := shelf(t).With(own)
	c := base(t, 6)
	c.Tariff = "fr-test-ht"
	from, to := day(t, "2025-08-01"), day(t, "2026-08-01")
	uses := daily(from, to, "base", 10_000_000)
	lines, err := b.Bill([]household.Contract{c}, from, to, uses)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lines {
		got = append(got, l.Label+" "+Euros(l.Cents))
	}
	// (132.84 + 22.11) x 0.20 and (484.355 + 109.427) x 0.20.
	want := "bill.standing 132.84, bill.energy.base 484.36, bill.excise 109.43, bill.cta 22.11, bill.vat 30.99, bill.vat 118.76"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %q", got)
	}
	cost, err := b.Cost(c, from, uses)
	if want := decimal.RequireFromString("1.952160"); err != nil || !cost.Energy.Equal(want) || !cost.Standing.Equal(decimal.RequireFromString("185.94")) {
		t.Errorf("a day costs %+v: %v", cost, err)
	}
}

func TestATariffFileSaysWhereItIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ replace, with, want string }{
		"unknown key":        {"name:", "title:", `x.yaml:3:1: unknown field "title"`},
		"not a number":       {`"0.1327"`, "cheap", `x.yaml:12:36: versions[0].energy[0].price: "cheap" is not a decimal number`},
		"a comma":            {`"0.1327"`, `"0,1327"`, `x.yaml:12:36: versions[0].energy[0].price: "0,1327" is not a decimal number: write it like 0.1940`},
		"negative price":     {`"0.1327"`, "-0.1", "x.yaml:12:36: versions[0].energy[0].price: -0.1: want at least 0"},
		"wrong period":       {"period: base", "period: hp", `x.yaml:12:23: versions[0].energy[0].period: "hp": want one of [base]`},
		"no source":          {"source: made up", `source: ""`, "x.yaml:8:13: versions[0].source: is missing"},
		"no such day":        {"2025-08-01", "2025-02-30", `x.yaml:7:11: versions[0].from: "2025-02-30"`},
		"no such proportion": {"currency: EUR", "currency: EUR\npro_rata: weekly", `x.yaml:5:11: pro_rata: "weekly"`},
		"taxes unsaid":       {"taxes: {excise: 29.98, cta: 22.11, vat_energy: 0.20, vat_standing: 0.20}", "", "versions[0].taxes: is missing"},
		"parts differ":       {`price: "0.1327"`, `price: "0.1952", made_of: {energy_ht: 0.1327, excise: 33.70, vat: 0.2}`, "x.yaml:12:36: versions[0].energy[0].price: 0.1952: its parts make 0.1997"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(before, c.replace) {
				t.Fatal("nothing to replace")
			}
			_, err := Parse("x.yaml", []byte(strings.Replace(before, c.replace, c.with, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestANumberThatIsNoneHidesNoOtherFault: all faults of a file are told at once.
func TestANumberThatIsNoneHidesNoOtherFault(t *testing.T) {
	wrong := strings.NewReplacer("EUR", "USD", "29.98", ".nan", "{6: 132.84}", "{6: .inf}", `"0.1327"`, ".inf, made_of: {vat: -.inf}", "2025-08-01", "2025-02-30").Replace(before)
	_, err := Parse("x.yaml", []byte(wrong))
	for _, want := range []string{
		`x.yaml:4:11: currency: "USD": want EUR`,
		`x.yaml:7:11: versions[0].from: "2025-02-30"`,
		`x.yaml:10:21: versions[0].taxes.excise: ".nan" is not a decimal number: write it like 0.1940`,
		`x.yaml:11:36: versions[0].standing.kva.6: ".inf" is not a decimal number`,
		`x.yaml:12:36: versions[0].energy[0].price: ".inf" is not a decimal number`,
		`x.yaml:12:57: versions[0].energy[0].made_of.vat: "-.inf" is not a decimal number`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestOffPeakHoursFollowTheLocalClock(t *testing.T) {
	zone := paris(t)
	for hours, c := range map[string]struct {
		day  string
		want int // minutes
	}{
		"22:00-06:00":             {"2026-06-01", 480},
		"22:38-06:38":             {"2026-06-01", 480},
		"02:00-06:00,12:30-16:30": {"2026-06-01", 480},
		"22:00-6:00":              {"2026-03-29", 420}, // two to three o'clock is not there
		"23:00-07:00":             {"2026-10-25", 540}, // and there twice
		"":                        {"2026-06-01", 0},
		"00:00-24:00":             {"2026-06-01", -1},
		"22:00-06:00,05:30-07:00": {"2026-06-01", -1},
		"25:00-26:00":             {"2026-06-01", -1},
		"22-6":                    {"2026-06-01", -1},
	} {
		h, err := ParseHours(hours)
		if c.want < 0 {
			if err == nil {
				t.Errorf("%q is taken for hours", hours)
			}
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		k := clock{tariff: &Tariff{Periods: []string{Peak, OffPeak}}, meter: h, zone: zone}
		k.zones = k.tariff.zones()
		of := make([]int64, 2)
		for _, s := range day(t, c.day).Slots(zone) {
			if err := k.minutes(of, s); err != nil && (!errors.Is(err, ErrNoHours) || !h.None()) {
				t.Error(err)
			}
		}
		got := int(of[1])
		if got != c.want {
			t.Errorf("%s on %s: %d minutes, want %d", hours, c.day, got, c.want)
		}
	}
}

func TestRegistersOfTheMeterWinOverTheClock(t *testing.T) {
	zone := paris(t)
	b := shelf(t)
	c := household.Contract{Tariff: "fr-bleu-hphc", PowerKVA: 6, OffPeak: "22:00-06:00"}
	d := day(t, "2026-11-25")
	slots := func(register energy.Register, off, peak int64) (total energy.Total, out []energy.Slot) {
		total = energy.Total{Register: register, Day: d}
		for _, s := range d.Slots(zone) {
			e := peak
			if h := s.In(zone).Hour(); h >= 22 || h < 6 {
				e = off
			}
			out = append(out, energy.Slot{Register: register, Start: s, Energy: e})
			total.Energy += e
		}
		return total, out
	}
	show := func(uses []Use, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, u := range uses {
			p := u.Period + " " + KWh(u.Energy).String()
			if u.Estimated {
				p += " estimated"
			}
			parts = append(parts, p)
		}
		return strings.Join(parts, ", ")
	}
	hc, _ := slots("energy_import/hc", 1_000_000, 0)
	hp, _ := slots("energy_import/hp", 500_000, 1_000_000) // the meter's own clock is late
	if got := show(b.Uses(c, zone, []energy.Total{hp, hc}, nil, nil)); got != "hc 16, hp 40" {
		t.Errorf("registers: %s", got)
	}
	total, halves := slots("energy_import/total", 1_000_000, 2_000_000)
	if got := show(b.Uses(c, zone, []energy.Total{total}, halves, nil)); got != "hc 16, hp 64" {
		t.Errorf("half-hours: %s", got)
	}
	if got := show(b.Uses(c, zone, []energy.Total{total}, nil, nil)); got != "hc 26.666667 estimated, hp 53.333333 estimated" {
		t.Errorf("a day's total: %s", got)
	}
	f1, one := slots("energy_import/f01", 0, 2_000_000)
	f2, two := slots("energy_import/f02", 3_000_000, 0)
	meaning, err := b.Learn(c, zone, append(one, two...))
	if err != nil {
		t.Fatal(err)
	}
	if got := show(b.Uses(c, zone, []energy.Total{f1, f2}, nil, meaning)); got != "hc 48, hp 64" {
		t.Errorf("numbered registers: %s, meaning %v", got, meaning)
	}
}

// TestLinesAddUpHoweverTheBillIsCut cuts periods anywhere: the energy of the
// parts is that of the whole, and a line is off by half a cent at most.
func TestLinesAddUpHoweverTheBillIsCut(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	b, contracts := shelf(t), []household.Contract{base(t, 6)}
	for range 200 {
		from := day(t, "2024-02-01").Add(rng.IntN(700))
		to := from.Add(1 + rng.IntN(60))
		var uses []Use
		var sum Sum
		for d := from; d.Before(to); d = d.Add(1) {
			uses = append(uses, Use{Day: d, Period: "base", Energy: rng.Int64N(40_000_000)})
			cost, err := b.Cost(contracts[0], d, uses[len(uses)-1:])
			if err != nil {
				t.Fatal(err)
			}
			sum.Add(cost, d)
		}
		lines, err := b.Bill(contracts, from, to, uses)
		if err != nil {
			t.Fatal(err)
		}
		if off := Total(lines) - sum.Cents(); off > int64(len(lines)) || off < -int64(len(lines)) {
			t.Fatalf("%s to %s: lines %d, days %d", from, to, Total(lines), sum.Cents())
		}
		cut := from.Add(rng.IntN(to.Sub(from)))
		first, err1 := b.Bill(contracts, from, cut, uses)
		second, err2 := b.Bill(contracts, cut, to, uses)
		if err1 != nil && !errors.Is(err1, ErrNoContract) || err2 != nil {
			t.Fatal(err1, err2)
		}
		if a, b := kWh(lines), kWh(first).Add(kWh(second)); !a.Equal(b) {
			t.Fatalf("energy %s, in parts %s", a, b)
		}
	}
}

func kWh(lines []Line) (sum decimal.Decimal) {
	for _, l := range lines {
		if l.Unit == "kWh" {
			sum = sum.Add(l.Quantity)
		}
	}
	return sum
}

func TestAMonthsChargeIsAMonthsWhereTheTariffSaysSo(t *testing.T) {
	text := strings.Replace(before, "currency: EUR", "currency: EUR\npro_rata: month", 1)
	own, err := Load(fstest.MapFS{"x.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	c := base(t, 6)
	c.Tariff = "fr-test-ht"
	for month, want := range map[string]string{"2026-02-01": "11.07", "2026-03-01": "11.07"} {
		from := day(t, month)
		lines, err := own.Bill([]household.Contract{c}, from, from.Add(daysIn(from)), nil)
		if err != nil || Euros(lines[0].Cents) != want {
			t.Errorf("%s: %v, %v", month, lines, err)
		}
	}
}

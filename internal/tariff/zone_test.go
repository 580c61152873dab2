package tariff

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

const colours = `
kind: calendar
id: fr-tempo
name: Announced days
known:
  - from: 2026-01-12
    until: 2026-01-17
    source: made up
    mark: M
    rest: blue
    days: {red: ["2026-01-14"], white: ["2026-01-13"]}
`

const market = `
id: market
name: Weekends, nights of winter and the rest
currency: EUR
periods: [day, night, weekend]
zones:
  - {period: weekend, days: [sat, sun, holiday]}
  - {period: night, hours: "23:15-06:30", season: "11-01..03-31"}
  - {period: day}
versions:
  - from: 2025-01-01
    source: made up
    mark: M
    taxes: included
    standing: {per: month, any: 10}
    energy: [{period: day, price: 0.3}, {period: night, price: 0.2}, {period: weekend, price: 0.1}]
`

func withOwn(t *testing.T, files ...string) *Book {
	t.Helper()
	own := fstest.MapFS{}
	for i, f := range files {
		own[string(rune('a'+i))+".yaml"] = &fstest.MapFile{Data: []byte(f)}
	}
	b, err := Load(own)
	if err != nil {
		t.Fatal(err)
	}
	b = shelf(t).With(b)
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
	return b
}

func show(uses []Use) string {
	var parts []string
	for _, u := range uses {
		if u.Energy == 0 {
			continue
		}
		p := u.Period + " " + KWh(u.Energy).String()
		if u.Estimated {
			p += " estimated"
		}
		parts = append(parts, p)
	}
	return strings.Join(parts, ", ")
}

// steady is a day of 1 kWh in each half-hour, on a counter without periods.
func steady(d energy.Day, zone *time.Location) ([]energy.Total, []energy.Slot) {
	total := energy.Total{Register: "energy_import/total", Day: d}
	var slots []energy.Slot
	for _, s := range d.Slots(zone) {
		slots = append(slots, energy.Slot{Register: total.Register, Start: s, Energy: 1_000_000})
		total.Energy += 1_000_000
	}
	return []energy.Total{total}, slots
}

func TestPeriodsApplyByColourSeasonWeekdayAndHour(t *testing.T) {
	b, zone := withOwn(t, colours, market), paris(t)
	for name, c := range map[string]struct{ tariff, day, want string }{
		// Until 06:00 the colour is that of the day before.
		"the day after a white day is red": {"fr-bleu-tempo", "2026-01-14", "hcjr 4, hcjw 12, hpjr 32"},
		"the day after a red day is blue":  {"fr-bleu-tempo", "2026-01-15", "hcjb 4, hcjr 12, hpjb 32"},
		"between two blue days":            {"fr-bleu-tempo", "2026-01-16", "hcjb 16, hpjb 32"},
		"a Saturday":                       {"market", "2026-01-10", "weekend 48"},
		"Easter Monday":                    {"market", "2026-04-06", "weekend 48"},
		"a Wednesday of winter":            {"market", "2026-01-14", "day 33.5 estimated, night 14.5 estimated"},
		"a Wednesday of summer":            {"market", "2026-07-15", "day 48"},
		"the last night of the season":     {"market", "2026-03-31", "day 33.5 estimated, night 14.5 estimated"},
		"clocks go forward on a Sunday":    {"market", "2026-03-29", "weekend 46"},
		"Armistice Day":                    {"market", "2026-11-11", "weekend 48"},
	} {
		t.Run(name, func(t *testing.T) {
			totals, slots := steady(day(t, c.day), zone)
			uses, err := b.Uses(household.Contract{Tariff: c.tariff, PowerKVA: 6}, zone, totals, slots, nil)
			if err != nil || show(uses) != c.want {
				t.Errorf("%s: %v, want %s", show(uses), err, c.want)
			}
		})
	}
}

func TestADayOfUnknownColourHasNoPrice(t *testing.T) {
	b, zone := withOwn(t, colours), paris(t)
	c := household.Contract{Tariff: "fr-bleu-tempo", PowerKVA: 6, From: day(t, "2025-01-01")}
	for _, unknown := range []string{"2026-01-12", "2026-01-17"} { // by the night before, and altogether
		totals, slots := steady(day(t, unknown), zone)
		if _, err := b.Uses(c, zone, totals, slots, nil); !errors.Is(err, ErrNoColour) || !strings.Contains(err.Error(), "fr-tempo on 2026-01-1") {
			t.Errorf("%s: %v", unknown, err)
		}
	}
	// A meter that counts the periods apart knows better.
	d := day(t, "2026-01-17")
	uses, err := b.Uses(c, zone, []energy.Total{{Register: "energy_import/hpjr", Day: d, Energy: 5_000_000}}, nil, nil)
	if err != nil || show(uses) != "hpjr 5" {
		t.Errorf("%s: %v", show(uses), err)
	}
	// Whoever looks ahead is told that another day's price says little of this one's.
	if cost, err := b.Cost(c, d, uses); err != nil || !cost.Coloured {
		t.Errorf("%+v: %v", cost, err)
	}
	if cost, err := b.Cost(base(t, 6), d, nil); err != nil || cost.Coloured {
		t.Errorf("%+v of one price: %v", cost, err)
	}
}

// What a kWh of a day costs is told against the mean price of the version in force, taxes
// included, whatever of it was used.
func TestACostSaysTheMeanPriceOfItsTariff(t *testing.T) {
	own, err := Load(fstest.MapFS{"own/x.yaml": {Data: []byte(before)}})
	if err != nil {
		t.Fatal(err)
	}
	b := shelf(t).With(own)
	for _, c := range []struct{ tariff, on, want string }{
		{"fr-bleu-hphc", "2026-01-12", "0.1858"}, // (0.2081 + 0.1635) / 2
		{"fr-bleu-hphc", "2026-02-01", "0.1822"},
		{"fr-test-ht", "2025-08-01", "0.195216"}, // (0.1327 + 29.98/1000) x 1.2
	} {
		cost, err := b.Cost(household.Contract{Tariff: c.tariff, PowerKVA: 6, From: day(t, "2020-01-01")}, day(t, c.on), nil)
		if err != nil || cost.Level.String() != c.want {
			t.Errorf("%s on %s: %s: %v, want %s", c.tariff, c.on, cost.Level, err, c.want)
		}
	}
}

func TestOffPeakHoursThatNobodySaidAreNoPeakHours(t *testing.T) {
	zone := paris(t)
	totals, slots := steady(day(t, "2026-01-14"), zone)
	_, err := shelf(t).Uses(household.Contract{Tariff: "fr-bleu-hphc", PowerKVA: 6}, zone, totals, slots, nil)
	if !errors.Is(err, ErrNoHours) {
		t.Error(err)
	}
}

func TestNumberedRegistersOfTempoAreLearntFromTheCalendar(t *testing.T) {
	b, zone := withOwn(t, colours), paris(t)
	c := household.Contract{Tariff: "fr-bleu-tempo", PowerKVA: 6}
	var slots []energy.Slot
	for _, s := range day(t, "2026-01-14").Slots(zone) {
		r := energy.Register("energy_import/f06") // red, peak
		switch h := s.In(zone).Hour(); {
		case h < 6:
			r = "energy_import/f03"
		case h >= 22:
			r = "energy_import/f05"
		}
		slots = append(slots, energy.Slot{Register: r, Start: s, Energy: 1})
	}
	got, err := b.Learn(c, zone, slots)
	if err != nil || got["energy_import/f06"] != "hpjr" || got["energy_import/f05"] != "hcjr" || got["energy_import/f03"] != "hcjw" {
		t.Errorf("%v: %v", got, err)
	}
}

func TestCubicMetresBecomeEnergyByTheCoefficientOfTheDay(t *testing.T) {
	const place = `
kind: calorific
id: fr-gaz-local
name: Here
versions:
  - {from: 2026-01-01, kwh_per_m3: 11.05, source: made up, mark: M}
  - {from: 2026-01-16, kwh_per_m3: "10.9", source: made up, mark: M}
`
	zone, c := paris(t), household.Contract{Tariff: "fr-gaz-chauffage", From: day(t, "2025-01-01")}
	gas := func(d string) []energy.Total {
		return []energy.Total{
			{Register: "gas_volume/", Day: day(t, d), Energy: 2_000_000},
			{Register: "energy_import/", Day: day(t, d), Energy: 9_000_000}, // not of this contract
		}
	}
	b := withOwn(t, place)
	for d, want := range map[string]string{"2026-01-15": "base 22.1", "2026-01-16": "base 21.8"} {
		if uses, err := b.Uses(c, zone, gas(d), nil, nil); err != nil || show(uses) != want {
			t.Errorf("%s: %s, %v", d, show(uses), err)
		}
	}
	if _, err := shelf(t).Uses(c, zone, gas("2026-01-15"), nil, nil); !errors.Is(err, ErrNoCalorific) {
		t.Error(err)
	}
}

func TestACalendarKeepsToItsRules(t *testing.T) {
	for name, c := range map[string]struct{ with, want string }{
		"red on a Saturday":  {"2026-01-17", "no Saturday is red"},
		"red in summer":      {"2026-07-14", "no day outside 11-01..03-31 is red"},
		"twice":              {"2026-01-13", "each once"},
		"outside the known":  {"2027-01-13", "each once"},
		"not a day":          {"2026-02-30", `"2026-02-30": want a date`},
		"no colour of these": {"", `"green" is none of the colours`},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(strings.Replace(colours, "2026-01-14", c.with, 1), "until: 2026-01-17", "until: 2026-12-31", 1)
			if c.with == "" {
				text = strings.Replace(colours, "rest: blue", "rest: green", 1)
			}
			own, err := Parse("x.yaml", []byte(text))
			if err == nil {
				err = shelf(t).With(own).Check()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestFrenchHolidays(t *testing.T) {
	// Source: service-public.fr, jours fériés 2025 and 2026.
	for year, days := range map[int]string{
		2025: "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-01 11-11 12-25",
		2026: "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25",
	} {
		var got []string
		for d := (energy.Day{Year: year, Month: 1, Date: 1}); d.Year == year; d = d.Add(1) {
			if FrenchHoliday(d) {
				got = append(got, d.String()[5:])
			}
		}
		if strings.Join(got, " ") != days {
			t.Errorf("%d: %v", year, got)
		}
	}
}

func TestWhatIsNotComputedYetIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ replace, with, want string }{
		"blocks":            {"price: \"0.1327\"", "blocks: [{up_to_kwh: 100, price: 0.1}]", "blocks: prices that depend on how much was used are not computed yet"},
		"caps":              {"    mark: M", "    mark: M\n    caps: {price: 0.2}", "caps: caps on a price are not computed yet"},
		"dynamic":           {"currency: EUR", "currency: EUR\ndynamic: {index: epex}", "dynamic: prices that change by the hour with a market are not computed yet"},
		"ejp":               {"periods: [base]", "periods: [ejphn, ejphpm]", `periods[0]: "ejphn": EJP is not computed yet`},
		"an endless number": {`"0.1327"`, `"1e900000000"`, "is not a decimal number"},
		"no time of a day":  {"currency: EUR", "currency: EUR\nday_from: 06:00h", `day_from: "06:00h": want a time like 06:00`},
		"unknown kind":      {"id: fr-test-ht", "kind: weather\nid: x", `kind: "weather": want one of [calendar calorific tariff taxes]`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("x.yaml", []byte(strings.Replace(before, c.replace, c.with, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestAFigureThatWasNotFoundIsNoZero(t *testing.T) {
	c := household.Contract{Tariff: "fr-bleu-tempo", PowerKVA: 6, From: day(t, "2024-01-01")}
	_, err := shelf(t).Bill([]household.Contract{c}, day(t, "2024-12-01"), day(t, "2024-12-02"), nil)
	if !errors.Is(err, ErrNoPower) || !strings.Contains(err.Error(), "none was found") {
		t.Error(err)
	}
	gas := household.Contract{Tariff: "fr-gaz-chauffage", From: day(t, "2024-01-01")}
	if _, err := shelf(t).Bill([]household.Contract{gas}, day(t, "2025-03-01"), day(t, "2025-03-02"), nil); !errors.Is(err, ErrNoVersion) {
		t.Error(err)
	}
	ht := strings.Replace(before, "taxes: {excise: 29.98, cta: 22.11, vat_energy: 0.20, vat_standing: 0.20}", "taxes: fr-electricite", 1)
	own := household.Contract{Tariff: "fr-test-ht", PowerKVA: 6, From: day(t, "2024-01-01")}
	if _, err := withOwn(t, ht).Bill([]household.Contract{own}, day(t, "2026-01-31"), day(t, "2026-02-02"), nil); !errors.Is(err, ErrNoTax) {
		t.Error(err)
	}
}

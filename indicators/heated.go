package indicators

import (
	"strings"

	"github.com/shopspring/decimal"

	"foyer/indicators/caltrack"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// heaters are the metered fuels by the words in which a heater is written down.
var heaters = map[string]tariff.Fuel{
	"electricity": tariff.Electricity, "electric": tariff.Electricity, "électricité": tariff.Electricity, "électrique": tariff.Electricity,
	"electricite": tariff.Electricity, "electrique": tariff.Electricity,
	"gas": tariff.Gas, "natural gas": tariff.Gas, "gaz": tariff.Gas, "gaz naturel": tariff.Gas, "gaz de ville": tariff.Gas,
}

// heating returns what heats the home: electricity, gas, another, or "" when that is
// not known.
func (in Input) heating() string {
	if in.Dwelling == nil {
		return ""
	}
	word := strings.ToLower(strings.TrimSpace(in.Dwelling.Heating))
	if fuel, ok := heaters[word]; ok {
		return string(fuel)
	}
	return word
}

// A heated is what heats a home against the weather of some days.
type heated struct {
	days    []caltrack.Period // those of which both are known
	seen    energy.Coverage   // of all days
	use     decimal.Decimal   // kWh of the days
	warmth  []int64           // mean temperature outdoors of each, thousandths of °C
	summer  []decimal.Decimal // kWh of those from June to September
	degrees decimal.Decimal   // heating degree days of the days
}

// heated returns the days of [from, to) of a metered fuel whose use and weather are
// known, half of each.
func (in Input) heated(fuel tariff.Fuel, from, to energy.Day, base decimal.Decimal) heated {
	weather := map[energy.Day]household.Weather{}
	for _, w := range in.Weather {
		if !w.Day.Before(from) && w.Day.Before(to) {
			weather[w.Day] = w
		}
	}
	var h heated
	for d := from; d.Before(to); d = d.Add(1) {
		of := d.End(in.Zone).Sub(d.Start(in.Zone))
		h.seen.Of += of
		day, ok := in.day(d)
		if !ok {
			continue
		}
		milliWh, c := day.Energy, day.Coverage
		if part, has := day.part(fuel); has {
			milliWh, c = part.Energy, part.Coverage
		} else if fuel != tariff.Electricity {
			continue
		}
		p := caltrack.DayOf(d, in.Zone, milliWh, c, weather[d])
		if !p.Known || len(p.Temps) == 0 {
			continue
		}
		h.seen.Seen += of
		h.days, h.warmth = append(h.days, p), append(h.warmth, weather[d].Mean)
		use := decimal.NewFromFloat(p.Use).Round(6)
		h.use = h.use.Add(use)
		if d.Month >= 6 && d.Month <= 9 {
			h.summer = append(h.summer, use)
		}
		h.degrees = h.degrees.Add(degrees(weather[d], base))
	}
	return h
}

// model fits what the days follow; false when there are too few of them.
func (h heated) model(fuel tariff.Fuel) (caltrack.Model, bool) {
	if len(h.days) < fewestWarm {
		return caltrack.Model{}, false
	}
	fit, err := caltrack.Fit(h.days, caltrack.Default(caltrack.Daily, fuel == tariff.Electricity))
	return fit.Model, err == nil
}

// heat returns what a model says the days used for heat, kWh.
func (h heated) heat(m caltrack.Model) (sum float64) {
	for _, p := range h.days {
		sum += m.Predict(p).Heating
	}
	return sum
}

// modelled returns a number of a model to six decimals; nil for what is none.
func modelled(v float64) *number {
	if k := known(v); k == nil {
		return nil
	}
	return num(decimal.NewFromFloat(v).Round(6))
}

// need returns what the rating of the home says it needs for heat in a year, kWh; nil
// when nobody said.
func (in Input) need() *number {
	n, err := decimal.NewFromString(in.heldOn("heating_need", in.To.Add(-1)))
	if err != nil {
		return nil
	}
	return num(n)
}

package energy

import (
	"testing"
	"time"
)

// telegrams returns the slots of a day by register, of a meter that shows kWh by
// name of the register every ten minutes.
func telegrams(day Day, zone *time.Location, show func(i int) map[string]float64) [][]Slot {
	byName := map[string][]Reading{}
	i := 0
	for at := day.Start(zone); !at.After(day.End(zone)); at = at.Add(10 * time.Minute) {
		for name, kwh := range show(i) {
			r := NewRegister(EnergyImport, name)
			byName[name] = append(byName[name], Reading{Register: r, At: at, Value: int64(kwh*1e6 + 0.5)})
		}
		i++
	}
	var all [][]Slot
	for _, rs := range byName {
		all = append(all, Usage(rs, PowerLimit(9), day.Slots(zone)))
	}
	return all
}

// TestAnOfferThatChangesLosesNoEnergy switches registers at a quarter past two, by a
// meter that goes on showing the old ones, one that does not, and one that shows a
// total all the time.
func TestAnOfferThatChangesLosesNoEnergy(t *testing.T) {
	zone := paris(t)
	const change, step = 85, 0.05
	after := func(i int) float64 { return max(0, float64(i-change)) * step }
	until := func(i int) float64 { return 8000 + float64(min(i, change))*step }
	for name, show := range map[string]func(i int) map[string]float64{
		"the old one stands still": func(i int) map[string]float64 {
			return map[string]float64{"base": until(i), "hp": after(i), "hc": 0}
		},
		"the old one is gone": func(i int) map[string]float64 {
			if i <= change {
				return map[string]float64{"base": until(i)}
			}
			return map[string]float64{"hp": 500 + after(i), "hc": 300}
		},
		"back again": func(i int) map[string]float64 {
			return map[string]float64{"hp": until(i), "hc": 4000, "base": 9000 + after(i)}
		},
		"by number": func(i int) map[string]float64 {
			return map[string]float64{"base": until(i), "f01": 10 + after(i), "f02": 20, "d01": until(i) + after(i)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, date := range []string{"2026-11-25", "2026-10-25", "2026-03-29"} {
				day, err := ParseDay(date)
				if err != nil {
					t.Fatal(err)
				}
				slots := telegrams(day, zone, show)
				var got, want int64
				last := int(day.End(zone).Sub(day.Start(zone)) / (10 * time.Minute))
				want = int64((until(last)-until(0)+after(last))*1e6 + 0.5)
				if name == "the old one is gone" {
					want -= step * 1e6 // between its last telegram and the first of the others nothing is known
				}
				once := Once(slots)
				least := day.End(zone).Sub(day.Start(zone))
				for _, register := range once {
					got += sum(register)
					var seen time.Duration
					for _, s := range register {
						seen += s.Coverage.Seen
					}
					least = min(least, seen)
				}
				if got != want {
					t.Errorf("%s: %d of %d", date, got, want)
				}
				if full := day.End(zone).Sub(day.Start(zone)); least < full-10*time.Minute {
					t.Errorf("%s: seen %v of %v", date, least, full)
				}
			}
		})
	}
}

// TestTheSameEnergyTwiceIsNoChangeOfOffer has two sets of registers that count the
// same: by coarse steps, one later than the other, in a home that uses next to nothing.
func TestTheSameEnergyTwiceIsNoChangeOfOffer(t *testing.T) {
	zone := paris(t)
	day, err := ParseDay("2026-11-25")
	if err != nil {
		t.Fatal(err)
	}
	for name, show := range map[string]func(i int) map[string]float64{
		"one step, later": func(i int) map[string]float64 {
			return map[string]float64{"total": 80 + float64(i/60), "base": 9000 + float64((i+100)/130)}
		},
		"the same all day": func(i int) map[string]float64 {
			return map[string]float64{"f01": float64(i+10) * 0.02, "d01": float64(i+10) * 0.02, "total": 5000 + float64(i)*0.02}
		},
		"one burst": func(i int) map[string]float64 {
			return map[string]float64{"base": 7 + 0.4*float64(min(i, 3)), "total": 50 + 0.4*float64(min(max(i-1, 0), 3))}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var most int64
			slots := telegrams(day, zone, show)
			for _, register := range slots {
				most = max(most, sum(register))
			}
			var got int64
			for _, register := range Once(slots) {
				got += sum(register)
			}
			if got > most || len(Once(slots)) != 1 {
				t.Errorf("%d in %d registers, one alone counted %d", got, len(Once(slots)), most)
			}
		})
	}
}

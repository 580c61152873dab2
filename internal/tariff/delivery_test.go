package tariff

import (
	"math/rand/v2"
	"testing"

	"foyer/internal/energy"
)

func TestADeliveryIsBurntUntilTheNext(t *testing.T) {
	first, next := day(t, "2026-01-01"), day(t, "2026-01-05")
	ds := []Delivery{{Day: next, Cents: 999_99}, {Day: first, Fuel: "oil", Quantity: 500_000, Unit: "l", Cents: 100_01}}
	cold := map[energy.Day]int64{first: 10_000, first.Add(1): 30_000}
	for name, c := range map[string]struct {
		flat   int64
		degree func(energy.Day) int64
		want   [4]int64
	}{
		// 100.01 over four days: 25.0025 each, the cent where the sum passes it.
		"evenly": {0, nil, [4]int64{2500, 2500, 2500, 2501}},
		// All of it in proportion to 10 and 30 degree days.
		"by degree days": {0, func(d energy.Day) int64 { return cold[d] }, [4]int64{2500, 7501, 0, 0}},
		// 20 % flat: 20.00, 5.00 a day; the rest, 80.01, as 20.0025 and 60.0075.
		"with a flat share": {20, func(d energy.Day) int64 { return cold[d] }, [4]int64{2500, 6501, 500, 500}},
		"without any cold":  {20, func(energy.Day) int64 { return 0 }, [4]int64{2500, 2500, 2500, 2501}},
	} {
		got := Spread(ds, first.Add(-3), next.Add(30), c.flat, c.degree)
		for n, want := range c.want {
			if got[first.Add(n)] != want {
				t.Errorf("%s: day %d: %d cents, want %d", name, n, got[first.Add(n)], want)
			}
		}
		if len(got) != 4 { // nobody knows when the last delivery ends
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestDaysOfDeliveriesAddUpToWhatWasPaid(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		at := day(t, "2025-01-01")
		var ds []Delivery
		var paid int64
		for range 2 + rng.IntN(5) {
			ds = append(ds, Delivery{Day: at, Cents: rng.Int64N(200_000)})
			at = at.Add(rng.IntN(90))
		}
		for _, d := range ds {
			if d.Day.Before(ds[len(ds)-1].Day) {
				paid += d.Cents
			}
		}
		rng.Shuffle(len(ds), func(i, j int) { ds[i], ds[j] = ds[j], ds[i] })
		var sum int64
		for d, c := range Spread(ds, day(t, "2024-01-01"), day(t, "2028-01-01"), rng.Int64N(101), func(d energy.Day) int64 { return int64(d.Date % 7 * 1000) }) {
			if c < 0 {
				t.Fatalf("%s: %d cents", d, c)
			}
			sum += c
		}
		if sum != paid {
			t.Fatalf("%v: days make %d, paid %d", ds, sum, paid)
		}
	}
}

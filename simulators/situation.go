package simulators

import "time"

// A situation says what it changes.
type situation struct {
	// settle fills in what a family in this situation would tell.
	settle func(h *Home, d dice)
	// change makes a house behave so from an instant on, Unix ms.
	change func(b *house, onset int64)
	// quiet is how long after the start the meter begins to talk; talks how long
	// after the start it stops, 0 for never.
	quiet, talks time.Duration
}

var situations = map[Situation]situation{
	Normal: {settle: as(func(*Home, dice) {}), change: unchanged},
	Drift: {
		settle: as(func(h *Home, _ dice) { fill(&h.Heating, "gas") }),
		change: func(b *house, onset int64) { b.leaks = onset },
	},
	Budget: {
		settle: as(func(h *Home, _ dice) {
			fill(&h.Heating, "electric")
			fill(&h.Insulation, "poor")
			if h.Contract == Base { // two prices are known for 6 kVA alone
				fill(&h.PowerKVA, 9)
			}
		}),
		change: func(b *house, _ int64) { b.walls.comfort, b.walls.eco = 20_500, 19_500 },
	},
	Cold: {
		settle: as(func(h *Home, d dice) {
			fill(&h.Heating, "electric")
			fill(&h.Insulation, "poor")
			fill(&h.Income, 100_000*d.between(95, 120, 20)/10)
		}),
		change: func(b *house, onset int64) { b.holdsBack = onset },
	},
	Silent:  {settle: as(func(*Home, dice) {}), change: unchanged, talks: time.Hour},
	New:     {settle: as(func(h *Home, _ dice) { h.History = 0 }), change: unchanged, quiet: 48 * time.Hour},
	Stopped: {settle: as(func(h *Home, _ dice) { h.Withdrawn = true }), change: unchanged},
	Partial: {
		settle: as(func(h *Home, _ dice) {
			if h.Consents == nil {
				h.Consents = []string{"family_view"}
			}
		}),
		change: unchanged,
	},
	Instalments: {settle: as(func(h *Home, d dice) { fill(&h.Instalment, 500*d.between(13, 19, 21)) }), change: unchanged},
}

func unchanged(*house, int64) {}

// as runs settle and then fills in what every family tells.
func as(settle func(*Home, dice)) func(*Home, dice) {
	return func(h *Home, d dice) {
		settle(h, d)
		fill(&h.Heating, "electric")
		fill(&h.Insulation, "fair")
		fill(&h.PowerKVA, 6)
		if h.Consents == nil {
			h.Consents = agreed(d)
		}
	}
}

// agreed draws what a family agrees to that says yes to being helped: five in six to be
// asked too, and four in five to be counted among others.
func agreed(d dice) []string {
	all := []string{"family_view", "hourly", "cooperative_summary", "alert"}
	if d.below(6, 22) > 0 {
		all = append(all, "survey")
	}
	if d.below(5, 23) > 0 {
		all = append(all, "open_statistics")
	}
	return all
}

func (h *Home) settle(d dice) {
	if s, ok := situations[h.Situation]; ok {
		s.settle(h, d)
	}
}

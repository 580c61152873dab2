package app_test

import (
	"slices"
	"testing"
	"time"

	"foyer/simulators"
)

// TestWhatGoesWrongInventsNothing lets meters fall silent, start again from zero,
// show nonsense and send hours at once, through real servers: every acknowledged
// reading is kept once, and no home uses more than it did.
func TestWhatGoesWrongInventsNothing(t *testing.T) {
	const day = 24 * time.Hour
	home := func(dialect string, faults ...simulators.Fault) simulators.Home {
		for i := range faults {
			faults[i].On = simulators.Electricity
		}
		return simulators.Home{Dialect: dialect, Contract: simulators.Base, Faults: faults}
	}
	s := simulators.Scenario{Seed: seed(t), Start: "2026-11-10", Days: 3, Homes: []simulators.Home{
		home("linky_tasmota_teleinfo", simulators.Fault{Kind: simulators.Gap, After: 30 * time.Hour, For: 5 * time.Hour}),
		home("tasmota_energy", simulators.Fault{Kind: simulators.Glitch, After: 20 * time.Hour}, simulators.Fault{Kind: simulators.Glitch, After: 50 * time.Hour}),
		home("linky_zlinky_z2m", simulators.Fault{Kind: simulators.Burst, After: 10 * time.Hour, For: day}),
		home("shelly_gen2", simulators.Fault{Kind: simulators.Reset, After: 40 * time.Hour}),
		home("linky_tasmota_teleinfo", simulators.Fault{Kind: simulators.Zeros, After: 15 * time.Hour, For: 50 * time.Minute}),
		home("tasmota_energy", simulators.Fault{Kind: simulators.Leap, After: 26 * time.Hour}),
	}}
	p := openPilot(t, s)
	p.publish(nil)
	p.settle()
	p.checkReadings()
	for i, h := range p.town.Homes() {
		physics := p.town.Totals(h.From, h.To)
		used := physics[slices.IndexFunc(physics, func(t simulators.Total) bool { return t.Gateway == h.Gateway })].Energy
		got := int64(p.count(`SELECT COALESCE(SUM(energy), 0) FROM usage_slot WHERE family = $1 AND start_at >= $2`, string(p.settled.Families[i]), h.From.UnixMilli()))
		negative := p.count(`SELECT COUNT(*) FROM usage_slot WHERE family = $1 AND energy < 0`, string(p.settled.Families[i]))
		estimated := p.count(`SELECT COUNT(*) FROM usage_slot WHERE family = $1 AND start_at >= $2 AND estimated = 1`, string(p.settled.Families[i]), h.From.UnixMilli())
		const step = 1000 // mWh, of one display step
		least := used - step
		switch h.Faults[0].Kind { //nolint:exhaustive // what is lost to be told at all
		case simulators.Reset, simulators.Leap:
			least -= 9_000_000 / 12 // five minutes at 9 kW go unseen, and are not made up
		}
		if got < least || got > used+step || negative != 0 {
			t.Errorf("%s after a %s: %d mWh in half-hours, %d of them negative; the home used %d", h.Label, h.Faults[0].Kind, got, negative, used)
		}
		if gap := h.Faults[0].Kind == simulators.Gap; (estimated > 0) != gap {
			t.Errorf("%s after a %s: %d half-hours are estimates", h.Label, h.Faults[0].Kind, estimated)
		}
	}
	// What nobody can have used waits for a person, and nothing else does.
	all := p.count(`SELECT COUNT(*) FROM doubt`)
	leapt := p.count(`SELECT COUNT(*) FROM doubt WHERE told = 1 AND value - before_value BETWEEN 39000000000 AND 39001000000`)
	if all != 1 || leapt != 1 {
		t.Errorf("%d rises wait for a person, %d of them the leap", all, leapt)
	}
}

package simulators

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"foyer/internal/energy"
)

// A Mark is what one register showed at a local half-hour of its device's clock,
// whether or not a message said so.
type Mark struct {
	Gateway  string          `json:"gateway"`
	Scheme   string          `json:"scheme"`
	Device   string          `json:"device"`
	Role     Role            `json:"role"`
	Register energy.Register `json:"register"`
	At       time.Time       `json:"at"`
	Value    int64           `json:"value"` // thousandths of the base unit, rounded as the device rounds
	Exact    int64           `json:"exact"` // the same before the device rounds it
	Sent     bool            `json:"sent"`  // a message stated it, at whatever time it was sent
}

// A Total is what a home used from one instant to another, mWh.
type Total struct {
	Gateway    string    `json:"gateway"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Energy     int64     `json:"energy_mwh"`     // all electricity
	OffPeak    int64     `json:"off_peak_mwh"`   // the part of it off-peak
	Appliances int64     `json:"appliances_mwh"` // the parts of it by use
	HotWater   int64     `json:"hot_water_mwh"`  //
	Heating    int64     `json:"heating_mwh"`    //
	Fuel       int64     `json:"fuel_mwh"`       // heat that is not electric
	Gains      int64     `json:"gains_mwh"`      // heat of people, sun and tank
	Lost       int64     `json:"lost_mwh"`       // heat lost to outside
	Stored     int64     `json:"stored_mwh"`     // what the walls hold more at To than at From
	Inside     int64     `json:"inside_mdegc"`   // mean temperature, thousandths of °C
	Coldest    int64     `json:"coldest_mdegc"`  // lowest temperature
	Outside    int64     `json:"outside_mdegc"`  // mean temperature outside
	Persons    int       `json:"persons"`        //
	HoldsBack  bool      `json:"holds_back"`     // the family held back heating at To
}

// Marks yields what every register shows at every half-hour from one instant to
// another, both included, while its device speaks. Marks come in the order of
// their true time.
func (t *Town) Marks(from, to time.Time) iter.Seq[Mark] {
	return func(yield func(Mark) bool) {
		w := t.walk()
		for i := range w.taps { // look at the half-hours alone
			w.taps[i].every = 30 * minute
		}
		var vs []Value
		more := true
		for limit := min(t.end, to.UnixMilli()); more && w.now.at <= limit; w.end() {
			w.begin()
			w.speak(func(p *tap, at int64, s *sample) {
				if !more || at < from.UnixMilli() || at > limit {
					return
				}
				_, err := p.deliver(at)
				vs = p.show(p.device, s, vs[:0])
				for _, v := range vs {
					more = more && yield(Mark{
						Gateway: p.Gateway, Scheme: p.Scheme, Device: p.ID, Role: p.Role, Register: v.Register,
						At: time.UnixMilli(s.at).UTC(), Value: v.Value, Exact: v.Exact, Sent: err == nil,
					})
				}
			})
		}
	}
}

// Totals returns what each home used from one instant to another, both cut to
// steps of five minutes.
func (t *Town) Totals(from, to time.Time) []Total {
	totals := make([]Total, len(t.houses))
	start := make([]life, len(t.houses))
	steps := int64(0)
	w := t.walk()
	for ; w.now.at < to.UnixMilli(); w.end() {
		w.begin()
		if w.now.at < from.UnixMilli() {
			continue
		}
		for i := range w.lives {
			l, sum := &w.lives[i], &totals[i]
			if steps == 0 {
				start[i] = *l
				sum.From, sum.Coldest = time.UnixMilli(w.now.at).UTC(), l.inside
			}
			sum.Inside += l.inside
			sum.Coldest = min(sum.Coldest, l.inside)
			sum.Outside += w.now.outside
		}
		steps++
	}
	for i := range totals {
		h, sum, a, b := &t.Scenario.Homes[i], &totals[i], &start[i], &w.lives[i]
		sum.Gateway, sum.To = h.Gateway, time.UnixMilli(w.now.at).UTC()
		sum.Energy = b.used.total() - a.used.total()
		sum.OffPeak = b.used.off - a.used.off
		sum.Appliances = b.used.appliances - a.used.appliances
		sum.HotWater = b.used.water - a.used.water
		sum.Heating = b.used.heating - a.used.heating
		sum.Fuel = b.used.fuel - a.used.fuel
		sum.Gains = b.used.gains - a.used.gains
		sum.Lost = b.used.lost - a.used.lost
		sum.Stored = int64(b.warmth - a.warmth)
		if steps > 0 {
			sum.Inside, sum.Outside = sum.Inside/steps, sum.Outside/steps
		}
		sum.Persons = h.Persons14 + h.Under14
		sum.HoldsBack = w.now.at > t.houses[i].holdsBack
	}
	return totals
}

// WriteOracle writes marks and totals as JSON lines with a "kind" in front: "mark"
// or "total".
func (t *Town) WriteOracle(w io.Writer, from, to time.Time) error {
	out := json.NewEncoder(w)
	for m := range t.Marks(from, to) {
		if err := out.Encode(struct {
			Kind string `json:"kind"`
			Mark
		}{"mark", m}); err != nil {
			return fmt.Errorf("write a mark: %w", err)
		}
	}
	for i, sum := range t.Totals(from, to) {
		h := &t.Scenario.Homes[i]
		if h.From.After(from) || (!h.To.IsZero() && h.To.Before(to)) {
			sum = t.Totals(later(from, h.From), earlier(to, h.To))[i]
		}
		if err := out.Encode(struct {
			Kind string `json:"kind"`
			Total
		}{"total", sum}); err != nil {
			return fmt.Errorf("write a total: %w", err)
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

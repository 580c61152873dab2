package decoder

import (
	"fmt"
	"math/big"
	"strings"

	"foyer/internal/energy"
)

const reasonPulse = "a count of pulses is worth more than a meter can show"

// A worth is what the pulses of a counter count. A message does not say it: it is
// written on the meter, 0.01 m³ for each pulse or 800 pulses for a kWh.
type worth struct {
	register energy.Register
	factor   *big.Rat // thousandths of the register's base unit for a pulse
}

// readWorth reads "QUANTITY/REGISTER NUMBER UNIT", what one pulse is worth; the number
// is a decimal or a fraction: "gas_volume/total 0.01 m3", "energy_import/total 1/800 kWh".
func readWorth(text string) (worth, bool) {
	register, rest, _ := strings.Cut(text, " ")
	number, unitName, _ := strings.Cut(rest, " ")
	m, ok := readMeaning(register + " " + unitName)
	if q := m.register.Quantity(); !ok || !q.Cumulative() || q == energy.PulseCount || len(number) > 20 || strings.ContainsAny(number, "eEpPxX_") {
		return worth{}, false
	}
	factor, ok := new(big.Rat).SetString(number)
	if !ok || factor.Sign() <= 0 {
		return worth{}, false
	}
	s := m.unit.scale
	factor.Mul(factor, new(big.Rat).SetFrac64(int64(max(s.num, 1)), int64(max(s.den, 1)))) //nolint:gosec // of the table of units
	return worth{m.register, factor.Mul(factor, pow10(s.exp))}, true
}

// of returns n pulses, in thousandths, in thousandths of the register's base unit;
// false when that does not fit.
func (w worth) of(n int64) (int64, bool) {
	v := new(big.Rat).SetFrac64(n, 1000)
	return nearest(v.Mul(v, w.factor))
}

// weigh turns the counts of pulses of which the site knows the worth into what they
// count. It reports whether one was left out, because no meter shows as much.
func (in *Input) weigh(all []Observation) (kept []Observation, left bool) {
	worths, _ := in.message.Assume["pulses"].(map[string]any)
	if len(worths) == 0 {
		return all, false
	}
	kept = all[:0]
	for _, o := range all {
		if text, known := worths[string(o.Register)].(string); known && o.Register.Quantity() == energy.PulseCount {
			w, ok := readWorth(text)
			if !ok {
				in.trace.addf("pulses %q: %q means nothing", o.Register, text)
				continue
			}
			value, fits := w.of(o.Value)
			if most := limits[w.register.Quantity()].max; !fits || value > most {
				in.trace.addf("pulses %q: %d/1000 of them are more than any meter shows", o.Register, o.Value)
				left = true
				continue
			}
			step, _ := w.of(o.Step)
			in.trace.addf("pulses %q: each is worth %s", o.Register, text)
			o.Register, o.Value, o.Step = w.register, value, max(1, step)
		}
		kept = append(kept, o)
	}
	return kept, left
}

// checkPulses reports what no counter of pulses can be worth.
func checkPulses(v any) (faults []error) {
	m, ok := v.(map[string]any)
	if !ok {
		return []error{fmt.Errorf("pulses: %v: want a mapping of registers, pulse_count/total for instance", v)}
	}
	taken := map[energy.Register]string{}
	for _, from := range sortedKeys(m) {
		text, _ := m[from].(string)
		w, ok := readWorth(text)
		switch {
		case energy.Register(from).Quantity() != energy.PulseCount:
			faults = append(faults, fmt.Errorf("pulses: %s: want a register that counts pulses, pulse_count/total for instance", from))
		case !ok:
			faults = append(faults, fmt.Errorf("pulses: %s: %v: want QUANTITY/REGISTER NUMBER UNIT, what one pulse is worth: "+
				"gas_volume/total 0.01 m3 or energy_import/total 1/800 kWh for instance", from, m[from]))
		case taken[w.register] != "":
			faults = append(faults, fmt.Errorf("pulses: %s: %s counts %s already", from, taken[w.register], w.register))
		default:
			taken[w.register] = from
		}
	}
	return faults
}

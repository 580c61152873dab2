package decoder

import (
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	"foyer/internal/energy"
)

func TestNumbersAsSendersWriteThem(t *testing.T) {
	for text, want := range map[string]struct {
		is    numeric
		milli int64 // thousandths
	}{
		"0": {isNumber, 0}, "-0": {isNumber, 0}, "12": {isNumber, 12000}, "+5": {isNumber, 5000}, "-0.85": {isNumber, -850},
		"007970903": {isNumber, 7970903000}, " 00780 ": {isNumber, 780000}, "1.5e3": {isNumber, 1500000}, "5E-1": {isNumber, 500},
		".5": {isNumber, 500}, "5.": {isNumber, 5000}, "54.900000000000006": {isNumber, 54900}, "8952.446289": {isNumber, 8952446},
		"0.0005": {isNumber, 1}, "-0.0005": {isNumber, -1}, "0.00049999999999999999999999": {isNumber, 0}, "1e-9999999999": {isNumber, 0},
		"12345678901234.5678901234567890": {isNumber, 12345678901234568},
		"":                                {nothing, 0}, "  ": {nothing, 0}, "nan": {nothing, 0}, "NaN": {nothing, 0}, "-inf": {nothing, 0}, "Infinity": {nothing, 0},
		"null": {nothing, 0}, "None": {nothing, 0}, "n/a": {nothing, 0}, "err": {nothing, 0}, "unavailable": {nothing, 0}, "--": {nothing, 0},
		"0x10": {notNumber, 0}, "0x1p-2": {notNumber, 0}, "1_000": {notNumber, 0}, "12 kWh": {notNumber, 0}, "1,5": {notNumber, 0},
		"1.2.3": {notNumber, 0}, "e5": {notNumber, 0}, "1e": {notNumber, 0}, "1e+": {notNumber, 0}, "٣": {notNumber, 0}, "N123": {notNumber, 0},
	} {
		n, is := readNumber([]byte(text))
		if is != want.is {
			t.Errorf("%q: %d, want %d", text, is, want.is)
			continue
		}
		if got, ok := (scale{exp: 3}).apply(n); is == isNumber && (!ok || got != want.milli) {
			t.Errorf("%q: %d %v, want %d", text, got, ok, want.milli)
		}
	}
}

func TestNumbersTooGreatDoNotFit(t *testing.T) {
	for _, text := range []string{"1e308", "-1e308", "9223372036854775.808", "1e9999999999", "99999999999999999999999"} {
		n, is := readNumber([]byte(text))
		if got, ok := (scale{exp: 3}).apply(n); is != isNumber || ok {
			t.Errorf("%s: %d fits", text, got)
		}
	}
	n, _ := readNumber([]byte("1e308"))
	if got, ok := units["degF"].scale.apply(n); ok {
		t.Errorf("1e308 degF: %d fits", got)
	}
}

func TestUnitsConvertExactly(t *testing.T) {
	for _, c := range []struct {
		text, unit string
		want       int64 // thousandths of the base unit
	}{
		{"920.75", "kWh", 920_750_000},
		{"920750", "Wh", 920_750_000},
		{"0.06", "Wh", 60},
		{"5.9999999999999995e-05", "kWh", 60},
		{"1.2345", "MWh", 1_234_500_000},
		{"12", "mWh", 12},
		{"3600", "J", 1000},
		{"3.6", "MJ", 1_000_000},
		{"1", "GJ", 277_777_778},
		{"90", "Wmin", 1500},
		{"1", "Wmin", 17},
		{"0.951", "kW", 951_000},
		{"1.2", "kVA", 1_200_000},
		{"521.17108", "m3", 521_171_080},
		{"7", "l", 7000},
		{"69.8", "degF", 21_000},
		{"-40", "degF", -40_000},
		{"76.5", "degF", 24_722},
		{"0", "degF", -17_778},
	} {
		n, _ := readNumber([]byte(c.text))
		if got, ok := units[c.unit].scale.apply(n); !ok || got != c.want {
			t.Errorf("%s %s: %d %v, want %d", c.text, c.unit, got, ok, c.want)
		}
	}
}

func TestScalingRoundsHalfAwayFromZero(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		n := number{neg: r.IntN(2) == 0, mant: r.Uint64() >> r.IntN(64), exp: r.IntN(40) - 28}
		for name, u := range units {
			want := round(value10(n), u.scale)
			got, ok := u.scale.apply(n)
			if ok != want.IsInt64() || ok && got != want.Int64() {
				t.Fatalf("%+v %s: %d %v, want %s", n, name, got, ok, want)
			}
		}
	}
}

func value10(n number) *big.Rat {
	v := new(big.Rat).SetInt(new(big.Int).SetUint64(n.mant))
	v.Mul(v, pow10(n.exp))
	if n.neg {
		v.Neg(v)
	}
	return v
}

// round is the definition: the text of the value with no decimals, which package
// big rounds half away from zero.
func round(v *big.Rat, s scale) *big.Int {
	v = new(big.Rat).Add(v, new(big.Rat).SetInt64(s.offset))
	v.Mul(v, big.NewRat(int64(max(s.num, 1)), int64(max(s.den, 1))))
	v.Mul(v, pow10(s.exp))
	i, _ := new(big.Int).SetString(v.FloatString(0), 10)
	return i
}

func TestStepIsTheLastDigit(t *testing.T) {
	for text, want := range map[string]int64{"514.153": 1000, "12594.68": 10_000, "100.0": 100_000, "5": 1_000_000, "0.1234567": 1} {
		n, _ := readNumber([]byte(text))
		if got := units["kWh"].scale.step(n); got != want {
			t.Errorf("%s kWh: step %d, want %d", text, got, want)
		}
	}
}

func TestSentinelsAndLimits(t *testing.T) {
	for _, c := range []struct {
		q    energy.Quantity
		text string
		kept bool
	}{
		{energy.Power, "-32768", false},
		{energy.Power, "65535", false},
		{energy.Power, "65535.0", false},
		{energy.Power, "-8388608", false},
		{energy.Power, "-2147483648", false},
		{energy.Power, "4294966304", false},
		{energy.Power, "65534", true},
		{energy.Power, "-3000", true},
		{energy.Power, "999", true},
		{energy.ApparentPower, "-1", false},
		{energy.ApparentPower, "36000", true},
		{energy.Temperature, "327.67", false},
		{energy.Temperature, "999", false},
		{energy.Temperature, "-127", false},
		{energy.Temperature, "85", false},
		{energy.Temperature, "-40", true},
		{energy.Temperature, "60", true},
		{energy.Temperature, "60.0004", true},
		{energy.Temperature, "-0.1", true},
		{energy.Humidity, "100", true},
		{energy.Humidity, "100.1", false},
		{energy.Humidity, "-1", false},
		{energy.EnergyImport, "-0.001", false},
		{energy.EnergyImport, "1000000000", true},
		{energy.EnergyImport, "1000000000.1", false},
		{energy.EnergyImport, "65535", true},
		{energy.EnergyImport, "4294967.295", false},
		{energy.EnergyImport, "1e308", false},
	} {
		in := newInput(Message{}, nil)
		n, _ := readNumber([]byte(c.text))
		u, ok := unitFor(c.q, c.q.Shown())
		if !ok {
			t.Fatal(c.q)
		}
		in.keep(energy.NewRegister(c.q, ""), n, u, origin{path: "x"}, instantOf(t, "2025-01-01T00:00:00Z"))
		if got := len(in.observations) == 1; got != c.kept {
			t.Errorf("%s %s: kept %v, want %v (%s)", c.q, c.text, got, c.kept, in.rejected.why)
		}
		in.release()
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"12", "-0.85", "007", "1e308", "nan", "0x1", "54.900000000000006", ".5e-3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, is := readNumber([]byte(s))
		if is != isNumber {
			return
		}
		got, ok := (scale{exp: 3}).apply(n)
		want, err := strconv.ParseFloat(s, 64)
		if err != nil || !ok { // spaces, or beyond a float
			return
		}
		if diff := float64(got)/1000 - want; diff > 0.0006+1e-9*abs(want) || diff < -0.0006-1e-9*abs(want) {
			t.Errorf("%q: %d thousandths", s, got)
		}
	})
}

func abs(f float64) float64 { return max(f, -f) }

package series

import (
	"slices"
	"testing"

	protocol "github.com/influxdata/line-protocol"

	"foyer/internal/energy"
)

// FuzzLines writes two messages of one meter, whatever they say, and reads them back
// with InfluxDB's own parser: the same points, or refused before they are written.
func FuzzLines(f *testing.F) {
	f.Add("m4k7xq2pz", "total", "hc", int64(13_423_700), int64(-1), int64(1_795_000_000_000), uint16(1), true)
	f.Add("m", "a b", "c,d=e", int64(1)<<62, int64(0), int64(0), uint16(0), false)
	f.Add("m-1", `"quoted"`, "a#b", int64(-1)<<63, int64(1)<<62, int64(maxInstant), uint16(5), true)
	f.Add("m\n", "\\", "é\t", int64(5), int64(6), int64(-1), uint16(1), false)
	f.Fuzz(func(t *testing.T, meter, one, other string, v, w, at int64, apart uint16, arrival bool) {
		source := energy.DeviceTime
		if arrival {
			source = energy.ArrivalTime
		}
		rs := []energy.Reading{
			{Meter: energy.MeterID(meter), Register: energy.Register("energy_import/" + one), At: instant(at), Value: v, Source: source},
			{Meter: energy.MeterID(meter), Register: energy.Register("power/" + other), At: instant(at), Value: w, Source: source},
			{Meter: energy.MeterID(meter), Register: energy.Register("power/" + other), At: instant(at + 1 + int64(apart)), Value: v, Source: energy.DeviceTime},
		}
		var rejected Rejected
		fit := sift(rs, &rejected)
		if len(fit)+len(rejected.Readings) != len(rs) {
			t.Fatalf("of %d readings %d are fit and %d are not", len(rs), len(fit), len(rejected.Readings))
		}
		if len(fit) == 0 {
			return
		}
		handler := protocol.NewMetricHandler()
		text := lines(points(fit))
		parsed, err := protocol.NewParser(handler).Parse([]byte(text))
		if err != nil {
			t.Fatalf("InfluxDB does not read %q: %v", text, err)
		}
		var got []energy.Reading
		for _, m := range parsed {
			if m.Name() != measurement || len(m.TagList()) != 1 || m.TagList()[0].Key != "meter" {
				t.Fatalf("%q is read as %s %v", text, m.Name(), m.TagList())
			}
			got = append(got, read(t, m)...)
		}
		if !slices.EqualFunc(got, fit, func(a, b energy.Reading) bool {
			return a.Meter == b.Meter && a.Register == b.Register && a.At.Equal(b.At) && a.Value == b.Value
		}) {
			t.Fatalf("%q is read as %v, want %v", text, got, fit)
		}
	})
}

// read returns the readings of a point that was parsed.
func read(t *testing.T, m protocol.Metric) (rs []energy.Reading) {
	for _, field := range m.FieldList() {
		switch v := field.Value.(type) {
		case int64:
			rs = append(rs, energy.Reading{
				Meter: energy.MeterID(m.TagList()[0].Value), Register: energy.Register(field.Key), Value: v,
				At: instant(m.Time().UnixNano()), // the parser takes the milliseconds for nanoseconds
			})
		case bool:
			if field.Key != arrivalField || !v {
				t.Fatalf("%s is %v", field.Key, v)
			}
		default:
			t.Fatalf("%s is %v", field.Key, v)
		}
	}
	return rs
}

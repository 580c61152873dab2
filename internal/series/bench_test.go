package series

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/testserver"
)

// minuteOf returns what 1,000 meters with five registers show in one minute, in
// the order messages arrive.
func minuteOf(minute int) []energy.Reading {
	registers := []energy.Register{hp, hc, temp, "power", "apparent_power"}
	rs := make([]energy.Reading, 0, 5_000)
	at := origin.Add(time.Duration(minute) * time.Minute)
	for m := range 1_000 {
		id := energy.MeterID(fmt.Sprintf("3f2a9c81d0b74e55a1c2-%04d", m*7919%1_000))
		for i, register := range registers {
			rs = append(rs, energy.Reading{
				Meter: id, Register: register, At: at.Add(time.Duration(m) * time.Millisecond),
				Value: int64(minute*1_000_000 + i*1_000 + m), Source: energy.DeviceTime,
			})
		}
	}
	return rs
}

// BenchmarkWrite writes minutes of 1,000 meters with five registers; a
// reading is one register.
func BenchmarkWrite(b *testing.B) {
	backends(b, func(b *testing.B, s store) {
		var n int
		for b.Loop() {
			b.StopTimer()
			rs := append(minuteOf(2*n), minuteOf(2*n+1)...)
			n++
			b.StartTimer()
			write(b, s, rs...)
		}
		b.ReportMetric(float64(n*10_000)/b.Elapsed().Seconds(), "readings/s")
	})
}

// BenchmarkReadDay reads a day of one meter: 1,440 instants of five registers
// among 50 meters.
func BenchmarkReadDay(b *testing.B) {
	backends(b, func(b *testing.B, s store) {
		const meters = 50
		for m := range meters {
			var rs []energy.Reading
			for minute := range 3 * 24 * 60 {
				for i, register := range []energy.Register{hp, hc, temp, "power", "apparent_power"} {
					one := r(register, minute, int64(minute*10_000+i))
					one.Meter = energy.MeterID(fmt.Sprintf("m-%d", m))
					rs = append(rs, one)
				}
			}
			write(b, s, rs...)
		}
		var n int
		for b.Loop() {
			id := energy.MeterID(fmt.Sprintf("m-%d", n%meters))
			n++
			rs, err := s.Read(b.Context(), id, origin.Add(24*time.Hour), origin.Add(48*time.Hour))
			if err != nil || len(rs) != 5*1440 {
				b.Fatal(len(rs), err)
			}
		}
		b.ReportMetric(float64(n*5*1440)/b.Elapsed().Seconds(), "readings/s")
	})
}

// BenchmarkBefore finds the last reading of a register.
func BenchmarkBefore(b *testing.B) {
	backends(b, func(b *testing.B, s store) {
		var rs []energy.Reading
		for minute := range 30 * 24 * 60 {
			rs = append(rs, r(hp, minute, int64(minute)), r(temp, minute, int64(minute)))
		}
		write(b, s, rs...)
		for b.Loop() {
			got, err := s.Before(b.Context(), "m-1", hp, origin.Add(29*24*time.Hour), 1)
			if err != nil || len(got) != 1 {
				b.Fatal(got, err)
			}
		}
	})
}

func backends(b *testing.B, bench func(*testing.B, store)) {
	b.Run("sqlite", func(b *testing.B) { bench(b, openSQLite(b, filepath.Join(b.TempDir(), "readings.db"))) })
	b.Run("influx", func(b *testing.B) { bench(b, openInflux(b, testserver.Influx(b).URL())) })
}

package caltrack

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// paris is a zone with days of 23 and 25 hours.
func paris(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// A home is one that truly behaves like a model.
type home struct {
	base, heating, point float64
	noise                float64 // of a day, relative to its use
	drift                float64 // correlation of the noise from day to day
	saved                float64 // share of heating saved after the works
	colder               float64 // degrees by which the balance point is lower after
}

// The works of every home here, and two weeks of them.
var (
	works = time.Date(2023, 10, 1, 0, 0, 0, 0, time.UTC)
	done  = works.AddDate(0, 0, 14)
)

// live returns the days of a home from the year before the works to the year after.
func (h home) live(r *rand.Rand) []Period {
	var ps []Period
	weather, noise := 0.0, 0.0
	for d := works.AddDate(0, 0, -380); d.Before(done.AddDate(0, 0, 380)); d = d.AddDate(0, 0, 1) {
		season := math.Cos(2 * math.Pi * float64(d.YearDay()-20) / 365.25)
		weather = 0.7*weather + 2.2*r.NormFloat64()
		noise = h.drift*noise + math.Sqrt(1-h.drift*h.drift)*r.NormFloat64()
		temp := 12 - 8.5*season + weather
		point, heating := h.point, h.heating
		if !d.Before(works) {
			point, heating = point-h.colder, heating*(1-h.saved)
		}
		use := (h.base + heating*max(point-temp, 0)) * max(1+h.noise*noise, 0.02)
		ps = append(ps, Period{From: d, To: d.AddDate(0, 0, 1), Days: 1, Use: use, Known: true, Temps: []float64{temp}, Seen: 1})
	}
	return ps
}

// usual is an ordinary electrically heated home that saved nothing.
var usual = home{base: 6, heating: 2.2, point: 16, noise: 0.15, drift: 0.3}

func seeded(n uint64) *rand.Rand { return rand.New(rand.NewPCG(n, 7)) }

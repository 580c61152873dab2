package caltrack

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"
	"time"
)

// near fails unless two numbers agree to a part in 10⁹.
func near(t *testing.T, what string, want, got float64) {
	t.Helper()
	if math.Abs(want-got) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%s: want %v, got %v", what, want, got)
	}
}

func TestOrderOfRowsChangesNoByte(t *testing.T) {
	ps := usual.live(seeded(1))
	c := Case{Settings: Default(Daily, true), Scale: Celsius, End: works, Start: &done}
	want, err := json.Marshal(c.Compute(ps))
	if err != nil {
		t.Fatal(err)
	}
	r := seeded(2)
	for range 5 {
		r.Shuffle(len(ps), func(i, j int) { ps[i], ps[j] = ps[j], ps[i] })
		got, err := json.Marshal(c.Compute(ps))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Fatalf("another order of rows:\n%s\nafter\n%s", got, want)
		}
	}
}

// What qualifies is what Fit counts, the one it takes among it, and says of a day what it
// says of a period.
func TestQualifiedHoldsWhatFitTakes(t *testing.T) {
	s := Default(Daily, true)
	base := Baseline(usual.live(seeded(1)), works, s)
	want, err := Fit(base, s)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Qualified(base, s)
	if err != nil || len(all) != want.Candidates.Qualified || !slices.Contains(all, want.Model) {
		t.Errorf("%d of %+v, %v", len(all), want.Candidates, err)
	}
	for _, m := range all {
		if m.AdjustedR2 > want.Model.AdjustedR2+tie {
			t.Errorf("%+v describes better than %+v", m, want.Model)
		}
		near(t, "a day", m.Predict(Period{Days: 1, Temps: []float64{4.5}}).Total(), m.On(4.5).Total())
	}
	if _, err := Qualified(nil, s); !errors.Is(err, ErrNoData) {
		t.Errorf("of nothing: %v", err)
	}
}

func TestTranslationOfTemperatureMovesBalancePointsOnly(t *testing.T) {
	s := Default(Daily, true)
	base := Baseline(usual.live(seeded(3)), works, s)
	want, err := Fit(base, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []float64{-7, 4, 100} {
		moved := slices.Clone(base)
		for i, p := range moved {
			moved[i].Temps = []float64{p.Temps[0] + by}
		}
		s := s
		s.Grid.First, s.Grid.Last = s.Grid.First+by, s.Grid.Last+by
		got, err := Fit(moved, s)
		if err != nil {
			t.Fatal(err)
		}
		if got.Model.Type != want.Model.Type || got.Model.HeatingPoint != want.Model.HeatingPoint+by {
			t.Fatalf("moved by %v: %+v, want %+v", by, got.Model, want.Model)
		}
		near(t, "heating", want.Model.Heating, got.Model.Heating)
		near(t, "intercept", want.Model.Intercept, got.Model.Intercept)
		near(t, "adjusted R²", want.Model.AdjustedR2, got.Model.AdjustedR2)
	}
}

func TestScalingOfEnergyScalesWhatIsEnergy(t *testing.T) {
	s := Default(Daily, true)
	ps := usual.live(seeded(4))
	f, err := Fit(Baseline(ps, works, s), s)
	if err != nil {
		t.Fatal(err)
	}
	saved := Save(f, Reporting(ps, done, s), s)
	const by = 3.6
	scaled := slices.Clone(ps)
	for i := range scaled {
		scaled[i].Use *= by
	}
	g, err := Fit(Baseline(scaled, works, s), s)
	if err != nil {
		t.Fatal(err)
	}
	if g.Model.HeatingPoint != f.Model.HeatingPoint || g.Model.Type != f.Model.Type {
		t.Fatalf("another model: %+v, %+v", g.Model, f.Model)
	}
	near(t, "heating", by*f.Model.Heating, g.Model.Heating)
	near(t, "adjusted R²", f.Model.AdjustedR2, g.Model.AdjustedR2)
	near(t, "CV(RMSE)", *f.Averages.AdjustedCVRMSE, *g.Averages.AdjustedCVRMSE)
	again := Save(g, Reporting(scaled, done, s), s)
	near(t, "savings", by*saved.Saved(), again.Saved())
	near(t, "uncertainty", by*saved.Uncertainty.Energy, again.Uncertainty.Energy)
}

// TestEveryCandidateIsTheLeastSquares holds the two-equation solution against normal
// equations of all three parameters, solved by elimination.
func TestEveryCandidateIsTheLeastSquares(t *testing.T) {
	for seed := range uint64(4) {
		for _, weighted := range []bool{false, true} {
			s := Default(Daily, true)
			s.Weighted = weighted
			s.Grid.Step = 2
			ps := Baseline(usual.live(seeded(10+seed)), works, s)
			if weighted {
				ps = bills(ps, 30)
				s.NonZeroDays = 0
			}
			got, err := Fit(ps, s)
			if err != nil {
				t.Fatal(err)
			}
			want := slowly(sampleOf(ps, weighted), s)
			if got.Model.Type != want.Type || got.Model.HeatingPoint != want.HeatingPoint || got.Model.CoolPoint != want.CoolPoint {
				t.Fatalf("seed %d weighted %v: %+v, want %+v", seed, weighted, got.Model, want)
			}
			near(t, "adjusted R²", want.AdjustedR2, got.Model.AdjustedR2)
			near(t, "intercept", want.Intercept, got.Model.Intercept)
			near(t, "heating", want.Heating, got.Model.Heating)
			near(t, "cooling", want.Cooling, got.Model.Cooling)
		}
	}
}

// bills joins days to bills of n days.
func bills(days []Period, n int) []Period {
	var all []Period
	for b := range slices.Chunk(days, n) {
		p := Period{From: b[0].From, To: b[len(b)-1].To, Known: true, Seen: 1}
		for _, d := range b {
			p.Days, p.Use, p.Temps = p.Days+d.Days, p.Use+d.Use, append(p.Temps, d.Temps...)
		}
		all = append(all, p)
	}
	return all
}

// slowly fits every candidate by elimination and keeps the first best.
func slowly(in *sample, s Settings) Model {
	best := Model{Type: InterceptOnly, Intercept: in.mean}
	points := s.Grid.points()
	try := func(m Model) {
		var x [][]float64
		for i := range in.periods {
			row := []float64{1}
			h, c := 0.0, 0.0
			for _, temp := range in.periods[i].Temps {
				h += max(m.HeatingPoint-temp, 0) / float64(len(in.periods[i].Temps))
				c += max(temp-m.CoolPoint, 0) / float64(len(in.periods[i].Temps))
			}
			if m.heats() {
				row = append(row, h)
			}
			if m.cools() {
				row = append(row, c)
			}
			x = append(x, row)
		}
		for j := 1; j < len(x[0]); j++ {
			n, total := 0, 0.0
			for i := range x {
				if x[i][j] > 0 {
					n++
				}
				total += x[i][j] * in.periods[i].Days
			}
			if n < s.NonZeroDays || total < s.DegreeDays {
				return
			}
		}
		b, ok := solveNormal(x, in)
		if !ok || slices.Min(b) < 0 {
			return
		}
		m.Intercept = b[0]
		if m.heats() {
			m.Heating = b[1]
		}
		if m.cools() {
			m.Cooling = b[len(b)-1]
		}
		var res float64
		for i := range x {
			r := in.mean + in.centred[i]
			for j := range b {
				r -= b[j] * x[i][j]
			}
			res += in.weights[i] * r * r
		}
		m.AdjustedR2 = 1 - res/float64(len(x)-len(b))/(in.syy/float64(len(x)-1))
		if m.AdjustedR2 > best.AdjustedR2+tie {
			best = m
		}
	}
	for _, h := range points {
		try(Model{Type: HeatingOnly, HeatingPoint: h})
	}
	for _, c := range points {
		try(Model{Type: CoolingOnly, CoolPoint: c})
	}
	for _, c := range points {
		for _, h := range points {
			if h <= c {
				try(Model{Type: Both, HeatingPoint: h, CoolPoint: c})
			}
		}
	}
	return best
}

func solveNormal(x [][]float64, in *sample) ([]float64, bool) {
	k := len(x[0])
	a := make([][]float64, k)
	for p := range k {
		a[p] = make([]float64, k+1)
		for i := range x {
			for q := range k {
				a[p][q] += in.weights[i] * x[i][p] * x[i][q]
			}
			a[p][k] += in.weights[i] * x[i][p] * (in.mean + in.centred[i])
		}
	}
	for p := range k {
		for q := p + 1; q < k; q++ {
			if math.Abs(a[q][p]) > math.Abs(a[p][p]) {
				a[p], a[q] = a[q], a[p]
			}
		}
		if math.Abs(a[p][p]) < 1e-9 {
			return nil, false
		}
		for q := range k {
			if q == p {
				continue
			}
			f := a[q][p] / a[p][p]
			for c := p; c <= k; c++ {
				a[q][c] -= f * a[p][c]
			}
		}
	}
	b := make([]float64, k)
	for p := range k {
		b[p] = a[p][k] / a[p][p]
	}
	return b, true
}

func TestLocalDaysOf23And25HoursAreOneDay(t *testing.T) {
	zone := paris(t)
	for _, c := range []struct {
		from, to string
		days     float64
	}{
		{"2023-03-25T23:00:00Z", "2023-03-26T22:00:00Z", 1},   // 23 hours
		{"2023-10-28T22:00:00Z", "2023-10-29T23:00:00Z", 1},   // 25 hours
		{"2023-10-01T22:00:00Z", "2023-11-01T23:00:00Z", 31},  // a bill across the change
		{"2023-01-31T23:00:00Z", "2023-02-01T11:00:00Z", 0.5}, // half a day
		{"2023-01-31T23:00:00Z", "2024-01-31T23:00:00Z", 365},
		{"2023-01-31T23:00:00Z", "2023-01-31T23:00:00Z", 0},
	} {
		from, err := instant(c.from)
		if err != nil {
			t.Fatal(err)
		}
		to, err := instant(c.to)
		if err != nil {
			t.Fatal(err)
		}
		near(t, c.from, c.days, localDays(from, to, zone))
		if localDays(from, from, zone) != 0 || localDays(to, from, zone) > 0 {
			t.Errorf("%s: days of nothing", c.from)
		}
	}
}

// TestLocalDayHasTheMeanOfItsHours reads the two days of a change of time with a
// temperature that tells its hours apart.
func TestLocalDayHasTheMeanOfItsHours(t *testing.T) {
	zone := paris(t)
	for _, c := range []struct {
		day   time.Time
		hours int
	}{
		{time.Date(2023, 3, 26, 0, 0, 0, 0, zone), 23},
		{time.Date(2023, 10, 29, 0, 0, 0, 0, zone), 25},
		{time.Date(2023, 10, 30, 0, 0, 0, 0, zone), 24},
	} {
		var hours []Hour
		for i := range 72 {
			hours = append(hours, Hour{c.day.Add(time.Duration(i-24) * time.Hour), float64(i - 24)})
		}
		p := Period{From: c.day, To: c.day.AddDate(0, 0, 1), Days: 1}.warmed(hours, zone)
		if len(p.Temps) != 1 || p.Seen != 1 {
			t.Fatalf("%v: %+v", c.day, p)
		}
		near(t, "mean", float64(c.hours-1)/2, p.Temps[0])
		// Half of the hours are too few, one more is enough.
		few := hours[24 : 24+c.hours/2]
		if p = p.warmed(few, zone); p.warm() {
			t.Errorf("%v: a temperature from %d hours", c.day, len(few))
		}
		if p = p.warmed(hours[24:24+c.hours/2+1], zone); !p.warm() {
			t.Errorf("%v: no temperature from %d hours", c.day, c.hours/2+1)
		}
	}
}

func TestNothingIsComputedFromNothing(t *testing.T) {
	s := Default(Daily, true)
	if _, err := Fit(nil, s); err == nil {
		t.Error("a model of nothing")
	}
	c := Case{Settings: s, Scale: Celsius, End: works, Start: &done}
	if a := c.Compute(nil); a.Sufficiency.Status != "FAIL" || a.Model != nil || a.Savings != nil {
		t.Errorf("nothing: %+v", a)
	}
	flat := usual.live(seeded(5))
	for i := range flat {
		flat[i].Use = 5
	}
	a := c.Compute(flat)
	if a.Model == nil || a.Model.Type != InterceptOnly || a.Model.Intercept != 5 {
		t.Fatalf("a constant use: %+v", a.Model)
	}
	if _, err := json.Marshal(a); err != nil {
		t.Error(err)
	}
}

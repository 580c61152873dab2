package simulators_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/simulators"
)

func example(t testing.TB) simulators.Scenario {
	t.Helper()
	b, err := os.ReadFile("testdata/scenario.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := simulators.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sum is a digest of what a town publishes.
func sum(town *simulators.Town) uint64 {
	from, _ := town.Span()
	h := fnv.New64a()
	for e := range town.Emissions(from, time.Time{}) {
		fmt.Fprintln(h, e.Sent.UnixMilli(), e.At.UnixMilli(), e.Topic, string(e.Payload))
	}
	return h.Sum64()
}

// goldenSum is the digest of the example scenario.
const goldenSum uint64 = 0x91fa001de03f37ed

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	s := example(t)
	first := sum(open(t, s))
	if again := sum(open(t, s)); again != first {
		t.Errorf("%x, then %x", first, again)
	}
	// The bytes are the same on every machine: no float is in between.
	if first != goldenSum {
		t.Errorf("%#x, want %#x: if the physics or a payload was changed on purpose, write the new one down", first, goldenSum)
	}
	s.Seed++
	if other := sum(open(t, s)); other == first {
		t.Error("another seed gives the same bytes")
	}
}

func TestStoppedAndStartedAgainATownGoesOnWhereItWas(t *testing.T) {
	town := open(t, example(t))
	from, to := town.Span()
	var whole, parts []string
	line := func(e simulators.Emission) string { return e.Sent.String() + e.Topic + string(e.Payload) }
	for e := range town.Emissions(from, time.Time{}) {
		whole = append(whole, line(e))
	}
	for at := from; at.Before(to.AddDate(0, 0, 3)); at = at.Add(7*time.Hour + 13*time.Minute + 7*time.Second) {
		for e := range town.Emissions(at, at.Add(7*time.Hour+13*time.Minute+7*time.Second)) {
			parts = append(parts, line(e))
		}
	}
	if !slices.Equal(whole, parts) {
		t.Errorf("%d messages at once, %d in parts", len(whole), len(parts))
	}
}

func TestMessagesAreSentInOrderAndNeverBeforeTheirTime(t *testing.T) {
	town := open(t, example(t))
	from, _ := town.Span()
	last := from
	for e := range town.Emissions(from, time.Time{}) {
		if e.Sent.Before(last) {
			t.Fatalf("%s is sent after %s", e.Sent, last)
		}
		last = e.Sent
		if e.Sent.Before(e.At) {
			t.Fatalf("%s %s is sent at %s, before what it states", e.Topic, e.Payload, e.Sent)
		}
	}
}

func TestAnHourlyHomeRunsOnForever(t *testing.T) {
	paris, _ := time.LoadLocation("Europe/Paris")
	s := simulators.Demo(1, time.Date(2026, 11, 24, 20, 0, 0, 0, paris), paris)
	town := open(t, s)
	from, to := town.Span()
	if !to.IsZero() {
		t.Fatalf("ends at %s", to)
	}
	far := from.AddDate(0, 6, 0)
	n := 0
	for e := range town.Emissions(far, far.Add(time.Hour)) {
		if n++; e.Sent.Before(far) {
			t.Fatalf("%s is before %s", e.Sent, far)
		}
	}
	if n < 12*12 {
		t.Errorf("%d messages in an hour half a year later", n)
	}
}

// quiet is a scenario of all dialects without faults.
func quiet(seed uint64) simulators.Scenario {
	s := everyDialect("2026-11-10", 3)
	s.Seed = seed
	return s
}

func key(e simulators.Device, r energy.Register, at time.Time) string {
	return fmt.Sprint(e.Gateway, "/", e.Scheme, "/", e.ID, " ", r, " ", at.UnixMilli())
}

func TestEveryLocalHalfHourHasAMessageThatShowsWhatTheOracleSays(t *testing.T) {
	s := quiet(5)
	s.Zone = "Asia/Kathmandu" // half-hours at a quarter to
	for _, zone := range []string{"Europe/Paris", "Asia/Kathmandu"} {
		s.Zone = zone
		town := open(t, s)
		from, to := town.Span()
		said := map[string]int64{}
		for e := range town.Emissions(from, time.Time{}) {
			for _, v := range e.Values {
				said[key(e.Device, v.Register, e.At)] = v.Value
			}
		}
		marks := map[string]int{}
		for m := range town.Marks(from, to) {
			d := simulators.Device{Gateway: m.Gateway, Scheme: m.Scheme, ID: m.Device}
			if v, ok := said[key(d, m.Register, m.At)]; !ok || v != m.Value || !m.Sent {
				t.Fatalf("%s: %+v: said %d, %v", zone, m, v, ok)
			}
			if local := m.At.In(town.Zone()); local.Minute()%30 != 0 || local.Second() != 0 || local.Nanosecond() != 0 {
				t.Fatalf("%s: %s is no half-hour", zone, local)
			}
			marks[key(d, m.Register, time.Time{})]++
		}
		for _, h := range town.Homes() {
			for _, d := range h.Devices {
				for _, r := range d.Registers {
					if n := marks[key(d, r, time.Time{})]; n != 3*48+1 {
						t.Errorf("%s: %d marks of %s %s", zone, n, d.ID, r)
					}
				}
			}
		}
	}
}

func TestCountersNeverFall(t *testing.T) {
	town := open(t, quiet(6))
	from, _ := town.Span()
	last := map[string]int64{}
	for e := range town.Emissions(from, time.Time{}) {
		for _, v := range e.Values {
			k := key(e.Device, v.Register, time.Time{})
			if v.Register.Quantity().Cumulative() && v.Value < last[k] {
				t.Fatalf("%s fell from %d to %d at %s", k, last[k], v.Value, e.At)
			}
			last[k] = v.Value
		}
	}
}

func TestRegistersAddUpToThePhysicsWithinOneStep(t *testing.T) {
	town := open(t, quiet(7))
	from, to := town.Span()
	type run struct{ first, last simulators.Mark }
	runs := map[string]*run{}
	for m := range town.Marks(from, to) {
		if m.Role != simulators.Electricity || m.Register.Quantity() != energy.EnergyImport {
			continue
		}
		k := m.Gateway + " " + m.Register.Name()
		if runs[k] == nil {
			runs[k] = &run{first: m}
		}
		runs[k].last = m
	}
	for i, total := range town.Totals(from, to) {
		h := town.Homes()[i]
		names := []string{h.Devices[0].Registers[0].Name()}
		if h.Contract == simulators.PeakOffPeak {
			names = []string{"hc", "hp"}
		}
		var exact, shown int64
		for _, name := range names {
			r := runs[h.Gateway+" "+name]
			exact += r.last.Exact - r.first.Exact
			shown += r.last.Value - r.first.Value
		}
		if exact != total.Energy {
			t.Errorf("%s: registers count %d mWh, the home used %d", h.Dialect, exact, total.Energy)
		}
		if off := shown - total.Energy; off < -20_000 || off > 20_000 {
			t.Errorf("%s: shows %d mWh, used %d", h.Dialect, shown, total.Energy)
		}
		if h.Contract == simulators.PeakOffPeak {
			if r := runs[h.Gateway+" hc"]; r.last.Exact-r.first.Exact != total.OffPeak {
				t.Errorf("%s: off-peak %d mWh, used %d", h.Dialect, r.last.Exact-r.first.Exact, total.OffPeak)
			}
		}
	}
}

func TestPastJoinsThePresentWithoutAHole(t *testing.T) {
	s := quiet(8)
	s.HalfHours = 5
	for i := range s.Homes {
		s.Homes[i].History = 400 // over two changes of time
	}
	s.Homes[1].Start = "2026-10-24T20:00"
	s.Homes[2].History = 3
	s.Homes[3].History = -1
	town := open(t, s)
	ends := map[string]time.Time{}
	lengths := map[time.Duration]int{}
	energies := map[string]int64{}
	for _, p := range town.Past() {
		k := fmt.Sprint(p.Home, p.Register)
		if end, ok := ends[k]; ok && !end.Equal(p.From) {
			t.Fatalf("home %d: %s follows %s", p.Home, p.From, end)
		} else if since := town.Homes()[p.Home].Since; !ok && !since.Equal(p.From) {
			t.Fatalf("home %d: begins at %s, not %s", p.Home, p.From, since)
		}
		ends[k] = p.To
		lengths[p.To.Sub(p.From)]++
		energies[k] += p.Energy
		if p.Energy < 0 || p.Energy%1000 != 0 {
			t.Fatalf("%+v is not whole Wh", p)
		}
	}
	for i, h := range town.Homes() {
		r := h.Devices[0].Registers[0]
		switch end := ends[fmt.Sprint(i, r)]; {
		case h.History == 0:
			if !end.IsZero() {
				t.Errorf("home %d has a past until %s", i, end)
			}
		case !end.Equal(h.From):
			t.Errorf("home %d: past until %s, present from %s", i, end, h.From)
		}
	}
	for _, d := range []time.Duration{30 * time.Minute, 23 * time.Hour, 24 * time.Hour, 25 * time.Hour} {
		if lengths[d] == 0 {
			t.Errorf("no interval of %s", d)
		}
	}
	if len(lengths) != 4 {
		t.Errorf("lengths %v", lengths)
	}
	// what the past counts is what the index of the first message rose by
	h := town.Homes()[0]
	year := energies[fmt.Sprint(0, h.Devices[0].Registers[0])] / 1_000_000
	if year < 1_000 || year > 15_000 {
		t.Errorf("%d kWh in 400 days", year)
	}
}

func TestSamplesOfThePastAreHalfHoursOfHomesAndStation(t *testing.T) {
	s := quiet(9)
	s.HalfHours = 2
	town := open(t, s)
	n := map[int]int{}
	for _, x := range town.Samples() {
		if x.Register == "temperature" {
			n[x.Home]++
			if x.Value < -20_000 || x.Value > 30_000 {
				t.Errorf("%+v", x)
			}
		}
		if !x.At.Before(town.Homes()[0].From) {
			t.Errorf("%s is not past", x.At)
		}
	}
	if n[-1] != 96 {
		t.Errorf("%d samples of the station", n[-1])
	}
	for i := range town.Homes() {
		if n[i] != 48 { // a day of history
			t.Errorf("%d samples of home %d", n[i], i)
		}
	}
}

func TestPastIsWrittenAsImportReadsIt(t *testing.T) {
	town := open(t, quiet(10))
	var b bytes.Buffer
	if err := simulators.WritePast(&b, town.Past()[:1], func(d simulators.Device) string { return d.Gateway + "/" + d.Scheme + "/" + d.ID }); err != nil {
		t.Fatal(err)
	}
	p := town.Past()[0]
	want := fmt.Sprintf("meter,register,from,to,energy_wh,estimated\ngw-01/%s/%s,%s,2026-11-08T23:00:00Z,2026-11-08T23:30:00Z,%d,false\n",
		p.Device.Scheme, p.Device.ID, p.Register, p.Energy/1000)
	if b.String() != want {
		t.Errorf("got %swant %s", b.String(), want)
	}
}

func TestEveryMistakeOfAScenarioIsReported(t *testing.T) {
	s := simulators.Scenario{Start: "soon", Interval: 7 * time.Minute, Days: -1, Homes: []simulators.Home{
		{Dialect: "morse", Situation: "happy", Contract: "free", Precision: 9, OffPeak: "never", Gateway: "a/b"},
		{Dialect: "shelly_gen2", Contract: "hphc", Consents: []string{"everything"}, Faults: []simulators.Fault{{Kind: "fire"}, {Kind: "burst", After: time.Second}}},
	}}
	_, err := simulators.Open(s)
	if err == nil {
		t.Fatal("no mistake found")
	}
	for _, field := range []string{
		"interval", "days", "homes[0].dialect", "homes[0].situation", "homes[0].precision", "homes[0].off_peak",
		"homes[0].gateway", "homes[1].contract", "homes[1].consents", "homes[1].faults[0].kind", "homes[1].faults[1].for", "homes[1].faults[1].after",
	} {
		if !strings.Contains(err.Error(), field+": ") {
			t.Errorf("%s is not reported in:\n%v", field, err)
		}
	}
	var m *simulators.MistakeError
	if !errors.As(err, &m) || m.Why == "" {
		t.Errorf("no MistakeError in %v", err)
	}
	if _, err := simulators.Parse([]byte("seeds: 3")); err == nil {
		t.Error("an unknown key is accepted")
	}
}

// A town of 12 homes tells 28 days in well under a second; this leaves room for slow machines.
func TestTwelveHomesTellFourWeeksQuickly(t *testing.T) {
	paris, _ := time.LoadLocation("Europe/Paris")
	began := time.Now()
	town := open(t, simulators.Demo(1, time.Date(2026, 11, 24, 20, 0, 0, 0, paris), paris))
	from, _ := town.Span()
	n := 0
	for range town.Emissions(from, from.AddDate(0, 0, 28)) {
		n++
	}
	if took := time.Since(began); took > 10*time.Second || n < 100_000 {
		t.Errorf("%d messages in %s", n, took)
	}
}

func BenchmarkDemoOpens(b *testing.B) {
	paris, _ := time.LoadLocation("Europe/Paris")
	for b.Loop() {
		open(b, simulators.Demo(1, time.Date(2026, 11, 24, 20, 0, 0, 0, paris), paris))
	}
}

func FuzzParse(f *testing.F) {
	b, _ := os.ReadFile("testdata/scenario.yaml")
	f.Add(b)
	f.Add([]byte("{start: 2026-11-10, days: 1, homes: [{}]}"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		s, err := simulators.Parse(b)
		if err != nil || len(s.Homes) > 3 {
			return
		}
		for i := range s.Homes {
			s.Homes[i].History = -1
			s.Homes[i].Start = ""
		}
		s.HalfHours = 1
		town, err := simulators.Open(s)
		if err != nil {
			return
		}
		from, _ := town.Span()
		for range town.Emissions(from, from.Add(3*time.Hour)) {
			break // that it gets there is what is tested
		}
	})
}

// Who says yes to being helped mostly says yes to being asked and to being counted among
// others too, as in a pilot; some do not, and nobody does whose situation is another.
func TestMostFamiliesAgreeToMoreAndSomeDoNot(t *testing.T) {
	if testing.Short() { // as under the race detector
		t.Skip("it has no goroutines")
	}
	s := simulators.Scenario{Seed: 3, Start: "2026-11-10", Days: 1}
	for range 200 {
		s.Homes = append(s.Homes, simulators.Home{}, simulators.Home{Situation: simulators.Partial})
	}
	yes := map[string]int{}
	for _, h := range open(t, s).Homes() {
		for _, box := range h.Consents {
			if h.Situation == simulators.Partial && box != "family_view" {
				t.Fatalf("who agrees to a part agrees to %v", h.Consents)
			}
			yes[box]++
		}
	}
	for box, want := range map[string][2]int{
		"family_view": {400, 400}, "hourly": {200, 200}, "cooperative_summary": {200, 200}, "alert": {200, 200},
		"survey": {145, 190}, "open_statistics": {135, 185}, "evaluation": {0, 0}, "research": {0, 0},
	} {
		if yes[box] < want[0] || yes[box] > want[1] {
			t.Errorf("%d of 400 agree to %s, want %v", yes[box], box, want)
		}
	}
	at := time.Date(2026, 11, 24, 20, 0, 0, 0, paris)
	asked, counted := 0, 0
	for _, h := range open(t, simulators.Demo(1, at, paris)).Homes() {
		if slices.Contains(h.Consents, "survey") {
			asked++
		}
		if slices.Contains(h.Consents, "open_statistics") {
			counted++
		}
	}
	if asked < 7 || asked > 11 || counted < 7 || counted > 11 {
		t.Errorf("of the demo %d are asked and %d counted", asked, counted)
	}
}

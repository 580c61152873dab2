package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/testserver"
	"foyer/simulators"
)

// query asks InfluxDB itself, past all of Foyer's own code.
func (p *pilot) query(q string) []influxSeries {
	p.t.Helper()
	form := url.Values{"db": {testserver.Database}, "epoch": {"ms"}, "q": {q}}
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.influx.URL()+"/query", strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil // away for a while
	}
	defer resp.Body.Close()
	var answer struct {
		Results []struct {
			Series []influxSeries
			Error  string
		}
	}
	d := json.NewDecoder(resp.Body)
	d.UseNumber()
	if err := d.Decode(&answer); err != nil || len(answer.Results) != 1 || answer.Results[0].Error != "" {
		p.t.Fatalf("InfluxDB: %v %+v", err, answer)
	}
	return answer.Results[0].Series
}

type influxSeries struct {
	Tags    map[string]string
	Columns []string
	Values  [][]any
}

// stored returns how many readings InfluxDB has.
func (p *pilot) stored() int {
	total := 0
	for _, s := range p.query(`SELECT COUNT(*) FROM reading`) {
		for i, c := range s.Columns {
			if c == "time" || c == "count_arrival" {
				continue
			}
			if count, ok := s.Values[0][i].(json.Number); ok { // null where a field has no value yet
				n, _ := count.Int64()
				total += int(n)
			}
		}
	}
	return total
}

// checkReadings holds what InfluxDB has against what was acknowledged: each
// reading once, none else, and no second value for one.
func (p *pilot) checkReadings() {
	p.t.Helper()
	left := make(map[place]int64, len(p.acked))
	for k, v := range p.acked {
		left[k] = v
	}
	for _, s := range p.query(`SELECT * FROM reading GROUP BY meter`) {
		for _, row := range s.Values {
			at, _ := row[0].(json.Number).Int64()
			for i, c := range s.Columns {
				n, ok := row[i].(json.Number)
				if c == "time" || c == "arrival" || !ok {
					continue
				}
				k := place{energy.MeterID(s.Tags["meter"]), energy.Register(c), at}
				want, acked := left[k]
				if got, _ := n.Int64(); !acked || got != want {
					p.t.Errorf("InfluxDB has %v = %d, acknowledged %v %d", k, got, acked, want)
				}
				delete(left, k)
			}
		}
	}
	for k, v := range left {
		p.t.Errorf("acknowledged and lost: %v = %d", k, v)
	}
	if n := p.count(`SELECT COUNT(*) FROM conflict`); n != 0 {
		p.t.Errorf("%d readings came with a second value", n)
	}
}

// A moment is a register of a home at an instant.
type moment struct {
	register energy.Register
	at       int64
}

// moved returns what the registers of a home's meter moved by in each half-hour,
// by what they showed at both ends.
func (p *pilot) moved(h simulators.Home) map[moment]int64 {
	meter := h.Devices[0]
	last := map[energy.Register]simulators.Mark{}
	out := map[moment]int64{}
	from, to := p.town.Span()
	for m := range p.town.Marks(from, to) {
		if m.Gateway != meter.Gateway || m.Scheme != meter.Scheme || m.Device != meter.ID || !m.Register.Quantity().Cumulative() || !m.Sent {
			continue
		}
		if b, ok := last[m.Register]; ok && m.At.Sub(b.At) == energy.SlotLength {
			out[moment{m.Register, b.At.UnixMilli()}] = m.Value - b.Value
		}
		last[m.Register] = m
	}
	return out
}

// checkUsage holds half-hours and days against what the registers showed, exactly,
// and their sums against the physics of the homes.
func (p *pilot) checkUsage() {
	p.t.Helper()
	for i, h := range p.town.Homes() {
		physics := p.town.Totals(h.From, h.To)
		at := slices.IndexFunc(physics, func(t simulators.Total) bool { return t.Gateway == h.Gateway })
		p.checkSlots(i, h, physics[at])
		p.checkDays(i, h)
	}
}

func (p *pilot) checkSlots(i int, h simulators.Home, physics simulators.Total) {
	p.t.Helper()
	rows, err := p.db.QueryContext(p.t.Context(), `SELECT register, start_at, energy, seen, length, estimated, provision FROM usage_slot
		WHERE family = $1 AND start_at >= $2 ORDER BY start_at, register`, string(p.settled.Families[i]), h.From.UnixMilli())
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	want := p.moved(h)
	sums, slots := map[energy.Register]int64{}, map[int64]bool{}
	for rows.Next() {
		var m moment
		var got, seen, length int64
		var estimated, provision bool
		if err := rows.Scan(&m.register, &m.at, &got, &seen, &length, &estimated, &provision); err != nil {
			p.t.Fatal(err)
		}
		if expect, ok := want[m]; !ok || got != expect || seen != length || estimated || provision {
			p.t.Errorf("%s: half-hour %s of %s: %d, seen %d of %d, estimated %v, provisional %v; the register moved by %d (known %v)",
				h.Label, time.UnixMilli(m.at).UTC(), m.register, got, seen, length, estimated, provision, expect, ok)
		}
		sums[m.register], slots[m.at] = sums[m.register]+got, true
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	distinct := map[int64]bool{}
	for m := range want {
		distinct[m.at] = true
	}
	if len(slots) != len(distinct) || len(slots) == 0 {
		p.t.Errorf("%s: %d half-hours, the meter spoke through %d", h.Label, len(slots), len(distinct))
	}
	if h.Situation == simulators.Silent {
		return // it was not heard to the end
	}
	// Of a single price one register moves, whatever the meter calls it; of two prices
	// two do.
	const step = 1000 // every device here shows whole Wh
	within := func(what string, sum, used int64) {
		p.t.Helper()
		if off := sum - used; off >= step || off <= -step {
			p.t.Errorf("%s: %s adds up to %d mWh over the run, the home used %d", h.Label, what, sum, used)
		}
	}
	if h.Contract == simulators.PeakOffPeak {
		off, peak := h.Devices[0].Registers[0], h.Devices[0].Registers[1]
		within(string(off), sums[off], physics.OffPeak)
		within(string(peak), sums[peak], physics.Energy-physics.OffPeak)
		return
	}
	var total int64
	for _, n := range sums {
		total += n
	}
	within("all", total, physics.Energy)
}

// checkDays holds the days against the past that was imported and what the
// registers showed since.
func (p *pilot) checkDays(i int, h simulators.Home) {
	p.t.Helper()
	want := map[string]int64{}
	for day, by := range p.spent(i) {
		for _, n := range by {
			want[day] += n
		}
	}
	rows, err := p.db.QueryContext(p.t.Context(), `SELECT day, SUM(energy), MAX(estimated) FROM usage_day WHERE family = $1 GROUP BY day`, string(p.settled.Families[i]))
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var day string
		var got, estimated int64
		if err := rows.Scan(&day, &got, &estimated); err != nil {
			p.t.Fatal(err)
		}
		if got != want[day] || estimated != 0 {
			p.t.Errorf("%s: %s: %d, want %d; estimated %d", h.Label, day, got, want[day], estimated)
		}
		delete(want, day)
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	for day, n := range want {
		p.t.Errorf("%s: %s is missing, want %d", h.Label, day, n)
	}
}

// spent returns what a home used by local day and register: the past as imported,
// then what the registers that tell most of the tariff moved by.
func (p *pilot) spent(i int) map[string]map[energy.Register]int64 {
	h := p.town.Homes()[i]
	zone := p.town.Zone()
	out := map[string]map[energy.Register]int64{}
	add := func(at time.Time, r energy.Register, n int64) {
		day := at.In(zone).Format(time.DateOnly)
		if out[day] == nil {
			out[day] = map[energy.Register]int64{}
		}
		out[day][r] += n
	}
	for _, iv := range p.town.Past() {
		if iv.Home == i {
			add(iv.From, iv.Register, iv.Energy)
		}
	}
	for m, n := range p.moved(h) {
		if once(h, m.register) {
			add(time.UnixMilli(m.at), m.register, n)
		}
	}
	return out
}

// once reports whether a register is one of those that hold the energy of a home's
// meter once: those of its tariff come first.
func once(h simulators.Home, r energy.Register) bool {
	registers := h.Devices[0].Registers
	if h.Contract == simulators.PeakOffPeak {
		return r == registers[0] || r == registers[1]
	}
	return r == registers[0]
}

// dump writes everything that is computed, without what tells one run from another.
func (p *pilot) dump() string {
	p.t.Helper()
	var b strings.Builder
	for _, q := range []string{
		`SELECT u.family, u.start_at::text, u.register, u.energy::text, u.seen::text, u.length::text, (u.estimated + 2 * u.provision)::text
			FROM usage_slot u ORDER BY 1, 2, 3`,
		`SELECT u.family, u.day, u.register, u.energy::text, u.seen::text, u.length::text, (u.estimated + 2 * u.provision)::text
			FROM usage_day u ORDER BY 1, 2, 3`,
		`SELECT u.family, u.month || ' ' || u.line, u.label, u.quantity, u.price, u.cents::text, u.estimated::text
			FROM bill_line u ORDER BY 1, u.month, u.line`,
		`SELECT w.day, w.mean::text, w.seen::text, w.length::text, '', '', '' FROM weather_day w ORDER BY 1`,
	} {
		p.lines(&b, q)
	}
	p.results(&b)
	var names []string // of families, whose ids are random
	for i, family := range p.settled.Families {
		names = append(names, string(family), p.town.Homes()[i].Label)
	}
	lines := strings.Split(strings.NewReplacer(names...).Replace(b.String()), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// results writes the newest results, some of which are sealed in the table.
func (p *pilot) results(b *strings.Builder) {
	p.t.Helper()
	office := p.office()
	defer office.Close()
	for _, family := range p.settled.Families {
		for _, i := range indicators.All() {
			all, err := office.Records.Newest(p.t.Context(), family, []string{i.ID}, energy.Day{Year: 2000, Month: 1, Date: 1}, energy.Day{Year: 2100, Month: 1, Date: 1})
			if err != nil {
				p.t.Fatal(err)
			}
			for _, r := range all {
				fmt.Fprintf(b, "%s | %s %s | %s %s | %s | %s %s | %s\n", family, r.Indicator, r.Version, r.From, r.To, r.Status, r.Value, r.Unit, r.Detail)
			}
		}
	}
}

// lines writes what a query of seven columns gives.
func (p *pilot) lines(b *strings.Builder, query string) {
	p.t.Helper()
	rows, err := p.db.QueryContext(p.t.Context(), query)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c [7]string
		if err := rows.Scan(&c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6]); err != nil {
			p.t.Fatal(err)
		}
		fmt.Fprintln(b, strings.Join(c[:], " | "))
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
}

// different returns the first lines two dumps differ in, "" when they are equal.
func different(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out []string
	for i := range max(len(g), len(w)) {
		var x, y string
		if i < len(g) {
			x = g[i]
		}
		if i < len(w) {
			y = w[i]
		}
		if x != y {
			out = append(out, "got  "+x+"\nwant "+y)
		}
		if len(out) == 5 {
			break
		}
	}
	return strings.Join(out, "\n")
}

package jobs

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A comparison is what came out of comparing a family or a pilot.
type comparison struct {
	family  household.FamilyID
	pilot   string
	figures int
	waiting int
	decayed int
	found   []Difference
}

// row compares what is stored of one thing with what comes out again, as text.
func (c *comparison) row(table, key, stored, computed string) {
	c.figures++
	if stored != computed {
		c.found = append(c.found, Difference{c.family, c.pilot, table, key, stored, computed})
	}
}

// usage compares rows of usage.
func (c *comparison) usage(table string, stored, computed []household.Usage) {
	type id struct {
		start    int64
		register energy.Register
	}
	texts := map[id][2]string{}
	for n, rows := range [][]household.Usage{stored, computed} {
		for _, u := range rows {
			k := id{u.Start.UnixMilli(), u.Register}
			t := texts[k]
			t[n] = fmt.Sprintf("%d seen %d of %d ms estimated %t provision %t", u.Energy,
				u.Coverage.Seen.Milliseconds(), u.Coverage.Of.Milliseconds(), u.Coverage.Estimated, u.Coverage.Provision)
			texts[k] = t
		}
	}
	sorted := slices.SortedFunc(maps.Keys(texts), func(a, b id) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.register, b.register))
	})
	for _, k := range sorted {
		at := time.UnixMilli(k.start).UTC().Format(time.RFC3339)
		c.row(table, at+" "+string(k.register), texts[k][0], texts[k][1])
	}
}

// bill compares the bill of a month, line by line.
func (c *comparison) bill(stored, computed household.Bill) {
	text := func(lines []household.BillLine, n int) string {
		if n >= len(lines) {
			return ""
		}
		l := lines[n]
		return fmt.Sprintf("%s %s %s %s %s at %s = %d cents estimated %t",
			l.Start.UTC().Format(time.RFC3339), l.Fuel, l.Label, l.Quantity, l.Unit, l.Price, l.Cents, l.Estimated)
	}
	for n := range max(len(stored.Lines), len(computed.Lines)) {
		c.row("bill_line", fmt.Sprintf("%s line %d", computed.Month, n+1), text(stored.Lines, n), text(computed.Lines, n))
	}
}

// result notes a result that comes out otherwise; it is counted already.
func (c *comparison) result(stored, computed household.Result) {
	text := func(r household.Result) string {
		return strings.Join([]string{r.Version, string(r.Status), r.Value, r.Unit, r.To.String(), string(r.Detail)}, " ")
	}
	c.found = append(c.found, Difference{
		c.family, c.pilot, "result", computed.Indicator + " " + computed.From.String(), text(stored), text(computed),
	})
}

// weather compares consecutive days of climate, of which computed has every one.
func (c *comparison) weather(stored, computed []household.Weather) {
	text := func(w household.Weather) string {
		return fmt.Sprintf("%d seen %d of %d ms by %s", w.Mean, w.Seen.Milliseconds(), w.Of.Milliseconds(), w.Source)
	}
	kept := map[energy.Day]string{}
	for _, w := range stored {
		kept[w.Day] = text(w)
	}
	for _, w := range computed {
		again := ""
		if w.Seen > 0 {
			again = text(w)
		}
		c.row("weather_day", w.Day.String(), kept[w.Day], again)
	}
}

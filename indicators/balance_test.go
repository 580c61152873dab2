package indicators

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// TestGoldenSettlements holds balances to ones that were computed by hand; each file of
// testdata/settlements shows how.
func TestGoldenSettlements(t *testing.T) {
	files, err := filepath.Glob("testdata/settlements/*.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d settlements: %v", len(files), err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var text, want []byte
			for _, f := range a.Files {
				if f.Name == "case" {
					text = f.Data
				} else {
					want = f.Data
				}
			}
			for _, factor := range []int64{1, 100} {
				in := settled(t, string(text), factor)
				r := compute(t, "settlement", in)
				if factor == 1 {
					if got := string(r.Status) + " " + r.Value + "\n" + lines(t, r, factor); got != string(want) {
						t.Errorf("got\n%swant\n%s", got, want)
					}
					continue
				}
				if got := lines(t, r, factor); got != lines(t, compute(t, "settlement", settled(t, string(text), 1)), 1) {
					t.Errorf("scaled by %d it is\n%s", factor, got)
				}
			}
		})
	}
}

// settled reads a case: lines of "today D", "contract FUEL FROM [settles MM-DD]
// [instalment EUR]", "use FUEL FROM TO EUR" for each day's energy, "standing FUEL EUR"
// a year, and "KIND FUEL DAY EUR". Amounts are multiplied by factor.
func settled(t *testing.T, text string, factor int64) Input {
	t.Helper()
	in := home(t, "2026-01-01", nil)
	in.Days = nil
	cents := func(s string) int64 {
		d, err := decimal.NewFromString(s)
		if err != nil {
			t.Fatal(err)
		}
		return d.Shift(2).IntPart() * factor
	}
	standing := map[household.Fuel]int64{}
	days := map[energy.Day]*Day{}
	var first, last energy.Day
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		switch f[0] {
		case "today":
			in.Today = date(t, f[1])
		case "contract":
			c := household.Contract{Fuel: household.Fuel(f[1]), From: date(t, f[2])}
			for i := 3; i+1 < len(f); i += 2 {
				if f[i] == "settles" {
					c.Settles = f[i+1]
				} else {
					c.Instalment = cents(f[i+1])
				}
			}
			in.Contracts = append(in.Contracts, c)
		case "standing":
			standing[household.Fuel(f[1])] = cents(f[2])
		case "use":
			fuel := household.Fuel(f[1])
			for d := date(t, f[2]); d.Before(date(t, f[3])); d = d.Add(1) {
				if days[d] == nil {
					days[d] = &Day{Day: d}
				}
				of := d.End(in.Zone).Sub(d.Start(in.Zone))
				days[d].Add(Part{Fuel: fuel, Energy: 1, Coverage: energy.Coverage{Seen: of, Of: of}}, &tariff.Cost{
					Energy: decimal.New(cents(f[4]), -2), Standing: decimal.New(standing[fuel], -2), ProRata: tariff.ByYear,
				})
				if first == (energy.Day{}) || d.Before(first) {
					first = d
				}
				if last.Before(d) {
					last = d
				}
			}
		default:
			in.Money = append(in.Money, household.Entry{Kind: household.EntryKind(f[0]), Fuel: household.Fuel(f[1]), Day: date(t, f[2]), Cents: cents(f[3])})
		}
	}
	for d := first; !last.Before(d); d = d.Add(1) {
		if days[d] != nil {
			in.Days = append(in.Days, *days[d])
		}
	}
	month := energy.Day{Year: in.Today.Year, Month: in.Today.Month, Date: 1}
	next := month.Add(31)
	next.Date = 1
	return in.on(month, next)
}

// lines prints what a result says of each contract, amounts divided by factor.
func lines(t *testing.T, r household.Result, factor int64) string {
	t.Helper()
	var d household.Settlement
	if err := json.Unmarshal(r.Detail, &d); err != nil {
		t.Fatal(err)
	}
	var w strings.Builder
	for _, b := range d.Contracts {
		w.WriteString(b.Fuel + " " + b.From + " " + b.To + " " + strconv.Itoa(b.Known) + "/" + strconv.Itoa(b.Elapsed))
		put := func(name, eur string) {
			if v, err := decimal.NewFromString(eur); err == nil {
				w.WriteString(" " + name + " " + v.Div(decimal.NewFromInt(factor)).StringFixed(2))
			}
		}
		text := func(s *string) string {
			if s == nil {
				return ""
			}
			return *s
		}
		put("paid", b.Paid)
		put("aid", b.Aid)
		put("cost", b.Cost)
		put("ahead", b.Ahead)
		put("year", text(b.Forecast))
		put("due", text(b.Due))
		put("credit", text(b.Credit))
		if b.Planned {
			w.WriteString(" planned")
		}
		if b.DaysLeft != nil {
			w.WriteString(" days " + strconv.Itoa(*b.DaysLow) + "-" + strconv.Itoa(*b.DaysLeft) + "-" + strconv.Itoa(*b.DaysHigh))
		}
		w.WriteString("\n")
	}
	return w.String()
}

package app_test

import (
	"math/big"
	"sort"
	"strings"
	"time"

	"foyer/internal/energy"
	"foyer/simulators"
)

// Prices as the tariff sheets print them, taxes included, EUR: of a kWh, and of the
// standing charge a year, by subscribed power. Written down here by hand, apart from
// the tariff files.
type sheet struct {
	from     string
	standing map[int]string
	kWh      func(period string, kva int) string
}

func year(months string) string {
	r, _ := new(big.Rat).SetString(months)
	return r.Mul(r, big.NewRat(12, 1)).RatString()
}

var sheets = map[string][]sheet{
	simulators.Base: {
		{"2025-08-01", map[int]string{3: "141.00", 6: "185.94", 9: "233.70", 12: "281.46"}, func(string, int) string { return "0.1952" }},
		{"2026-02-01", map[int]string{3: year("12.03"), 6: year("15.65"), 9: year("19.56"), 12: year("23.32")}, func(_ string, kva int) string {
			if kva <= 6 {
				return "0.1940"
			}
			return "0.1927"
		}},
	},
	simulators.PeakOffPeak: {
		{"2025-08-01", map[int]string{6: year("15.74")}, func(p string, _ int) string { return map[string]string{"hp": "0.2081", "hc": "0.1635"}[p] }},
		{"2026-02-01", map[int]string{6: year("15.65")}, func(p string, _ int) string { return map[string]string{"hp": "0.2065", "hc": "0.1579"}[p] }},
	},
}

// rat reads a decimal or a fraction.
func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic("no number: " + s)
	}
	return r
}

// cents rounds euros half away from zero.
func cents(euros *big.Rat) int64 {
	x := new(big.Rat).Mul(euros, big.NewRat(100, 1))
	x.Add(x, big.NewRat(1, 2)) // bills are never negative
	return new(big.Int).Div(x.Num(), x.Denom()).Int64()
}

// checkBills holds every line of every bill against a calculation of its own.
func (p *pilot) checkBills() {
	p.t.Helper()
	for i, h := range p.town.Homes() {
		p.checkBill(i, h)
	}
}

func (p *pilot) checkBill(i int, h simulators.Home) {
	p.t.Helper()
	want := p.bills(i, h)
	rows, err := p.db.QueryContext(p.t.Context(), `SELECT month || ' ' || label, cents, estimated FROM bill_line WHERE family = $1`, string(p.settled.Families[i]))
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		var got, estimated int64
		if err := rows.Scan(&line, &got, &estimated); err != nil {
			p.t.Fatal(err)
		}
		if n, ok := want[line]; !ok || got != n || estimated != 0 {
			p.t.Errorf("%s: %s: %d cents, by hand %d (known %v), estimated %d", h.Label, line, got, n, ok, estimated)
		}
		delete(want, line)
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	for line, n := range want {
		p.t.Errorf("%s: %s is not on the bill, by hand %d cents", h.Label, line, n)
	}
}

// bills returns the cents of each line, by "2026-11 bill.energy.hp".
func (p *pilot) bills(i int, h simulators.Home) map[string]int64 {
	spent := p.spent(i)
	off := offPeakRegisters(h, p.moved(h), p.town.Zone())
	days := make([]string, 0, len(spent))
	for day := range spent {
		days = append(days, day)
	}
	sort.Strings(days)
	standing, used := map[string]*big.Rat{}, map[string]*big.Rat{}
	add := func(to map[string]*big.Rat, line string, r *big.Rat) {
		if to[line] == nil {
			to[line] = new(big.Rat)
		}
		to[line].Add(to[line], r)
	}
	for _, day := range days {
		month := day[:7]
		s := inForce(h.Contract, day)
		add(standing, month+" bill.standing", new(big.Rat).Quo(rat(s.standing[h.PowerKVA]), big.NewRat(365, 1)))
		periods := []string{"base"}
		if h.Contract == simulators.PeakOffPeak {
			periods = []string{"hp", "hc"}
		}
		for _, period := range periods {
			var n int64
			for r, e := range spent[day] {
				if period == "base" || (period == "hc") == off[r] {
					n += e
				}
			}
			kWh := new(big.Rat).SetFrac64(n, 1_000_000)
			add(used, month+" bill.energy."+period, kWh.Mul(kWh, rat(s.kWh(period, h.PowerKVA))))
		}
	}
	out := map[string]int64{}
	for line, r := range standing {
		out[line] = cents(r)
	}
	for line, r := range used {
		out[line] = cents(r)
	}
	return out
}

func inForce(contract, day string) sheet {
	all := sheets[contract]
	s := all[0]
	for _, next := range all {
		if next.from <= day {
			s = next
		}
	}
	if day < s.from {
		panic("no prices on " + day)
	}
	return s
}

// offPeakRegisters returns which registers count off-peak energy: by name, or when
// they move in the off-peak hours alone.
func offPeakRegisters(h simulators.Home, moved map[moment]int64, zone *time.Location) map[energy.Register]bool {
	off := map[energy.Register]bool{}
	inside, outside := map[energy.Register]int64{}, map[energy.Register]int64{}
	from, to, _ := strings.Cut(h.OffPeak, "-")
	for m, n := range moved {
		at := time.UnixMilli(m.at).In(zone).Format("15:04")
		if at >= from && from < to && at < to || from > to && (at >= from || at < to) {
			inside[m.register] += n
		} else {
			outside[m.register] += n
		}
	}
	for _, r := range h.Devices[0].Registers {
		switch name := r.Name(); {
		case name == "hc":
			off[r] = true
		case strings.HasPrefix(name, "f0"):
			off[r] = inside[r] > outside[r]
		}
	}
	return off
}

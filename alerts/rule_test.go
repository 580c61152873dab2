package alerts

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// TestRulesJudgeTheirTables runs testdata/NAME.txtar for every rule there is.
// Each file in it is one case, a verb a line:
//
//	now 2026-11-25T06:00          local time in Europe/Paris
//	since 2026-11-20T12:00        the last alert was resolved then; "by person" may follow
//	listening 2026-11-25T05:50    since when readings are received
//	running                       an alert of this rule runs
//	set FIELD VALUE               another parameter than the default
//	cold DAYS share=0.3 mean=17   results of cold_day; seen=24 hours, threshold=18, status=ok
//	cost DAYS eur=3.20            results of cost_day; status=ok, until=NOW for the running day
//	weather DAYS mean=9           outdoor means; seen=24
//	meter ID gateway=g1 last=2026-11-25T05:00 interval=10m   of the family; family=other
//	incident g1 running           or: incident g1 ended=2026-11-25T05:00
//	gateway                       the gateway is judged
//	want firing urgent alert.cold_home.mean days=2 …
//
// DAYS is a date or FIRST..LAST.
func TestRulesJudgeTheirTables(t *testing.T) {
	for _, k := range Kinds() {
		file := filepath.Join("testdata", k.Name+".txtar")
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Errorf("rule %s has no table: %v", k.Name, err)
			continue
		}
		for _, c := range archive.Files {
			t.Run(k.Name+"/"+c.Name, func(t *testing.T) { runCase(t, k, string(c.Data)) })
		}
	}
}

type table struct {
	t       *testing.T
	f       Facts
	rule    Rule
	gateway bool
	wants   int
}

func runCase(t *testing.T, k Kind, text string) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	c := &table{t: t, rule: k.Default(), f: Facts{
		Zone: zone, Family: "f1", Results: map[string][]household.Result{},
		Weather: map[energy.Day]household.Weather{}, Incidents: map[string]Incident{},
	}}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 0 {
			c.run(words)
		}
	}
	if c.wants == 0 {
		t.Error("the case wants nothing")
	}
}

func (c *table) run(words []string) {
	c.t.Helper()
	args := map[string]string{}
	for _, w := range words[1:] {
		if name, value, ok := strings.Cut(w, "="); ok {
			args[name] = value
		}
	}
	switch words[0] {
	case "now":
		c.f.Now = c.at(words[1])
		c.f.Today = energy.DayOf(c.f.Now, c.f.Zone)
	case "since":
		c.f.Since, c.f.ByPerson = c.at(words[1]), len(words) > 2
	case "listening":
		c.f.Listening = c.at(words[1])
	case "running":
		c.f.Running = true
	case "set":
		section := Rules{}
		name := strings.Split(c.t.Name(), "/")[1]
		if err := parse(&section, fmt.Sprintf("%s:\n  %s: %s\n", name, words[1], words[2])); err != nil {
			c.t.Fatal(err)
		}
		c.rule = section[name]
	case "cold":
		for _, day := range c.days(words[1]) {
			seen := ms(c.t, or(args["seen"], "24"))
			c.result("cold_day", day, or(args["status"], "ok"), "", household.ColdDay{
				Threshold: or(args["threshold"], "18"), Share: args["share"], Mean: ptr(args["mean"]),
				Seen: seen, Of: c.f.length(day).Milliseconds(),
			})
		}
	case "cost":
		for _, day := range c.days(words[1]) {
			detail := household.CostDay{Seen: 1, Of: 1}
			if u, ok := args["until"]; ok {
				at := c.at(u).UnixMilli()
				detail.Until = &at
			}
			c.result("cost_day", day, or(args["status"], "ok"), args["eur"], detail)
		}
	case "weather":
		for _, day := range c.days(words[1]) {
			c.f.Weather[day] = household.Weather{
				Day: day, Mean: num(args["mean"]).Shift(3).IntPart(),
				Seen: time.Duration(ms(c.t, or(args["seen"], "24"))) * time.Millisecond, Of: 24 * time.Hour,
			}
		}
	case "meter":
		p := household.Pulse{Meter: energy.MeterID(words[1]), Gateway: or(args["gateway"], "g1"), Family: household.FamilyID(or(args["family"], "f1"))}
		if s, ok := args["last"]; ok {
			p.Last = c.at(s)
		}
		if s, ok := args["got"]; ok {
			p.Since = c.at(s)
		}
		if s, ok := args["interval"]; ok {
			d, err := time.ParseDuration(s)
			if err != nil {
				c.t.Fatal(err)
			}
			p.Interval = d
		}
		c.f.Meters = append(c.f.Meters, p)
	case "incident":
		i := Incident{Running: words[2] == "running"}
		if s, ok := args["ended"]; ok {
			i.Ended = c.at(s)
		}
		c.f.Incidents[words[1]] = i
	case "gateway":
		c.gateway, c.f.Family = true, ""
	case "want":
		c.want(words[1:], args)
	default:
		c.t.Fatalf("unknown verb %q", words[0])
	}
}

func (c *table) want(words []string, args map[string]string) {
	c.t.Helper()
	c.wants++
	if err := c.rule.Validate(); err != nil {
		c.t.Fatal(err)
	}
	check := c.rule.Check
	if c.gateway {
		check = c.rule.(GatewayRule).CheckGateway
	}
	got := check(c.f)
	if again := check(c.f); fmt.Sprint(again) != fmt.Sprint(got) {
		c.t.Errorf("the same facts give %v, then %v", got, again)
	}
	if got.Finding.String() != words[0] {
		c.t.Fatalf("got %v, want %v", got, words)
	}
	if len(words) < 2 {
		return
	}
	if string(got.Severity) != words[1] || got.Reason.Key != words[2] {
		c.t.Errorf("got %v %v, want %v", got.Severity, got.Reason.Key, words)
	}
	for name, value := range args {
		have := got.Reason.Args[name]
		if strings.HasSuffix(name, "_at") {
			value = strconv.FormatInt(c.at(value).UnixMilli(), 10)
		}
		if have != value {
			c.t.Errorf("%s is %q, want %q (%v)", name, have, value, got.Reason.Args)
		}
	}
	checkTexts(c.t, got.Reason)
}

// checkTexts holds a reason against what its kind says of it.
func checkTexts(t *testing.T, r Reason) {
	t.Helper()
	for _, k := range Kinds() {
		if names, ok := k.Texts[r.Key]; ok {
			if have := slices.Sorted(maps.Keys(r.Args)); !slices.Equal(have, slices.Sorted(slices.Values(names))) {
				t.Errorf("%s has numbers %v, the rule announces %v", r.Key, have, names)
			}
			return
		}
	}
	t.Errorf("no rule announces the text %s", r.Key)
}

func (c *table) result(indicator string, day energy.Day, status, value string, detail any) {
	c.t.Helper()
	raw, err := json.Marshal(detail)
	if err != nil {
		c.t.Fatal(err)
	}
	// The newest result of a day stands, as in the store.
	c.f.Results[indicator] = slices.DeleteFunc(c.f.Results[indicator], func(r household.Result) bool { return r.From == day })
	c.f.Results[indicator] = append(c.f.Results[indicator], household.Result{
		Family: "f1", Indicator: indicator, From: day, To: day.Add(1), Status: household.Status(status), Value: value, Detail: raw,
	})
}

func (c *table) at(s string) time.Time {
	c.t.Helper()
	t, err := time.ParseInLocation("2006-01-02T15:04", s, c.f.Zone)
	if err != nil {
		c.t.Fatal(err)
	}
	return t.UTC()
}

func (c *table) days(s string) []energy.Day {
	c.t.Helper()
	first, last, ok := strings.Cut(s, "..")
	if !ok {
		last = first
	}
	from, err1 := energy.ParseDay(first)
	to, err2 := energy.ParseDay(last)
	if err1 != nil || err2 != nil {
		c.t.Fatal(err1, err2)
	}
	var days []energy.Day
	for d := from; !to.Before(d); d = d.Add(1) {
		days = append(days, d)
	}
	return days
}

func ms(t *testing.T, hours string) int64 {
	t.Helper()
	return num(hours).Mul(num("3600000").Decimal).IntPart()
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func ptr(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

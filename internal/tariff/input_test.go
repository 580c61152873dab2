package tariff

import (
	"io"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

func TestUsageThatCannotBeReadSaysWhere(t *testing.T) {
	for usage, want := range map[string]string{
		`{"day": "2026-03-01", "kwh": 1e9000}`: "usage[0].kwh: 1e9000: want a number",
		`{"day": "2026-03-01", "kwh": "nan"}, {"day": "x", "kwh": [1]}`: "usage[0].kwh: \"nan\": want a number of at least 0, with at most six decimals\n" +
			"usage[1].kwh: [1]: want a number of at least 0, with at most six decimals\nusage[1].day: \"x\": want a day",
		`{"day": "2026-03-01", "kwh": 1, "estimated": "yes"}, 7`:                                                                      "usage[0].estimated: \"yes\": want true or false\nusage[1]: 7: want an object",
		`{"day": "2026-03-01", "kwh": 0.0000001}`:                                                                                     "usage[0].kwh: 0.0000001: want a number of at least 0, with at most six decimals",
		`{"day": "2026-03-01"}`:                                                                                                       "usage[0].kwh: is missing",
		`{"day": "2026-03-01", "kwh": 1, "m3": 1}`:                                                                                    "usage[0].m3: stands beside kwh",
		`{"day": "2026-03-01", "m3": 1}`:                                                                                              "usage[0].m3: 1: the tariff is not one of gas",
		`{"kwh": 1}`:                                                                                                                  "usage[0]: want either start, or day, or from and to",
		`{"day": "2026-03-01", "from": "2026-03-01", "to": "2026-03-02", "kwh": 1}`:                                                   "usage[0]: want either start, or day, or from and to",
		`{"from": "2026-03-02", "to": "2026-03-02", "kwh": 1}`:                                                                        "usage[0].to: \"2026-03-02\": want a day after from",
		`{"start": "2026-03-01T06:10:00+01:00", "kwh": 1}`:                                                                            "usage[0].start: \"2026-03-01T06:10:00+01:00\": want the start of a half-hour",
		`{"day": "2026-03-01", "kwh": 1}, {"day": "2026-03-01", "kwh": 1}`:                                                            "usage[1]: stands twice",
		`{"day": "2026-03-01", "kwh": 1}, {"start": "2026-03-01T06:00:00+01:00", "kwh": 1}`:                                           "2026-03-01: energy_import stands by half-hours and as a whole",
		`{"day": "2026-03-02", "kwh": 1}, {"from": "2026-03-01", "to": "2026-03-04", "kwh": 1}`:                                       "usage[0]: 2026-03-02 is counted by usage[1] too",
		`{"from": "2026-03-01", "to": "2026-03-04", "kwh": 1}, {"from": "2026-03-03", "to": "2026-03-05", "kwh": 1}`:                  "usage[1]: 2026-03-03 is counted by usage[0] too",
		`{"day": "2026-03-01", "kwh": 1}, {"from": "2026-03-01", "to": "2026-03-02", "kwh": 1}`:                                       "usage[1]: 2026-03-01 is counted by usage[0] too",
		`{"start": "2026-03-01T06:00:00+01:00", "kwh": 1}, {"from": "2026-03-01", "to": "2026-03-03", "kwh": 1}`:                      "usage[1]: 2026-03-01 is counted by usage[0] too",
		`{"day": "2026-03-01", "kwh": 9}, {"day": "2026-03-01", "register": "hp", "kwh": 9}`:                                          "usage[1]: on 2026-03-01 energy_import/hp counts once more what energy_import of usage[0] counts",
		`{"day": "2026-03-01", "register": "f01", "kwh": 9}, {"from": "2026-03-01", "to": "2026-03-03", "register": "d01", "kwh": 9}`: "counts once more",
		`{"day": "2026-03-01", "kw": 1}`:                                                                                              "usage[0].kw: no such member: want some of start, day, from, to, meter, register, kwh",
	} {
		text := `{"contracts": [{"tariff": "fr-bleu-base", "power_kva": 6}], "usage": [` + usage + `]}`
		if _, err := shelf(t).ReadCase(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", usage, err, want)
		}
	}
}

func TestUsesThatFollowOneAnotherDoNotOverlap(t *testing.T) {
	for _, usage := range []string{
		`{"from": "2026-03-01", "to": "2026-03-03", "kwh": 1}, {"day": "2026-03-03", "kwh": 1}, {"from": "2026-03-04", "to": "2026-03-06", "kwh": 1}`,
		`{"from": "2026-03-01", "to": "2026-03-03", "meter": "old", "kwh": 1}, {"from": "2026-03-02", "to": "2026-03-04", "meter": "new", "kwh": 1}`,
		`{"start": "2026-03-01T06:00:00+01:00", "kwh": 1}, {"start": "2026-03-01T06:30:00+01:00", "kwh": 1}`,
		`{"day": "2026-03-01", "register": "base", "kwh": 1}, {"day": "2026-03-02", "register": "hp", "kwh": 1}, {"day": "2026-03-02", "register": "hc", "kwh": 1}`,
	} {
		text := `{"contracts": [{"tariff": "fr-bleu-base", "power_kva": 6}], "usage": [` + usage + `]}`
		if _, err := shelf(t).ReadCase(strings.NewReader(text)); err != nil {
			t.Errorf("%s: %v", usage, err)
		}
	}
}

// TestTwoContractsOnOneDayAreRefused: which of them is billed would be a guess. Before
// and after the bill they may be in force together.
func TestTwoContractsOnOneDayAreRefused(t *testing.T) {
	const base, hours = `{"tariff": "fr-bleu-base", "power_kva": 6`, `{"tariff": "fr-bleu-hphc", "power_kva": 6, "off_peak": "22:00-06:00"`
	for contracts, want := range map[string]string{
		base + `}, ` + hours + `}`: "contracts[1]: on 2026-03-01 contracts[0] is in force too: let one end (to)",
		base + `, "to": "2026-03-03"}, ` + hours + `, "from": "2026-03-02"}`: "contracts[1]: on 2026-03-02 contracts[0] is in force too",
		base + `, "to": "2026-03-02"}, ` + hours + `, "from": "2026-03-02"}`: "",
		base + `}, ` + hours + `, "from": "2026-03-03"}`:                     "",
		base + `, "from": "2026-03-02", "to": "2026-03-02"}`:                 "contracts[0].to: \"2026-03-02\": want a day after from",
	} {
		text := `{"contracts": [` + contracts + `], "usage": [{"day": "2026-03-01", "kwh": 1}, {"day": "2026-03-02", "kwh": 1}]}`
		_, err := shelf(t).ReadCase(strings.NewReader(text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %q", contracts, err, want)
		}
	}
}

func TestAListSaysTheLineThatIsWrong(t *testing.T) {
	c := household.Contract{Tariff: "fr-bleu-base", PowerKVA: 6}
	for list, want := range map[string]string{
		"day,kwh\n2026-03-01,x\n":                 "line 2: kwh \"x\": want a number",
		"day,kwh,estimated\n2026-03-01,1,perhaps": "line 2: estimated \"perhaps\": want true or false",
		"day,watt\n2026-03-01,1\n":                "column \"watt\"",
		"":                                        "want a header and lines",
		"day,kwh\n":                               "from: is missing, and so is usage",
	} {
		_, err := shelf(t).ReadList(strings.NewReader(list), time.UTC, c, energy.Day{}, energy.Day{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", list, err, want)
		}
	}
}

// endless is text without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestUsageWithoutAnEndIsRefused(t *testing.T) {
	c := household.Contract{Tariff: "fr-bleu-base", PowerKVA: 6}
	for what, read := range map[string]func(io.Reader) (Case, error){
		"a case": shelf(t).ReadCase,
		"a list": func(r io.Reader) (Case, error) { return shelf(t).ReadList(r, time.UTC, c, energy.Day{}, energy.Day{}) },
	} {
		text := io.LimitReader(endless{}, 4*maxInput) // so that the test ends, whatever reads it
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), "more than 32 MiB: give it in parts") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

package caltrack

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFilesSayWhatIsWrongWithThem(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"periods", "", "read header"},
		{"periods", "when,value\n", `no column "period_start_utc"`},
		{"periods", "period_start_utc,value\n01/02/2022,3\n", `line 2: period_start_utc "01/02/2022": want an instant`},
		{"periods", "period_start_utc,value\n2022-01-01T00:00:00Z,3k\n", `line 2: value "3k": want a number`},
		{"periods", "period_start_utc,value\n2022-01-01T00:00:00Z,NaN\n", `value "NaN": want a number`},
		{"periods", "period_start_utc,value\n2022-01-01T00:00:00Z,1\n2022-01-01T00:00:00Z,2\n", "line 3: begins with the row of line 2"},
		{"periods", "period_start_utc,value,temp_mean\n2022-01-01T00:00:00Z,1,3\n2022-01-01T12:00:00Z,2,4\n", "line 3: begins before the day"},
		{"periods", "period_start_utc,value\n2022-01-01T00:00:00Z,1\n", "give the hourly ones with --temperature"},
		{"periods", "period_start_utc,value,temp_mean,hours_with_temp\n2022-01-01T00:00:00Z,1,3,-2\n", `hours_with_temp "-2": want 0 or more`},
		{"temperature", "hour_start_utc,t\n", "want one column temp_C or temp_F"},
		{"temperature", "hour_start_utc,temp_C\n2022-01-01T00:00:00Z,1\n2022-01-01T00:00:00Z,2\n", "two rows for the hour 2022-01-01T00:00:00Z"},
		{"settings", `{"interpretation":"wood"}`, `interpretation "wood": want electricity or gas`},
		{"settings", `{"frequency":"hourly"}`, `frequency "hourly": want daily`},
		{"settings", `{"temperature_unit":"K"}`, `temperature_unit "K": want C or F`},
		{"settings", `{"settings":{"balance_point_grid":[30,10,1]}}`, "balance_point_grid [30, 10, 1]: want first, last and step"},
		{"settings", `{"settings":{"balance_point_grid":[0,30,0.001]}}`, "more than 400 points"},
		{"settings", `{"settings":{"balance_point_grid":[0,30]}}`, "want [first, last, step]"},
		{"settings", `{"settings":{"confidence_level":1}}`, "confidence_level 1: want"},
		{"settings", `{"settings":{"weights":"none"}}`, `weights "none": want null or n_days_kept`},
		{"settings", `{}`, "baseline.requested_end: missing"},
		{"settings", `{"baseline":{"requested_end":"2023"}}`, `baseline.requested_end "2023": want an instant`},
		{"settings", `{"baseline":{"requested_end":"2023-01-01T00:00:00Z"},"reporting":{"requested_start":"2022-01-01T00:00:00Z"}}`, "before the end of the baseline"},
		{"settings", `{"time_zone":"Mars/North"}`, `time_zone "Mars/North": want a name like Europe/Paris`},
		{"settings", `{"comfort":{}}`, "comfort.guard: missing"},
		{"settings", `{"comfort":{"guard":{"rise_points":500}}}`, "comfort.guard 500: want 0 to 100"},
		{"settings", `{"comfort":{"guard":{"fall_c":-1}}}`, "comfort.guard.fall_c -1: want 0 to 20"},
		{"settings", `{"comfort":{"guard":{},"after":{"coldest_days_c":290}}}`, "comfort.after coldest_days_c 290: want °C"},
		{"settings", `{"comfort":{"guard":{},"after":{"hours_below":9,"hours_seen":8,"hours":10}}}`, "comfort.after 9 of 8 of 10 hours"},
		{"settings", `[`, "settings: is no JSON"},
		{"settings", `{"settings":{"minimum_non_zero_days":1.5,"cdd_models":"yes"}}`, "settings.cdd_models: \"yes\": want true or false\nsettings.minimum_non_zero_days: 1.5: want a whole number"},
	} {
		var err error
		switch in := strings.NewReader(c.text); c.name {
		case "periods":
			_, err = ReadPeriods(in, nil, Celsius, Celsius, Daily, time.UTC)
		case "temperature":
			_, _, err = ReadHours(in)
		default:
			_, err = ReadCase(in)
		}
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %q: want %q, got %v", c.name, c.text, c.says, err)
		}
	}
}

func TestTemperaturesAreConverted(t *testing.T) {
	for _, c := range []struct {
		from, to  Scale
		have, get float64
	}{{Celsius, Fahrenheit, 100, 212}, {Fahrenheit, Celsius, -40, -40}, {Fahrenheit, Celsius, 32, 0}, {Celsius, Celsius, 7, 7}} {
		near(t, "temperature", c.get, c.from.in(c.to, c.have))
	}
}

// TestBillsOfTheWrongLengthDoNotCount reads a bill of 10 days and one of 40.
func TestBillsOfTheWrongLengthDoNotCount(t *testing.T) {
	text := "period_start_utc,value\n2022-01-01T00:00:00Z,1\n2022-01-11T00:00:00Z,2\n2022-02-20T00:00:00Z,3\n2022-03-20T00:00:00Z,\n"
	var hours []Hour
	for h := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC); h.Month() < 5; h = h.Add(time.Hour) {
		hours = append(hours, Hour{h, 5})
	}
	ps, err := ReadPeriods(strings.NewReader(text), hours, Celsius, Celsius, Monthly, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	known := func(f Frequency) (all []bool) {
		for _, p := range Clean(ps, Default(f, true)) {
			all = append(all, p.Known)
		}
		return all
	}
	if got := known(Monthly); !slices.Equal(got, []bool{false, false, true}) {
		t.Errorf("monthly: %v", got)
	}
	if got := known(Bimonthly); !slices.Equal(got, []bool{false, true, true}) {
		t.Errorf("bimonthly: %v", got)
	}
	if ps[1].Days != 40 || len(ps[1].Temps) != 40 {
		t.Errorf("a bill of 40 days: %+v", ps[1])
	}
}

// whatever holds that files that are anything at all end in an error or an answer.
func whatever(t *testing.T, settings, periods, temperature string) {
	t.Helper()
	c, err := ReadCase(strings.NewReader(settings))
	if err != nil {
		return
	}
	hours, scale, err := ReadHours(strings.NewReader(temperature))
	if err != nil {
		hours, scale = nil, c.Scale
	}
	ps, err := ReadPeriods(strings.NewReader(periods), hours, scale, c.Scale, c.Settings.Frequency, c.Zone)
	if err != nil {
		return
	}
	a := c.Compute(ps)
	if _, err := json.Marshal(a); err != nil {
		t.Errorf("an answer that is no JSON: %v", err)
	}
	if a.Model != nil && (a.Model.Intercept < 0 && a.Model.Type != InterceptOnly || !finite(a.Model.Intercept)) {
		t.Errorf("a negative or undetermined intercept: %+v", a.Model)
	}
	if a.Savings != nil && a.Savings.Reported+a.Savings.Masked != a.Reporting.Rows {
		t.Errorf("%d and %d of %d periods", a.Savings.Reported, a.Savings.Masked, a.Reporting.Rows)
	}
}

func FuzzFit(f *testing.F) {
	const settings = `{"interpretation":"electricity","frequency":"daily","temperature_unit":"C","settings":{"minimum_non_zero_days":0,"minimum_total_degree_days":0},` +
		`"baseline":{"requested_end":"2022-01-06T00:00:00Z"},"reporting":{"requested_start":"2022-01-07T00:00:00Z"}}`
	const days = "period_start_utc,value,temp_mean,hours_with_temp,hours_without_temp\n2022-01-01T00:00:00Z,9,1,24,0\n2022-01-02T00:00:00Z,8,3,24,0\n" +
		"2022-01-03T00:00:00Z,,5,20,4\n2022-01-04T00:00:00Z,4,9,24,0\n2022-01-05T00:00:00Z,5,8,24,0\n2022-01-07T00:00:00Z,5,8,24,0\n2022-01-08T00:00:00Z,6,,0,24\n2022-01-09T00:00:00Z,,,,\n"
	f.Add(settings, days, "hour_start_utc,temp_F\n2022-01-01T00:00:00Z,40\n")
	f.Add(strings.Replace(settings, "daily", "billing_monthly", 1), "period_start_utc,value\n2021-12-01T00:00:00Z,90\n2022-01-01T00:00:00Z,80\n2022-02-01T00:00:00Z,\n",
		"hour_start_utc,temp_C\n2021-12-01T00:00:00Z,4\n2021-12-01T01:00:00Z,\n")
	f.Add(settings, "period_start_utc,value,temp_mean\n2022-01-01T00:00:00Z,1e12,-1e12\n", "")
	f.Fuzz(whatever)
}

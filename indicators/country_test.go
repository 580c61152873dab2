package indicators

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

type testValues struct {
	Share decimal.Decimal `yaml:"share"`
	Words []string        `yaml:"words"`
}

func TestASectionSaysWhereItsFiguresComeFrom(t *testing.T) {
	const good = "source: s\nmark: V\nvalues: {share: 0.08, words: [a]}"
	s, err := parseSection[testValues]([]byte(good))
	if err != nil || s.Values.Share.String() != "0.08" {
		t.Fatal(s, err)
	}
	for fault, want := range map[string]string{
		strings.Replace(good, "source: s", "", 1):         "want source",
		strings.Replace(good, "mark: V", "mark: X", 1):    "mark",
		strings.Replace(good, "share: 0.08, ", "", 1):     "want share",
		strings.Replace(good, "0.08", "0", 1):             "want share",
		strings.Replace(good, ", words: [a]", "", 1):      "want words",
		strings.Replace(good, "share", "part: 1, x", 1):   "part",
		strings.Replace(good, "0.08", "eight percent", 1): "eight",
	} {
		if _, err := parseSection[testValues]([]byte(fault)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", fault, err)
		}
	}
	for _, fault := range []string{"id: a\nfrom: 2021-01-01", "id: a\ncountry: fr\nfrom: 2021", "id: a\ncountry: fr\nfrom: 2021-01-01\nx: 1"} {
		if _, err := parseCountryFile([]byte(fault)); err == nil {
			t.Errorf("%s: taken", fault)
		}
	}
}

func TestAReferenceHoldsFromItsDayOn(t *testing.T) {
	first := energy.Day{Year: 2021, Month: 1, Date: 1}
	for _, c := range []struct {
		country string
		day     energy.Day
		want    string
	}{
		{France, first.Add(-1), ""}, {France, first, "fr-2021"}, {France, first.Add(3000), "fr-2021"}, {"gb", first, ""},
	} {
		r, err := ReferenceAt(c.country, c.day)
		if err != nil || r.ID != c.want {
			t.Errorf("%s %s: %+v %v", c.country, c.day, r, err)
		}
	}
}

func TestWhatDependsOnTheUnknownIsUnknown(t *testing.T) {
	yes, no := ptr(true), ptr(false)
	for _, c := range []struct {
		conditions []*bool
		want       *bool
	}{
		{nil, yes}, {[]*bool{yes, yes}, yes}, {[]*bool{nil, no}, no}, {[]*bool{no, nil}, no}, {[]*bool{nil, yes}, nil}, {[]*bool{yes, nil}, nil},
	} {
		got := every(c.conditions...)
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%v: %v", c.conditions, got)
		}
	}
}

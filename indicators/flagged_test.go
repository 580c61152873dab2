package indicators

import (
	"encoding/json"
	"slices"
	"testing"

	"foyer/internal/household"
)

// Which indicators count homes is decided here: each of them is a figure of the pilot.
func TestIndicatorsThatSayYesOrNoOfAYearCountHomes(t *testing.T) {
	var got []string
	for _, i := range Nightly(France) {
		if i.Flags() {
			got = append(got, i.ID)
		}
	}
	want := []string{
		"boardman_10pct", "brde", "energy_poverty_gap", "eu_2m", "eu_arrears", "eu_m_half", "eu_unable_warm", "fr_3d", "hidden_energy_poverty_be",
		"measured_energy_poverty_be", "peer_ratio", "self_restriction_ratio", "tee", "uk_lihc_lilee", "weak_heating_signature",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAFlagIsReadFromEitherDetail(t *testing.T) {
	yes, no := true, false
	detail := func(d any) []byte {
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, c := range map[string]struct {
		status household.Status
		detail []byte
		want   *bool
	}{
		"a rate above":         {household.OK, detail(household.Rate{Above: true}), &yes},
		"a rate that is not":   {household.OK, detail(household.Rate{}), &no},
		"a finding":            {household.OK, detail(household.Finding{Flag: &yes}), &yes},
		"none":                 {household.OK, detail(household.Finding{Flag: &no}), &no},
		"one that is not said": {household.OK, detail(household.Finding{}), nil},
		"a provisional one":    {household.Provisional, detail(household.Finding{Flag: &yes}), nil},
	} {
		got, err := Flagged(household.Result{Status: c.status, Detail: c.detail})
		if err != nil || (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	if _, err := Flagged(household.Result{Indicator: "brde", Status: household.OK, Detail: []byte(`{`)}); err == nil {
		t.Error("what does not read is no flag")
	}
}

func TestAGapIsReadOrAnError(t *testing.T) {
	gap, depth, err := Gap(household.Result{Value: "160", Detail: []byte(`{"figures":{"depth":"0.1"}}`)})
	if err != nil || gap.String() != "160" || depth.String() != "0.1" {
		t.Error(gap, depth, err)
	}
	for _, r := range []household.Result{{Value: "160", Detail: []byte(`{}`)}, {Detail: []byte(`{"figures":{"depth":"0.1"}}`)}, {Value: "160"}} {
		if _, _, err := Gap(r); err == nil {
			t.Errorf("%+v has a gap", r)
		}
	}
}

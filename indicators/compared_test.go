package indicators

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"foyer/internal/household"
)

// street are homes of two persons that pay 1000, 1100, … EUR of an income of 30000.
func street(homes int, change func(i int, m *Member)) []Member {
	var all []Member
	for i := range homes {
		m := Member{Family: household.FamilyID(fmt.Sprintf("f%02d", i)), Status: household.OK, Covers: []string{"consumption", "cost", "indicators"}, Year: household.Year{
			Expense: strconv.Itoa(1000 + 100*i), Use: strconv.Itoa(5000 + 500*i), Income: "30000", Housing: "6000", Units: 15, Persons14: 2, Area: 70,
			Heating: "gas", Class: "E", Decile: ptr(5), Days: 365, Reference: "fr-2021",
		}}
		if change != nil {
			change(i, &m)
		}
		all = append(all, m)
	}
	return all
}

func TestAHomeIsComparedWithEnoughOthersOrATableAndSaysWhich(t *testing.T) {
	from, to := date(t, "2025-10-01"), date(t, "2026-10-01")
	agreed := func(i int, m *Member) {
		if i == 0 {
			m.Covers = nil
		}
	}
	for name, c := range map[string]struct {
		indicator   string
		homes, home int
		change      func(int, *Member)
		status      household.Status
		value       string
		reference   string
		reason      string
	}{
		"enough homes":               {"eu_2m", 11, 0, nil, household.OK, "0", OfPilot, ""},
		"too few that agreed":        {"eu_2m", 11, 0, agreed, household.OK, "0", "fr-2021", ""},
		"no table":                   {"eu_m_half", 10, 0, nil, household.Indeterminate, "", "", "no_reference"},
		"exactly half is not little": {"eu_m_half", 11, 0, func(i int, m *Member) { m.Year.Expense = map[bool]string{true: "500", false: "1000"}[i == 0] }, household.OK, "0", OfPilot, ""},
		"less than half is":          {"eu_m_half", 11, 0, func(i int, m *Member) { m.Year.Expense = map[bool]string{true: "499.99", false: "1000"}[i == 0] }, household.OK, "1", OfPilot, ""},
		"exactly twice a third": {"eu_2m", 11, 0, func(i int, m *Member) {
			m.Year.Expense, m.Year.Income = map[bool]string{true: "2", false: "1"}[i == 0], "30"
		}, household.OK, "0", OfPilot, ""},
		"heated in the rent":  {"eu_m_half", 11, 0, func(_ int, m *Member) { m.Year.InRent = true }, household.NotApplicable, "", "", "heated_in_rent"},
		"no income":           {"eu_2m", 11, 0, func(i int, m *Member) { m.Year.Income = map[bool]string{true: "0", false: "1"}[i == 0] }, household.Indeterminate, "", "fr-2021", "non_positive_income"},
		"no income is usable": {"brde", 12, 0, func(i int, m *Member) { m.Year.Income = map[bool]string{true: "0", false: "30000"}[i == 0] }, household.OK, "0", OfPilot, ""},
		"low and high":        {"brde", 12, 11, func(i int, m *Member) { m.Year.Income = map[bool]string{true: "0", false: "30000"}[i == 11] }, household.OK, "1", OfPilot, ""},
		"fuel poor":           {"uk_lihc_lilee", 12, 11, func(i int, m *Member) { m.Year.Income = map[bool]string{true: "9000", false: "30000"}[i == 11] }, household.OK, "1", OfPilot, ""},
		"much after housing":  {"measured_energy_poverty_be", 3, 2, func(_ int, m *Member) { m.Year.Income = "8000" }, household.OK, "1", "be-2017", ""},
		"hidden":              {"hidden_energy_poverty_be", 11, 0, func(i int, m *Member) { m.Year.Expense = map[bool]string{true: "400", false: "1000"}[i == 0] }, household.OK, "1", OfPilot, ""},
		"hidden by absence": {"hidden_energy_poverty_be", 11, 0, func(i int, m *Member) {
			m.Year.Expense, m.Year.Confounders = map[bool]string{true: "400", false: "1000"}[i == 0], []string{"absence"}
		}, household.OK, "0", OfPilot, "absence"},
		"nobody like it":   {"hidden_energy_poverty_be", 11, 0, func(i int, m *Member) { m.Year.Area += 30 * i }, household.Indeterminate, "", "", "few_alike"},
		"among peers":      {"peer_ratio", 11, 0, func(i int, m *Member) { m.Year.Use = map[bool]string{true: "3100", false: "10000"}[i == 0] }, household.OK, "0.25", OfPilot, ""},
		"heated otherwise": {"peer_ratio", 11, 0, func(i int, m *Member) { m.Year.Heating = map[bool]string{true: "wood", false: "gas"}[i == 0] }, household.Indeterminate, "", "", "few_alike"},
		"a gap":            {"energy_poverty_gap", 1, 0, func(_ int, m *Member) { m.Year.Expense, m.Year.Income = "1604", "18000" }, household.OK, "160", "fr-2021", ""},
		"no gap":           {"energy_poverty_gap", 1, 0, nil, household.OK, "0", "fr-2021", ""},
		"part of a year":   {"energy_poverty_gap", 1, 0, func(_ int, m *Member) { m.Status, m.Year.Days = household.Provisional, 300 }, household.Provisional, "0", "fr-2021", ""},
		"little of a year": {"boardman_10pct", 1, 0, func(_ int, m *Member) { m.Status, m.Year.Days, m.Year.Expense = household.InsufficientData, 100, "" }, household.InsufficientData, "", "gb-2021", "little_seen"},
	} {
		t.Run(name, func(t *testing.T) {
			homes := street(c.homes, c.change)
			last := to.Add(-1)
			cohort := CohortOf(homes, last, 11)
			i, _ := Find(c.indicator)
			r, err := i.Among(cohort, homes[c.home], from, to)
			if err != nil {
				t.Fatal(err)
			}
			var f household.Finding
			if err := json.Unmarshal(r.Detail, &f); err != nil {
				t.Fatal(err)
			}
			if r.Status != c.status || r.Value != c.value || f.Reference != c.reference || f.Reason != c.reason || f.File == "" || f.Of == 0 {
				t.Errorf("%s %q %s", r.Status, r.Value, r.Detail)
			}
			figures, err := cohort.Figures()
			if err != nil {
				t.Fatal(err)
			}
			slices.Reverse(homes)
			if again, err := CohortOf(homes, last, 11).Figures(); err != nil || string(again) != string(figures) {
				t.Errorf("in another order it is %s, was %s", again, figures)
			}
		})
	}
}

// TestAComparisonTellsNoAmount looks for the income, the expense and the use of every home,
// its own included, in what is said of a home.
func TestAComparisonTellsNoAmount(t *testing.T) {
	homes := street(13, func(i int, m *Member) {
		m.Year.Income, m.Year.Expense, m.Year.Use = strconv.Itoa(17_031+1_013*i), strconv.Itoa(1_607+101*i), strconv.Itoa(7_019+503*i)
	})
	to := date(t, "2026-10-01")
	comparing, _ := Comparing(Nightly(France))
	cohort := CohortOf(homes, to.Add(-1), 11)
	for _, i := range comparing {
		for _, m := range homes {
			r, err := i.Among(cohort, m, to.Add(-YearDays), to)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range homes {
				for _, amount := range []string{h.Year.Income, h.Year.Expense, h.Year.Use} {
					if strings.Contains(r.Value+string(r.Detail), amount) {
						t.Errorf("%s of %s tells %s of %s: %s %s", i.ID, m.Family, amount, h.Family, r.Value, r.Detail)
					}
				}
			}
		}
	}
}

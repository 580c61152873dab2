package charter

import (
	"strings"
	"testing"
	"time"
)

func day(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }

func TestWhatHoldsIsWhatBeganLast(t *testing.T) {
	book := Book{
		{ID: 1, Name: Homes, Value: "20", From: day(10), At: day(1)},
		{ID: 2, Name: Homes, Value: "15", From: day(5), At: day(2)},
		{ID: 3, Name: Homes, Value: "16", From: day(5), At: day(3)}, // said last
		{ID: 4, Name: Consents, Value: "180", From: day(7), At: day(7)},
		{ID: 5, Name: Rule("cold_home"), Value: "days=7", From: day(7), At: day(7)},
	}
	for n, want := range map[int]int{4: 11, 5: 16, 9: 16, 10: 20, 30: 20} {
		if got := book.At(day(n)).Number(Homes); got != want {
			t.Errorf("on day %d: %d, want %d", n, got, want)
		}
	}
	if before, after := book.At(day(6)).Validity(), book.At(day(7)).Validity(); before != 365*24*time.Hour || after != 180*24*time.Hour {
		t.Error(before, after)
	}
	if rules := book.At(day(8)).Rules(); len(rules) != 1 || rules[0].ID != 5 || len(book.At(day(6)).Rules()) > 0 {
		t.Errorf("%+v", rules)
	}
	if x := (Book{}).At(day(1)).Get(Homes); x.ID != 0 || x.Value != "11" {
		t.Errorf("%+v", x)
	}
}

func TestADefaultIsAValueInItsOneForm(t *testing.T) {
	for _, p := range Parameters {
		if got, err := p.Parse(p.Default); err != nil || got != p.Default {
			t.Errorf("%s: %q, %v", p.Name, got, err)
		}
	}
}

func TestAValueIsReadOrItIsSaidWhatIsWanted(t *testing.T) {
	for _, c := range []struct{ name, value, want, fault string }{
		{Homes, "012", "12", ""},
		{Homes, " 20 ", "20", ""},
		{Homes, "10", "", `k "10": want a whole number of homes from 11 to 1000`},
		{Homes, "11.5", "", "want a whole number"},
		{Share, "86", "", "from 50 to 85"},
		{Consents, "366", "", "from 30 to 365"},
		{HalfHours, "35", "", "from 36 to 90"},
		{PurposeList, "alert,family_view", "family_view alert", ""},
		{PurposeList, "alert alert family_view", "family_view alert", ""},
		{PurposeList, "alert", "", "want family_view among them"},
		{PurposeList, "family_view sale", "", `"sale": want some of family_view`},
		{Languages, "en, fr", "fr en", ""},
		{Languages, "en", "", "want fr among them"},
		{Languages, "", "", "want fr among them"},
	} {
		p, ok := Find(c.name)
		got, err := p.Parse(c.value)
		if !ok || got != c.want || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s %q: %q, %v", c.name, c.value, got, err)
		}
	}
}

func TestADecisionSaysWhoAndWhy(t *testing.T) {
	good := Change{Name: Homes, Value: "020", By: "conseil municipal", Why: "petit village"}
	if x, err := good.Check(); err != nil || x.Value != "20" {
		t.Errorf("%+v: %v", x, err)
	}
	for fault, x := range map[string]Change{
		"who decided is missing":         {Name: Homes, Value: "20", By: " ", Why: "y"},
		"why is missing":                 {Name: Homes, Value: "20", By: "x"},
		"who decided takes 201 bytes":    {Name: Homes, Value: "20", By: strings.Repeat("x", MaxBy+1), Why: "y"},
		"why takes 1001 bytes":           {Name: Homes, Value: "20", By: "x", Why: strings.Repeat("x", MaxWhy+1)},
		`parameter "K": want one of k, `: {Name: "K", Value: "20", By: "x", Why: "y"},
		"alerts.cold_home":               {Name: Rule("cold_home"), Value: "x", By: "x", Why: "y"},
	} {
		if _, err := x.Check(); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%+v: %v", x, err)
		}
	}
	if _, err := (Change{Name: Homes, Value: "x"}).Check(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("not all faults together: %v", err)
	}
}

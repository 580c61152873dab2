package pages

import (
	"slices"
	"testing"

	"foyer/internal/household"
	"foyer/internal/text"
)

func TestAHouseholdIsOfferedToThoseWhoDoNotHelpItYet(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &words{Language: texts.In("fr"), now: today(t)}
	staff := []household.Staff{{ID: "snadia", Name: "Nadia", Role: "caseworker"}, {ID: "skim", Name: "Kim", Role: "caseworker"}, {ID: "slea", Name: "Léa", Role: "lead"}}
	nadia, kim := choice{Tag: "snadia", Name: "Nadia"}, choice{Tag: "skim", Name: "Kim"}
	v := drawRegister(w, []household.Household{
		{Family: household.Family{ID: "fa", Label: "Foyer 01"}},
		{Family: household.Family{ID: "fb", Label: "Foyer 02"}, CaseLoad: []household.Assignment{{ID: "l1", Staff: "skim", StaffName: "Kim"}}},
		{Family: household.Family{ID: "fc", Label: "Foyer 03"}, CaseLoad: []household.Assignment{{ID: "l2", Staff: "skim"}, {ID: "l3", Staff: "snadia"}}},
	}, staff)
	for i, want := range [][]choice{{kim, nadia}, {nadia}, nil} {
		if got := v.Households[i].Offered; w.err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is offered to %v, want %v", v.Households[i].Label, got, want)
		}
	}
}

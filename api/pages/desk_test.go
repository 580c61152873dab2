package pages

import (
	"slices"
	"strings"
	"testing"
)

// TestNoClosedAlertIsNotNobodyToCall: who to call is on the other list, and that is the one
// to print.
func TestNoClosedAlertIsNotNobodyToCall(t *testing.T) {
	seen, sheets := 0, []string(nil)
	for _, d := range drawings(t, site(t)) {
		called := strings.Contains(d.Body, "Personne à appeler")
		if strings.Contains(d.Body, "devient la feuille") {
			sheets = append(sheets, d.Name)
		}
		switch d.Name {
		case "desk-closed-empty-fr":
			if seen++; called || !strings.Contains(d.Body, "Aucune alerte traitée") {
				t.Error(d.Body)
			}
		case "desk-empty-fr":
			if seen++; !called {
				t.Error(d.Body)
			}
		}
	}
	if seen != 2 || !slices.Equal(sheets, []string{"desk-fr"}) {
		t.Errorf("%d lists were drawn; %q are sheets of calls", seen, sheets)
	}
}

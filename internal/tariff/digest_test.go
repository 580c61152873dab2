package tariff

import (
	"slices"
	"strings"
	"testing"
)

func TestPricesAreToldApartByDay(t *testing.T) {
	const place = `
kind: calorific
id: fr-gaz-local
name: Here
versions: [{from: 2026-02-10, kwh_per_m3: 11.05, source: made up, mark: M}]
`
	ht := strings.Replace(before, "taxes: {excise: 29.98, cta: 22.11, vat_energy: 0.20, vat_standing: 0.20}", "taxes: fr-electricite", 1)
	otherSource := strings.Replace(ht, "source: made up", "source: another", 1)
	otherPrice := strings.Replace(ht, `"0.1327"`, `"0.1328"`, 1)
	sameDigits := strings.Replace(ht, `"0.1327"`, `"0.13270"`, 1)
	for name, c := range map[string]struct {
		before, after *Book
		want          []string
	}{
		"nothing":            {shelf(t), shelf(t), nil},
		"where it was found": {withOwn(t, ht), withOwn(t, otherSource), nil},
		"a zero at the end":  {withOwn(t, ht), withOwn(t, sameDigits), nil},
		// Its taxes are its own until they change, then others.
		"a price":                    {withOwn(t, ht), withOwn(t, otherPrice), []string{"fr-test-ht 2025-08-01 2026-02-01", "fr-test-ht 2026-02-01 -"}},
		"a price that was not there": {shelf(t), withOwn(t, before), []string{"fr-test-ht 2025-08-01 -"}},
		// From the first coloured day to the morning after the last.
		"colours of days": {shelf(t), withOwn(t, colours), []string{
			"fr-bleu-tempo 2026-01-12 2026-01-13", "fr-bleu-tempo 2026-01-13 2026-01-14", "fr-bleu-tempo 2026-01-14 2026-01-15",
			"fr-bleu-tempo 2026-01-15 2026-01-16", "fr-bleu-tempo 2026-01-16 2026-01-17", "fr-bleu-tempo 2026-01-17 2026-01-18",
		}},
		"calorific value": {shelf(t), withOwn(t, place), []string{"fr-gaz-chauffage 2026-02-10 2026-03-01"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, x := range Changes(c.before.Priced(), c.after.Priced()) {
				until := "-"
				if x.Until.Year != 0 {
					until = x.Until.String()
				}
				got = append(got, x.Tariff+" "+x.From.String()+" "+until)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

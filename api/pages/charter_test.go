package pages

import (
	"strings"
	"testing"
	"time"

	"foyer/internal/charter"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// charterOf is a charter as an installation begins with it.
func charterOf(t *testing.T) charter.Book {
	t.Helper()
	at := today(t).AddDate(0, -1, 0)
	var book charter.Book
	for name, value := range map[string]string{
		"cold_home": "days=7 mean_below_c=16 mean_days=2", "silent_meter": "times=3 most=26h0m0s", "spending": "days=3 ratio_above=1.3",
	} {
		book = append(book, charter.Change{ID: 1, Name: charter.Rule(name), Value: value, From: at, At: at})
	}
	return book
}

// changedCharter is one that was changed, and will be, by people who write a lot.
func changedCharter(t *testing.T) charter.Book {
	t.Helper()
	long := strings.Repeat("délibération n° 2026-117 du conseil municipal et de la coopérative ", 6)
	book := charterOf(t)
	for i, x := range []charter.Change{
		{Name: charter.Homes, Value: "20", By: "conseil municipal", Why: "le village est petit"},
		{Name: charter.Homes, Value: "30", By: "conseil <b>municipal</b>", Why: long, From: today(t).AddDate(0, 2, 0)},
		{Name: charter.Homes, Value: "25", By: "conseil municipal", Why: long, From: today(t).AddDate(0, 1, 0)},
		{Name: charter.PurposeList, Value: "family_view alert", By: strings.Repeat("x", charter.MaxBy), Why: strings.Repeat("y", charter.MaxWhy)},
		{Name: charter.Consents, Value: "180", By: "assemblée des foyers", Why: "redemander plus souvent"},
	} {
		x.ID = int64(i + 10)
		x.At = today(t).Add(-time.Hour)
		if x.From.IsZero() {
			x.From = x.At
		}
		book = append(book, x)
	}
	return book
}

// keptFrom is what is kept since a first removal.
func keptFrom(t *testing.T) household.Borders {
	t.Helper()
	b := household.Promise{HalfHourDays: 90, MonthYears: 3, AlertYears: 3, ProofYears: 5}.Borders("p", energy.DayOf(today(t), today(t).Location()))
	b.Done, b.At = energy.DayOf(today(t), today(t).Location()), today(t)
	return b
}

func TestTheCharterIsSaidInWords(t *testing.T) {
	s := site(t)
	w := &words{Language: s.Texts.In("fr"), now: today(t)}
	v := s.drawCharter(w, changedCharter(t), keptFrom(t), disclosure.Checkpoint{})
	homes := v.Promises[0]
	if w.err != nil || len(v.Promises) != len(charter.Parameters) || len(v.Calls) != 3 {
		t.Fatalf("%+v, %v", v, w.err)
	}
	plain := func(s string) string { return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(s) }
	for got, want := range map[string]string{
		homes.Text:          "Un chiffre publié réunit au moins 20 logements.",
		homes.Why:           "Pourquoi : le village est petit",
		homes.Later[0].Text: "Un chiffre publié réunit au moins 25 logements.",
		homes.Later[1].Text: "Un chiffre publié réunit au moins 30 logements.",
		v.Promises[3].Done:  "Ce qui date d'avant le 24 août 2026 est effacé. Dernier passage : le 22 novembre 2026.",
		v.Promises[4].Done:  "Ce qui date d'avant le 22 novembre 2023 est effacé. Dernier passage : le 22 novembre 2026.",
		v.Promises[5].Text:  "Une raison de vous appeler est gardée 3 ans au plus une fois réglée.",
		v.Promises[1].Text:  "Aucun logement ne pèse plus de 85 % d'un chiffre publié.",
		v.Promises[7].Text:  "Foyer ne demande votre accord que pour : voir vos chiffres, vous appeler s'il le faut.",
		v.Promises[8].Text:  "Foyer vous écrit en : Français, English.",
		v.Calls[0]:          "s'il fait moins de 16 °C en moyenne, 2 jours de suite",
		v.Calls[1]:          "si le compteur ne répond plus pendant 26 h",
		v.Calls[2]:          "si 3 jours coûtent plus de 1,3 fois l'habitude",
	} {
		if plain(got) != want {
			t.Errorf("%q, want %q", plain(got), want)
		}
	}
	if first := s.drawCharter(w, charterOf(t), household.Borders{}, disclosure.Checkpoint{}); !strings.Contains(first.Promises[3].Done, "pas encore") {
		t.Errorf("%+v", first.Promises[3])
	}
	if len(homes.Later) != 2 || !strings.Contains(homes.Decided, "conseil municipal") || v.Promises[1].Why != "" {
		t.Errorf("%+v", homes)
	}
	b, err := s.draw("charter", s.familyPage(w, "x", "/charter", v))
	if err != nil || strings.Contains(string(b), "<b>municipal") || !strings.Contains(string(b), "&lt;b&gt;municipal") {
		t.Error(err)
	}
}

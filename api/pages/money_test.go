package pages

import (
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/text"
)

// monies returns the payments of families that pay in different ways.
func monies(t *testing.T) map[string]disclosure.Money {
	t.Helper()
	now := today(t)
	day := energy.DayOf(now, paris(t))
	account := disclosure.Account{
		Fuel: household.FuelElectricity, From: energy.Day{Year: 2026, Month: 6, Date: 1}, To: energy.Day{Year: 2027, Month: 6, Date: 1},
		Known: 170, Elapsed: 174, Paid: 45000, Aid: 4800, Cost: euros(40210), Ahead: euros(9590),
		Forecast: &disclosure.Forecast{Low: 93000, Central: 99000, High: 106000}, Due: &disclosure.Forecast{Low: 1200, Central: 6150, High: 11200},
	}
	bill := disclosure.Bill{
		Issue: household.Issue{Month: "2026-10", Number: 2, Daily: true, At: now.AddDate(0, 0, -12), Lines: []household.BillLine{
			{Fuel: "electricity", Label: "bill.standing", Quantity: "31", Unit: "day", Price: "0.51", Cents: 1595},
			{Fuel: "electricity", Label: "bill.energy.hp", Quantity: "212.400", Unit: "kWh", Price: "0.2065", Cents: 4386, Estimated: true},
			{Fuel: "gas", Label: "bill.energy.samedi", Quantity: "40", Unit: "kWh", Price: "0.1", Cents: 400},
			{Fuel: "oil", Label: "bill.delivery", Quantity: "31.20", Unit: "EUR", Price: "1", Cents: 3120, Estimated: true},
		}},
		Total: 9501, Estimated: true, Before: euros(9621), Status: household.OK, Seen: 29 * 24 * time.Hour, Of: 745 * time.Hour, Partial: []string{"wood"},
	}
	first := bill
	first.Month, first.Before, first.Seen, first.Partial = "2026-09", nil, first.Of, nil
	all := map[string]disclosure.Money{"none": {At: now, Zone: paris(t)}}
	all["full"] = disclosure.Money{
		Family: "f", Label: "Foyer 07", At: now, Zone: paris(t), Status: household.Provisional, Through: day, Accounts: []disclosure.Account{account},
		Amounts: []household.Told{
			{Entry: household.Entry{Fuel: household.FuelElectricity, Kind: household.Voucher, Day: day.Add(-10), Cents: 4800, Source: "chèque 2026"}, Daily: true},
			{Entry: household.Entry{Fuel: household.FuelGas, Kind: household.Aided, Day: day.Add(-20), Cents: 10000}, Daily: true},
			{Entry: household.Entry{Fuel: household.FuelElectricity, Kind: household.Instalment, Day: day.Add(-17), Cents: 7500, Source: "prélèvement"}, Daily: true},
		},
		Bills: []disclosure.Bill{bill, first},
	}
	for name, change := range map[string]func(*disclosure.Account){
		"back": func(a *disclosure.Account) { a.Due = &disclosure.Forecast{Low: -11000, Central: -6000, High: -1000} },
		"either": func(a *disclosure.Account) {
			a.Due, a.Ahead = &disclosure.Forecast{Low: -3000, Central: 20, High: 2500}, euros(0)
		},
		"behind":  func(a *disclosure.Account) { a.Due, a.Ahead, a.Planned, a.Aid = nil, euros(-1210), true, 0 },
		"unknown": func(a *disclosure.Account) { a.Due, a.Ahead, a.Cost, a.Forecast, a.Known = nil, nil, nil, nil, 12 },
		"credit": func(a *disclosure.Account) {
			a.Due, a.Credit, a.Days = nil, euros(1420), &disclosure.DaysLeft{Low: 4, Central: 6, High: 8}
		},
	} {
		m := all["full"]
		a := account
		change(&a)
		m.Accounts = []disclosure.Account{a}
		all[name] = m
	}
	return all
}

func TestAnAccountSaysWhatIsToPayAndWhatIsNotKnown(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		"full":    {"À ce rythme : environ 62 € à payer en juin.", "Sans doute entre 12 € et 112 €.", "Vous avez 95,90 € d’avance."},
		"back":    {"À ce rythme : environ 60 € rendus en juin.", "Sans doute entre 10 € et 110 €.", "Vous avez 95,90 € d’avance."},
		"either":  {"À ce rythme : presque rien à payer en juin.", "Sans doute entre 30 € rendus et 25 € à payer.", "Vous êtes à jour."},
		"behind":  {"Pour l’instant, il manque 12,10 €."},
		"unknown": {"Pas assez de relevés pour faire le compte."},
		"credit":  {"Il reste 14,20 € de crédit.", "Cela dure environ 6 jours.", "Sans doute entre 4 et 8 jours.", "Vous avez 95,90 € d’avance."},
	} {
		w := &words{Language: texts.In("fr"), now: today(t)}
		m := monies(t)[name]
		l := drawMoney(w, m, "").Accounts[0]
		got := make([]string, len(l.Lines))
		for i, s := range l.Lines {
			got[i] = strings.ReplaceAll(s, text.Unbreakable, " ")
		}
		if w.err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", name, got, w.err)
		}
		for _, f := range l.Facts {
			if strings.HasPrefix(f.Value, "0,00") {
				t.Errorf("%s: %s is %s", name, f.Name, f.Value)
			}
		}
	}
}

func TestABillSaysWhatWasCorrectedAndWhatIsMissing(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &words{Language: texts.In("fr"), now: today(t)}
	v := drawMoney(w, monies(t)["full"], "")
	plain := func(s string) string { return strings.ReplaceAll(s, text.Unbreakable, " ") }
	b := v.Bills[0]
	want := []string{"Corrigé le 10 novembre 2026 : 1,20 € de moins qu’avant.", "Il manque : bois.", "Connu : 29 jours sur 31."}
	for i, n := range b.Notes {
		b.Notes[i] = plain(n)
	}
	if w.err != nil || b.Title != "Octobre 2026" || plain(b.Total) != "environ 95,01 €" || !slices.Equal(b.Notes, want) {
		t.Errorf("%+v %v", b, w.err)
	}
	if l := b.Lines[2]; plain(l.What) != "Gaz : Consommation" || plain(l.Quantity) != "40 kWh" || len(v.Bills[1].Notes) != 0 {
		t.Errorf("%+v, %v", l, v.Bills[1].Notes)
	}
}

// What a caseworker reads is not said to the family, and nothing in it is of a day where
// the family shares months.
func TestACaseworkersWordsAreNotTheFamilys(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &words{Language: texts.In("fr"), now: today(t)}
	m := monies(t)["full"]
	m.Amounts = slices.Clone(m.Amounts)
	for i := range m.Amounts {
		m.Amounts[i].Daily, m.Amounts[i].Day = false, energy.Day{Year: 2026, Month: 10, Date: 1}
	}
	v := drawMoney(w, m, "Foyer 07")
	said := strings.Join(v.Accounts[0].Lines, " ")
	if !strings.Contains(strings.ReplaceAll(said, text.Unbreakable, " "), "La famille a 95,90 € d’avance.") || strings.Contains(said, "ous") {
		t.Errorf("%s", said)
	}
	for _, a := range v.Amounts {
		if strings.ReplaceAll(a.When, text.Unbreakable, " ") != "octobre 2026" {
			t.Errorf("%+v", a)
		}
	}
	if !v.Monthly || drawMoney(w, monies(t)["full"], "Foyer 07").Monthly || w.err != nil {
		t.Errorf("%+v %v", v, w.err)
	}
}

func TestAMonthThatIsKnownInPartSaysSo(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	plain := func(s string) string { return strings.ReplaceAll(s, text.Unbreakable, " ") }
	w := &words{Language: texts.In("fr"), now: today(t)}
	b := monies(t)["full"].Bills[1]
	b.Lines = []household.BillLine{{Fuel: "electricity", Label: "bill.standing", Quantity: "1", Unit: "day", Price: "0.51", Cents: 51}}
	b.Seen, b.Of, b.Status = 9*24*time.Hour, 30*24*time.Hour, household.InsufficientData
	if got := drawBill(w, b); plain(got.Part) != "9 jours sur 30" || plain(got.Lines[0].Quantity) != "1 jour" {
		t.Errorf("%+v", got)
	}
	b.Status = household.Provisional
	if got := drawBill(w, b); got.Part != "" || len(got.Notes) != 1 {
		t.Errorf("%+v", got)
	}
}

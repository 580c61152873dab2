package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// purse puts in what a family paid, how it stands and its bill of the month before.
func (v *town) purse(f household.FamilyID) (month string) {
	v.t.Helper()
	today := energy.DayOf(v.now, v.zone)
	first := energy.Day{Year: today.Year, Month: today.Month, Date: 1}
	before := first.Add(-1)
	before.Date = 1
	v.result(f, "cost_month", before, first, "52.40", "cost", 2, household.CostMonth{Energy: "231.4", Seen: 86400000, Of: 86400000})
	v.result(f, "settlement", before, first, "-12.10", "cost", 2, household.Settlement{Contracts: []household.Balance{{
		Fuel: "electricity", From: before.Add(-60).String(), To: before.Add(305).String(), Elapsed: 60, Known: 58,
		Paid: "150.00", Aid: "48.00", Cost: "210.10", Ahead: "-12.10",
	}}})
	v.must(v.records.FileResults(v.t.Context(), household.Filing{Family: f, At: v.now.Add(-time.Hour), Bills: []household.Bill{{
		Month: before.String()[:7], Over: true, Lines: []household.BillLine{
			{Start: before.Start(v.zone), Fuel: "electricity", Label: "bill.standing", Quantity: "30", Unit: "day", Price: "0.5", Cents: 1500},
			{Start: before.Start(v.zone), Fuel: "electricity", Label: "bill.energy.base", Quantity: "187", Unit: "kWh", Price: "0.2", Cents: 3740},
		},
	}}}))
	_, err := v.registry.AddMoney(v.t.Context(), []household.Entry{
		{Family: f, Kind: household.Voucher, Day: before.Add(3), Cents: 4800, Source: "chèque 2026", By: "A. Roy"},
		{Family: f, Kind: household.Brought, Fuel: household.FuelOil, Day: before.Add(5), Cents: 60000, Quantity: 500_500, Unit: "l", By: "A. Roy"},
	})
	v.must(err)
	return before.String()[:7]
}

func TestAFamilyReadsItsMoney(t *testing.T) {
	v := newTown(t)
	month := v.purse(v.calm)
	m := decode[Money](t, v.phone(v.calm).get("/api/v1/me/money"))
	if len(m.Amounts) != 2 || len(m.Accounts) != 1 || len(m.Bills) != 1 || m.Bills[0].Month != month || m.Bills[0].TotalEur != "52.40" || *m.Accounts[0].AheadEur != "-12.10" {
		t.Fatalf("%+v", m)
	}
	if m.Accounts[0].Due != nil || m.Accounts[0].CreditEur != nil || m.Bills[0].DifferenceEur != nil {
		t.Errorf("what is not known stands: %+v", m)
	}
	for _, a := range m.Amounts {
		if a.Kind == "delivery" && *a.Quantity != "500.5" || a.Kind == "voucher" && (a.Quantity != nil || *a.Source != "chèque 2026") {
			t.Errorf("%+v", a)
		}
	}
	page := v.phone(v.calm).get("/m/money")
	for _, want := range []string{"Chèque énergie", "Fioul", "il manque 12,10", "52,40"} {
		if !strings.Contains(page.Text, want) {
			t.Errorf("the page lacks %q: %s", want, page.Text)
		}
	}
	if home := v.phone(v.calm).get("/m/"); !strings.Contains(home.Text, `href="/m/money"`) {
		t.Error("nothing leads there")
	}
}

func TestACaseworkerReadsMoneyWhereCostIsShared(t *testing.T) {
	v := newTown(t)
	v.purse(v.calm)
	v.purse(v.mute)
	path := "/api/v1/families/" + string(v.calm) + "/money"
	m := decode[Money](t, v.api("GET", path, ""))
	if len(m.Amounts) != 2 || len(m.Bills) != 1 {
		t.Fatalf("%+v", m)
	}
	for _, a := range m.Amounts {
		if a.Kind == "voucher" || a.Kind == "aid" && a.Source != nil {
			t.Errorf("what helped is told: %+v", a)
		}
		if a.Day != nil || a.Month != m.Bills[0].Month {
			t.Errorf("the day is told: %+v", a)
		}
	}
	page := v.caseworker().get("/console/families/" + string(v.calm) + "/money")
	if page.StatusCode != http.StatusOK || !strings.Contains(page.Text, "Foyer 01") || strings.Contains(page.Text, "Chèque") {
		t.Errorf("%s: %s", page.Status, page.Text)
	}
	if list := v.caseworker().get("/console/families"); !strings.Contains(list.Text, "/console/families/"+string(v.calm)+"/money") {
		t.Error("nothing leads there")
	}
	hour := v.now.Add(-2 * time.Hour).UTC().Format(time.RFC3339)
	past := decode[Money](t, v.api("GET", path+"?as_of="+url.QueryEscape(hour), ""))
	if len(past.Amounts) != 0 || len(past.Bills) != 0 || len(past.Accounts) != 0 {
		t.Errorf("two hours ago there was %+v", past)
	}
	for _, f := range []string{string(v.mute), "faaaaaaaaaaaaaaaa"} {
		if got := v.api("GET", "/api/v1/families/"+f+"/money", ""); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", f, got.Text)
		}
	}
}

func TestMoneyIsReadByPagesAndNotTwice(t *testing.T) {
	v := newTown(t)
	v.purse(v.calm)
	phone := v.phone(v.calm)
	whole := phone.get("/api/v1/me/money")
	tag := whole.Header.Get("ETag")
	if tag == "" || whole.Header.Get("Link") != "" || !decode[Money](t, whole).NextCursor.IsNull() {
		t.Fatalf("%v %s", whole.Header, whole.Text)
	}
	same := phone.get("/api/v1/me/money", "If-None-Match", `"other", W/`+tag)
	if same.StatusCode != http.StatusNotModified || same.Header.Get("ETag") != tag || same.Text != "" {
		t.Errorf("%s %s", same.Status, same.Text)
	}
	var days []string
	path, pages := "/api/v1/me/money?limit=1", 0
	for ; path != ""; pages++ {
		got := phone.get(path)
		m := decode[Money](t, got)
		if len(m.Accounts) != 1 || len(m.Amounts)+len(m.Bills) != 1 || got.Header.Get("ETag") == tag {
			t.Fatalf("%+v", m)
		}
		for _, a := range m.Amounts {
			days = append(days, a.Id)
		}
		for _, b := range m.Bills {
			days = append(days, b.Month)
		}
		path = ""
		if target, ok := strings.CutPrefix(got.Header.Get("Link"), "<"); ok {
			path, _, _ = strings.Cut(target, ">")
			if c, err := m.NextCursor.Get(); err != nil || !strings.Contains(path, "cursor="+c) || !strings.Contains(path, "limit=1") {
				t.Fatalf("%s, %v", path, err)
			}
		}
	}
	m := decode[Money](t, whole)
	want := []string{m.Bills[0].Month, m.Amounts[0].Id, m.Amounts[1].Id}
	if pages != 3 || !slices.Equal(days, want) {
		t.Errorf("%d pages of %v, want %v", pages, days, want)
	}
	for _, cursor := range []string{"made-up", "bTIwMjYtMTEtMDE"[:8], "aTIwMjYtMTEtMDE"} {
		if got := phone.get("/api/v1/me/money?cursor=" + cursor); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", cursor, got.Status)
		}
	}
	path = "/api/v1/families/" + string(v.calm) + "/money"
	tag = v.api("GET", path, "").Header.Get("ETag")
	if got := v.api("GET", path, "", "If-None-Match", tag); tag == "" || got.StatusCode != http.StatusNotModified {
		t.Errorf("%s %s", tag, got.Status)
	}
}

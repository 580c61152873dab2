package api

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/export"
	"foyer/internal/household"
	"foyer/internal/keyring"
	"foyer/internal/registry"
	"foyer/internal/testserver"
)

// An exported is an export as a program reads it.
type exported struct {
	Family   string
	Tables   map[string][]map[string]any
	Complete bool
}

func (v *town) exportOf(b browser) exported {
	v.t.Helper()
	got := b.get("/api/v1/me/export")
	if got.StatusCode != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
		v.t.Fatalf("%s: %s", got.Status, got.Text)
	}
	var x exported
	v.must(json.Unmarshal([]byte(got.Text), &x))
	if !x.Complete {
		v.t.Error("the document is not whole")
	}
	return x
}

// A family takes with it everything that is kept about it, and nothing of another.
func TestAFamilyExportsEverythingAboutIt(t *testing.T) {
	for name, address := range map[string]func() string{
		"sqlite":   func() string { return "sqlite://" + filepath.Join(t.TempDir(), "records.db") },
		"postgres": func() string { return testserver.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			v := newTownAt(t, address())
			ctx := t.Context()
			if got := v.api("GET", "/api/v1/families/"+string(v.cold), ""); got.StatusCode != http.StatusOK {
				t.Fatal(got.Status)
			}
			day := energy.DayOf(v.now, v.zone)
			_, err := v.registry.AddMoney(ctx, []household.Entry{{Family: v.cold, Day: day.Add(-3), Kind: household.Voucher, Cents: 19400, Source: "=chèque 2026", By: "A. Roy"}})
			v.must(err)
			first := day.String()[:len("2026-")] + "01"
			v.exec(`INSERT INTO bill_line (family, month, line, start_at, label, quantity, unit, price, cents) VALUES (?, ?, 1, ?, 'bill.standing', '31', 'day', '0.4231', 1312)`,
				v.cold, first, energy.Day{Year: day.Year, Month: 1, Date: 1}.Start(v.zone).UnixMilli())
			v.must(v.registry.Answer(ctx, []household.Answer{{Family: v.cold, Question: "unable_warm", Answer: "yes", Day: day.Add(-2), By: "A. Roy"}}, day))
			_, err = v.records.Decay(ctx, household.Decay{Family: v.cold, Days: day.Add(-1000), Closed: map[energy.Day]household.Closed{day.Add(-2): {}, day.Add(-1): {}}})
			v.must(err)
			v.must(v.records.MoveBorders(ctx, household.Borders{Pilot: "ville", HalfHours: day.Add(-90), Days: day.Add(-1000), Alerts: day.Add(-1000), Proofs: day.Add(-2000), Done: day}))
			v.must(v.registry.AddWorks(ctx, household.Works{Family: v.cold, Kind: household.Insulation, From: day.Add(-60), To: day.Add(-50), By: "A. Roy", Why: "devis 12"}))
			b := v.phone(v.cold)
			x := v.exportOf(b)
			if x.Family != string(v.cold) || len(x.Tables) != len(household.Tables) {
				t.Errorf("the export is of %q, %d tables", x.Family, len(x.Tables))
			}
			for _, table := range []string{
				"family", "meters", "homes", "contracts", "usage_month", "usage_day", "usage_half_hour", "indicators", "alerts", "alert_steps",
				"agreements", "consents", "receipts", "access", "aid", "bills", "answers", "works", "closed_days", "retention",
			} {
				if len(x.Tables[table]) == 0 {
					t.Errorf("nothing of %s", table)
				}
			}
			for _, c := range household.Tables {
				for _, row := range x.Tables[c.Name] {
					if len(row) != len(c.Columns) {
						t.Fatalf("%s has rows of %d columns, want %d", c.Name, len(row), len(c.Columns))
					}
				}
			}
			if label := x.Tables["family"][0]["label"]; label != "Foyer 07" {
				t.Errorf("it is called %v", label)
			}
			for _, r := range x.Tables["indicators"] {
				if r["question"] == nil || r["question"] == "" || r["detail"] == nil {
					t.Errorf("a figure without its explanation: %v", r)
				}
			}
			if words, _ := x.Tables["alerts"][0]["words"].(string); !strings.HasPrefix(words, "14,8") {
				t.Errorf("the alert says %q", words)
			}
			if kept := x.Tables["retention"][0]; kept["half_hours_from"] != day.Add(-90).String() || kept["removed_at"] != nil {
				t.Errorf("kept from %v on", kept)
			}
			if said := x.Tables["answers"][0]; said["answer"] != "yes" {
				t.Errorf("the answer is %v", said)
			}
			if said := x.Tables["works"][0]; said["why"] != "devis 12" || said["cost_eur"] != nil {
				t.Errorf("the works are %v", said)
			}
			for table, rows := range x.Tables {
				for _, row := range rows {
					for column, cell := range row {
						if text, ok := cell.(string); ok && keyring.Sealed(text) {
							t.Errorf("%s.%s is given sealed: open it", table, column)
						}
					}
				}
			}
			if aid := x.Tables["aid"][0]; aid["amount_eur"] != "194.00" || aid["source"] != "=chèque 2026" {
				t.Errorf("the aid is %v", aid)
			}
			if words := x.Tables["bills"][0]["words"]; words != "Abonnement" {
				t.Errorf("the bill says %v", words)
			}
			files := unzip(t, b.get("/api/v1/me/export.zip").Text)
			for _, c := range household.Tables {
				rows := files[c.Name+".csv"]
				// The reads of an export are the family's own, and not in it.
				if len(rows) != len(x.Tables[c.Name])+1 {
					t.Errorf("%s has %d rows, the JSON %d", c.Name, len(rows)-1, len(x.Tables[c.Name]))
				}
			}
			if source := files["aid.csv"][1][7]; source != "'=chèque 2026" {
				t.Errorf("the table of aid says %q", source)
			}
			all := b.get("/api/v1/me/export").Text
			for _, other := range []string{string(v.calm), string(v.mute), canary, "Foyer 01", v.spendID, v.muteID, "9.99", "9,99"} {
				if strings.Contains(all, other) {
					t.Errorf("the export has %q of another family", other)
				}
			}
		})
	}
}

func unzip(t *testing.T, text string) map[string][][]string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][][]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if all[f.Name], err = csv.NewReader(r).ReadAll(); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	return all
}

// slots gives a family n half-hours.
func (v *town) slots(f household.FamilyID, n int) {
	v.t.Helper()
	tx, err := v.db.BeginTx(v.t.Context(), nil)
	v.must(err)
	start := v.now.AddDate(-1, 0, 0).Truncate(30 * time.Minute)
	for i := range n {
		_, err := tx.ExecContext(v.t.Context(), `INSERT INTO usage_slot (family, start_at, register, energy, seen, length, estimated, provision) VALUES (?, ?, 'energy_import/hp', 150000, 1800000, 1800000, 0, 0)`,
			string(f), start.Add(time.Duration(i)*30*time.Minute).UnixMilli())
		v.must(err)
	}
	v.must(tx.Commit())
}

// What a family is no longer to have does not arrive: neither after a run of rows nor
// when it waited for a slow reader.
func TestAnExportEndsWithWhatItStandsOn(t *testing.T) {
	form := registry.Form{Notice: "test"}
	for name, end := range map[string]func(*town){
		"withdrawn": func(v *town) { v.must(v.registry.WithdrawAll(v.t.Context(), v.cold, form)) },
		"half-hours": func(v *town) {
			v.must(v.registry.Withdraw(v.t.Context(), v.cold, []consent.Scope{consent.Hourly()}, form))
		},
		"disconnected": func(v *town) { v.must(v.accounts.DisconnectAll(v.t.Context(), v.cold)) },
	} {
		for _, zipped := range []bool{false, true} {
			t.Run(name+map[bool]string{true: " zip", false: ""}[zipped], func(t *testing.T) {
				v := newTown(t)
				v.slots(v.cold, 1500)
				session, err := v.accounts.ConnectPhone(t.Context(), v.cold)
				v.must(err)
				shown := disclosure.Credential{Session: session}
				aud, err := v.gate.Authenticate(t.Context(), shown)
				v.must(err)
				e, err := v.gate.Export(t.Context(), aud, shown)
				v.must(err)
				var out bytes.Buffer
				runs, kept := 0, 0
				w := export.Writer{Words: v.options.Texts.In("fr"), Now: time.Now, Controller: answers, Sent: func() error {
					if runs++; runs == 15 { // in the midst of half-hours
						end(v)
						kept = out.Len()
					}
					return nil
				}}
				write := w.JSON
				if zipped {
					write = w.Zip
				}
				if err := write(t.Context(), &out, e); !errors.Is(err, disclosure.ErrEnded) {
					t.Fatalf("%v", err)
				}
				if !zipped && !strings.Contains(out.String(), `"usage_half_hour"`) {
					t.Fatal("half-hours had not begun: the test tests nothing")
				}
				if out.Len() != kept || strings.Contains(out.String(), `"complete"`) {
					t.Errorf("%d bytes arrive after it", out.Len()-kept)
				}
			})
		}
	}
}

// A clock that jumps while somebody reads slowly.
func TestWhatWaitedForASlowReaderIsReadAgain(t *testing.T) {
	v := newTown(t)
	v.slots(v.cold, 1500)
	e, err := v.gate.ExportAtDesk(t.Context(), "ville", v.cold)
	v.must(err)
	now, rows := time.Now(), 0
	table := household.Tables[slices.IndexFunc(household.Tables, func(x household.Table) bool { return x.Name == "usage_half_hour" })]
	err = e.Rows(t.Context(), table, func() time.Time { return now }, func([]any) error {
		if rows++; rows == 50 {
			now = now.Add(2 * time.Second)
			v.must(v.registry.WithdrawAll(t.Context(), v.cold, registry.Form{Notice: "test"}))
		}
		return nil
	}, func() error { return nil })
	if !errors.Is(err, disclosure.ErrEnded) || rows != 50 {
		t.Errorf("%d rows: %v", rows, err)
	}
}

func TestAnExportOfADisconnectedPhoneBreaksOff(t *testing.T) {
	v := newTown(t)
	v.slots(v.cold, 15000)
	b := v.phone(v.cold)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.url+"/api/v1/me/export", nil)
	v.must(err)
	res, err := b.Do(r)
	v.must(err)
	defer res.Body.Close()
	_, err = io.ReadFull(res.Body, make([]byte, 1000))
	v.must(err)
	v.must(v.accounts.DisconnectAll(t.Context(), v.cold))
	rest, err := io.ReadAll(res.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || bytes.Contains(rest, []byte(`"complete"`)) {
		t.Errorf("%d bytes more, %v", len(rest), err)
	}
}

// Who left takes its own time with it; neither sees the other's.
func TestAnExportIsOfOnesOwnTimeInAHome(t *testing.T) {
	v := newTown(t)
	ctx := t.Context()
	b := v.phone(v.cold)
	left := energy.DayOf(v.now, v.zone).Add(-10)
	next, err := v.registry.AddFamily(ctx, household.File{
		Family:    household.Family{Pilot: "ville", Label: "Foyer 99", Language: "fr", Since: left.Start(v.zone)},
		Contracts: []household.Contract{{From: left, Tariff: "fr-bleu-base", PowerKVA: 6}},
	})
	v.must(err)
	v.must(v.registry.Bundle(ctx, next, registry.Form{Notice: "test"}, true, consent.FamilyView))
	_, err = v.registry.MoveOut(ctx, v.cold, next, left.Start(v.zone), registry.Word{By: "A. Roy", Why: "fin de bail"})
	v.must(err)
	x := v.exportOf(b)
	days := x.Tables["usage_day"]
	if len(days) != 30 {
		t.Errorf("%d days of its own", len(days))
	}
	for _, d := range days {
		if d["day"].(string) >= left.String() {
			t.Errorf("who left sees %v", d["day"])
		}
	}
	y := v.exportOf(v.phone(next))
	if n := len(y.Tables["usage_day"]) + len(y.Tables["indicators"]) + len(y.Tables["bills"]); n != 0 {
		t.Errorf("who came sees %d rows of before", n)
	}
	if len(y.Tables["meters"]) != 1 || y.Tables["meters"][0]["from"] != left.Start(v.zone).UTC().Format("2006-01-02T15:04:05.000Z07:00") {
		t.Errorf("who came has the meters %v", y.Tables["meters"])
	}
	if len(x.Tables["meters"]) != 1 || x.Tables["meters"][0]["to"] == nil {
		t.Errorf("who left had the meters %v", x.Tables["meters"])
	}
}

// answers is who answers for the data, whenever.
func answers(time.Time) (consent.Controller, error) { return consent.Controller{ID: "ville"}, nil }

func TestAnExportAtADeskIsSeenByTheFamily(t *testing.T) {
	v := newTown(t)
	e, err := v.gate.ExportAtDesk(t.Context(), "ville", v.cold)
	v.must(err)
	w := export.Writer{Words: v.options.Texts.In("fr"), Now: time.Now, Controller: answers}
	v.must(w.JSON(t.Context(), io.Discard, e))
	if page := plainText(v.phone(v.cold).get("/m/access").Text); !strings.Contains(page, "Toutes vos données") {
		t.Errorf("the family is not told: %s", page)
	}
	for _, pilot := range []string{"ville", "autre"} {
		f := v.cold
		if pilot == "ville" {
			f = "faaaaaaaaaaaaaaaa"
		}
		if _, err := v.gate.ExportAtDesk(t.Context(), pilot, f); !errors.Is(err, disclosure.ErrWithheld) {
			t.Errorf("a family that %s has not is exported: %v", pilot, err)
		}
	}
	if page := v.phone(v.cold).get("/m/export"); page.StatusCode != http.StatusOK || !strings.Contains(page.Text, `href="/api/v1/me/export.zip"`) {
		t.Error(page.Text)
	}
}

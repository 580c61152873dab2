package pages

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/internal/charter"
	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/permission"
	"foyer/internal/text"
)

var nadia = Contact{Name: "Nadia", Phone: "05 55 00 00 00", Hours: "Du lundi au vendredi, de 9 h à 17 h."}

func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func site(t *testing.T) *Site {
	t.Helper()
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{
		Texts: texts, Contact: nadia, Tariff: named, By: consent.Controller{ID: "ville", Name: "Coopérative Les Voisins et Ville de La Rochelle", Address: "12 rue du Port, 17000 La Rochelle"}, Zone: paris(t), Plain: true, Log: slog.New(slog.DiscardHandler),
		Wall: func() time.Time { return today(t) }, World: func() time.Time { return today(t) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A drawing is one page in one state and language.
type drawing struct{ Name, Body string }

// drawings draws every template in every state and language.
func drawings(t *testing.T, s *Site) []drawing {
	t.Helper()
	var all []drawing
	for _, l := range s.Texts.Languages() {
		ws := func() *words { return &words{Language: l, now: today(t)} }
		add := func(name, template string, p page) {
			t.Helper()
			b, err := s.draw(template, p)
			if err != nil {
				t.Errorf("%s in %s: %v", name, l.Tag, err)
			}
			all = append(all, drawing{name + "-" + l.Tag, string(b)})
		}
		family := func(name, template, title string, view func(*words) any, change func(*words, *page)) {
			t.Helper()
			w := ws()
			p := s.familyPage(w, w.say(title), "/m/", view(w))
			change(w, &p)
			add(name, template, p)
		}
		same := func(*words, *page) {}
		nothing := func(*words) any { return nil }
		for name, h := range homes(t) {
			family("home-"+name, "family", "app.home", func(w *words) any { return drawHome(w, h, nadia, name == "paused") }, same)
		}
		family("consent", "consent", "consent.title", func(w *words) any { return drawChoices(w, agreements(t)) }, func(w *words, p *page) { p.Notice = w.say("consent.saved") })
		family("consent-none", "consent", "consent.title", func(w *words) any {
			return drawChoices(w, disclosure.Agreements{Offers: []disclosure.Offer{{Name: string(consent.FamilyView), Purpose: consent.FamilyView}}})
		}, same)
		family("receipts", "receipts", "receipts.title", func(w *words) any { return drawReceipts(w, agreements(t)) }, same)
		family("receipts-none", "receipts", "receipts.title", func(w *words) any { return drawReceipts(w, disclosure.Agreements{}) }, same)
		for _, name := range []string{"full", "credit", "unknown", "none"} {
			family("money-"+name, "money", "money.title", func(w *words) any { return drawMoney(w, monies(t)[name], "") }, same)
		}
		family("answers", "answers", "answers.title", func(w *words) any { return drawInterview(w, telling(t), false) }, func(w *words, p *page) { p.Notice = w.say("answers.saved") })
		family("answers-none", "answers", "answers.title", func(w *words) any {
			return drawInterview(w, disclosure.Telling{At: today(t), Zone: paris(t), Today: telling(t).Today, Spoken: household.Spoken{Agreed: true}}, false)
		}, func(w *words, p *page) { p.Trouble = w.say("answers.wrong.day") })
		family("answers-unasked", "answers", "answers.title", func(w *words) any {
			return drawInterview(w, disclosure.Telling{At: today(t), Zone: paris(t)}, false)
		}, same)
		family("tariffs", "tariffs", "tariffs.title", func(w *words) any { return drawTariffs(w, others(t), named) }, same)
		family("tariffs-none", "tariffs", "tariffs.title", func(w *words) any { return drawTariffs(w, disclosure.WhatIf{}, named) }, same)
		family("findings", "findings", "findings.title", func(w *words) any { return drawFindings(w, findings(t)) }, same)
		family("findings-none", "findings", "findings.title", func(w *words) any { return drawFindings(w, disclosure.Findings{}) }, same)
		family("stop", "stop", "stop.title", func(w *words) any { return w.notice("stop") }, same)
		family("erase", "erase", "erase.title", func(w *words) any { return drawWipe(w) }, same)
		family("erase-code", "erase", "erase.title", func(w *words) any {
			v := drawWipe(w)
			v.Code, v.Until = "4LQX-2ZKD-HN7T-BCW3-RYVA-56GM-PE", w.when(w.now.Add(24*time.Hour))
			return v
		}, same)
		family("erasure", "erasure", "erasure.title", func(*words) any { return newErasing(false) }, func(w *words, p *page) { p.Trouble = w.say("erasure.unknown") })
		family("erasure-confirmed", "erasure", "erasure.title", func(w *words) any {
			return newErasing(false).tell(w, "4LQX-2ZKD-HN7T-BCW3-RYVA-56GM-PE", household.ErasureRequest{Confirmed: w.now})
		}, same)
		family("erasure-done", "erasure", "erasure.title", func(w *words) any {
			return newErasing(false).tell(w, "4LQX-2ZKD-HN7T-BCW3-RYVA-56GM-PE", household.ErasureRequest{
				Confirmed: w.now, Erased: w.now, Until: w.now.AddDate(0, 0, 90),
				Certificate: "Foyer erasure certificate 1\nhousehold fabcdefghijklmnop\nerased 2026-11-26T09:02:03Z\nring k3xqrst5\nentry 1841\nrows 5120\nmeters 2\n\n— foyer/ville ZUYHRfYAZ+7piAdwcK+/GBnrxOZZOam5SxpxOyVAaQD+wUvhKvFYsJwlfsxvdLTHfWoKCw6j1Ly98Oq7GU47EQW4Wws=\n",
			})
		}, same)
		family("access", "access", "access.title", func(w *words) any { return drawReads(w, agreements(t).Reads) }, same)
		family("access-none", "access", "access.title", func(w *words) any { return drawReads(w, nil) }, same)
		family("phones", "phones", "phones.title", func(w *words) any { return drawPhones(w, phonesOf(t)) }, func(w *words, p *page) { p.Notice = w.say("phones.ended") })
		family("export", "export", "export.title", func(w *words) any { return drawKept(w, household.Borders{}) }, same)
		family("export-kept", "export", "export.title", func(w *words) any { return drawKept(w, keptFrom(t)) }, same)
		family("invite", "invite", "invite.title", nothing, same)
		family("closed", "closed", "app.home", nothing, same)
		family("door", "door", "door.title", nothing, same)
		family("accessibility", "accessibility", "accessibility.title", nothing, same)
		family("charter", "charter", "charter.title", func(w *words) any {
			return s.drawCharter(w, charterOf(t), household.Borders{}, disclosure.Checkpoint{})
		}, same)
		family("charter-changed", "charter", "charter.title", func(w *words) any {
			return s.drawCharter(w, changedCharter(t), keptFrom(t), checkpoint)
		}, same)
		family("message", "message", "invite.used.title", func(w *words) any {
			return bulletin{Tone: "wait", Icon: "dash", Lines: []string{w.say("invite.used.text")}, Help: true, Act: &action{Text: w.say("gone.back"), Href: "/m/"}}
		}, same)

		for _, b := range []struct {
			name, title, text string
			act               bool
		}{{"gone", "gone.title", "gone.text", true}, {"refused", "refused.title", "refused.text", true}, {"broken", "broken.title", "broken.text", false}} {
			for _, kind := range []string{"family", "console"} {
				w := ws()
				n := bulletin{Title: w.say(b.title), Tone: "wait", Icon: "dash", Lines: []string{w.say(b.text)}, Help: kind == "family"}
				if b.act {
					n.Act = &action{Text: w.say("gone.back"), Href: "/m/"}
				}
				add("error-"+b.name+"-"+kind, "message", s.newPage(w, kind, n.Title, n))
			}
		}

		console := func(name, template, title, here string, view func(*words) any, change func(*words, *page)) {
			t.Helper()
			w := ws()
			p := s.newPage(w, "console", w.say(title), view(w))
			p.Here, p.Back, p.Signed, p.Alerts, p.Families = here, "/console", "Nadia", true, true
			change(w, &p)
			add(name, template, p)
		}
		console("receipt", "receipt", "receipts.title", "", func(w *words) any {
			e := agreements(t).Acts[1][0]
			e.Notice, e.Hash, e.Witness, e.Paper, e.Expires = "2026-11-26", strings.Repeat("9f2c", 16), "sabcdefghijklmnop", "classeur 3", today(t).AddDate(1, 0, 0)
			return drawPrinted(w, "fabcdefghijklmnop", []consent.Event{e})
		}, same)
		console("desk", "console", "console.title", "alerts", func(w *words) any {
			d, fresh := drawDesk(w, alertsOf(t), false)
			d.More = "/console?after=x"
			if fresh != 3 {
				t.Errorf("%d new alerts, want 3", fresh)
			}
			return d
		}, func(w *words, p *page) { p.Notice = w.say("console.done") })
		console("desk-empty", "console", "console.title", "alerts", func(w *words) any { d, _ := drawDesk(w, nil, false); return d }, same)
		console("desk-closed-empty", "console", "console.title", "alerts", func(w *words) any { d, _ := drawDesk(w, nil, true); return d }, same)
		console("desk-closed", "console", "console.title", "alerts", func(w *words) any {
			list := alertsOf(t)
			for i := range list {
				list[i].State = household.Resolved
			}
			list[0].By = "Nadia"
			d, _ := drawDesk(w, list, true)
			return d
		}, same)
		for i, a := range alertsOf(t) {
			console("alert-"+itoa(i), "alert", "console.title", "", func(w *words) any { return drawDossier(w, a) }, func(w *words, p *page) {
				if a.By != "" {
					p.Trouble = stale(w, disclosure.ErrStale{By: a.By, State: a.State})
				}
			})
		}
		console("alert-over", "alert", "console.title", "", func(w *words) any {
			a := alertsOf(t)[0]
			a.State, a.By = household.Resolved, "Nadia"
			a.History = append(a.History,
				disclosure.AlertEvent{At: today(t), Step: household.StepEscalated, State: household.Open},
				disclosure.AlertEvent{At: today(t), Step: household.StepAcknowledged, State: household.Acknowledged, By: "Nadia"},
				disclosure.AlertEvent{At: today(t), Step: household.StepResolved, State: household.Resolved, By: "Nadia", Outcome: "visit", Note: "Le radiateur du salon est en panne.\nVisite mardi."})
			return drawDossier(w, a)
		}, same)
		manual := s.newPage(ws(), "console", "Interface", Manual{
			Summary: "What leaves, leaves through here.", Text: "Two\nlines.",
			Operations: []Operation{{
				Method: "GET", Path: "/api/v1/families/{id}/usage", Summary: "Reads usage.", Text: "By day or month.", Who: "bearer or session",
				Parameters: []Term{{"id", "in path, required."}}, Answers: []Term{{"200", "Usage."}, {"404", "Unknown or withheld."}},
			}},
			Problems: []Problem{{"not-found", 404, "Not found", "There is no such thing, or none for you."}},
		})
		manual.Lang, manual.Script = "en", ""
		add("manual", "manual", manual)
		console("families", "families", "families.title", "families", func(w *words) any { return drawFamilies(w, summaries(t)) }, same)
		console("money-of", "money", "money.title", "family", func(w *words) any {
			return drawMoney(w, monies(t)["full"], "Foyer 07")
		}, same)
		console("findings-of", "findings", "findings.title", "family", func(w *words) any {
			v := drawFindings(w, findings(t))
			v.Label = "Foyer 07"
			return v
		}, same)
		console("answers-of", "answers", "answers.title", "family", func(w *words) any { return drawInterview(w, telling(t), true) }, func(w *words, p *page) { p.Trouble = w.say("answers.wrong") })
		console("families-none", "families", "families.title", "families", func(w *words) any { return drawFamilies(w, nil) }, same)
		operator := func(_ *words, p *page) { p.Signed, p.Families, p.Ledger, p.Runs = "Olga", false, true, true }
		console("ledger", "ledger", "ledger.title", "ledger", func(w *words) any {
			counted := household.LedgerDay{Account: energy.Account{Meter: "m4k7xq2pz", Gateway: "gw-03", Day: energy.DayOf(today(t), w.now.Location())}, Heard: 141, Missing: 3, Every: 10 * time.Minute, Looked: true}
			for f := range counted.Tally {
				counted.Tally[f] = int64(f + 1)
			}
			yet, irregular, nobodys := counted, counted, counted
			yet.Every, yet.Looked = 0, false
			irregular.Every = 0
			nobodys.Every, nobodys.Looked, nobodys.Meter, nobodys.Gateway = 0, false, "", ""
			v := drawLedger(w, []household.LedgerDay{counted, yet, irregular, nobodys})
			v.More = "/console/ledger?after=x"
			return v
		}, operator)
		console("ledger-none", "ledger", "ledger.title", "ledger", func(w *words) any { return drawLedger(w, nil) }, operator)
		console("gaps", "ledger", "gaps.title", "ledger", func(w *words) any {
			g := household.MeterGap{Meter: "m4k7xq2pz", Gateway: "gw-03", Gap: energy.Gap{From: today(t), To: today(t).Add(time.Hour), Missing: 5, Every: 10 * time.Minute}}
			open := g
			open.To = time.Time{}
			return drawGaps(w, []household.MeterGap{g, open})
		}, operator)
		console("gaps-none", "ledger", "gaps.title", "ledger", func(w *words) any { return drawGaps(w, nil) }, operator)
		payer := func(_ *words, p *page) { p.Signed, p.Alerts, p.Families, p.Together = "Odile", false, false, true }
		console("together", "together", "together.title", "together", func(w *words) any {
			return drawTogether(w, disclosure.Together{Year: 2025, Last: 2026, At: today(t), Homes: 40, Figures: []household.SeenFigure{
				{Figure: "use", Part: "total", Unit: "kWh", Known: 40, Seen: 98, Estimated: true, Value: "118200"},
				{Figure: "cost", Part: "total", Unit: "EUR", Known: 40, Seen: 98, Value: "31400"},
				{Figure: "eu_m_half", Part: "homes", Withheld: true},
				{Figure: "energy_poverty_gap", Part: "homes", Known: 35, Seen: 99, Flagged: new(15), Percent: new(45)},
				{Figure: "energy_poverty_gap", Part: "mean_gap", Unit: "EUR a month", Known: 35, Seen: 99, Flagged: new(15), Percent: new(45), Value: "26"},
				{Figure: "energy_poverty_gap", Part: "depth", Unit: "index", Known: 35, Seen: 99, Flagged: new(15), Percent: new(45), Value: "0.21"},
				{Figure: "energy_poverty_gap", Part: "severity", Unit: "index", Known: 35, Seen: 99, Flagged: new(15), Percent: new(45), Value: "0.1"},
				{Figure: "gone", Part: "mean_gap", Unit: "EUR a month", Known: 35, Seen: 99, Flagged: new(0), Percent: new(0)},
			}})
		}, payer)
		console("together-none", "together", "together.title", "together", func(w *words) any {
			return drawTogether(w, disclosure.Together{Year: 2026, Last: 2026, Withheld: true})
		}, payer)
		console("runs", "runs", "runs.title", "runs", func(w *words) any {
			at := today(t)
			runs := []household.Run{{Job: "rollup", Started: at}, {Job: "results", Started: at, Fault: household.FaultUnended}, {Job: "gone", Started: at}}
			for _, f := range household.Faults {
				runs = append(runs, household.Run{Job: "alerts", Started: at, Finished: at.Add(time.Second), Done: 499, Failed: 1, Fault: f})
			}
			return history{drawRuns(w, runs), "/console/runs?after=x"}
		}, operator)
		console("runs-none", "runs", "runs.title", "runs", func(*words) any { return history{} }, operator)
		auditor := func(_ *words, p *page) {
			p.Signed, p.Alerts, p.Families, p.Runs, p.Journal, p.Charter = "Aline", false, false, true, true, true
		}
		console("journal", "journal", "audit.title", "journal", func(w *words) any {
			v := drawJournal(w, checkpoint, journalOf(t), "decision")
			v.More, v.Kept = "/console/journal?after=x", checkpoint.Signed
			return v
		}, func(w *words, p *page) {
			auditor(w, p)
			p.Trouble = w.say("audit.compare.broken", "N", "31", "Now", "1841")
		})
		console("journal-none", "journal", "audit.title", "journal", func(w *words) any { return drawJournal(w, disclosure.Checkpoint{}, nil, "") }, auditor)
		for i, e := range journalOf(t)[:3] { // the list has them all
			console("entry-"+itoa(i), "entry", "audit.title", "", func(w *words) any {
				p := disclosure.EntryProof{JournalEntry: e, Path: []string{e.Hash, e.Hash}, Checkpoint: checkpoint.Signed}
				if i == 0 {
					p.Path, p.Checkpoint = nil, ""
				}
				return drawProof(w, p)
			}, auditor)
		}
		console("amendments", "amendments", "audit.charter", "charter", func(w *words) any { return s.drawAmendments(w, changedCharter(t)) }, auditor)
		console("amendments-none", "amendments", "audit.charter", "charter", func(w *words) any { return s.drawAmendments(w, charter.Book{}) }, auditor)
		lead := func(_ *words, p *page) { p.Signed, p.Alerts, p.Families, p.Names = "Léa", false, false, true }
		console("households", "households", "households.title", "households", func(w *words) any {
			kim := household.Assignment{ID: "la", Staff: "skim", StaffName: "Kim", From: today(t)}
			v := drawRegister(w, []household.Household{
				{Family: household.Family{ID: "fb", Label: "Foyer 07"}, Phones: 2, CaseLoad: []household.Assignment{kim}},
				{Family: household.Family{ID: "fa", Label: "Foyer 01"}},
			}, []household.Staff{{ID: "skim", Name: "Kim", Role: "caseworker"}, {ID: "slea", Name: "Léa", Role: "lead"}})
			v.More = "/console/households?after=x"
			return v
		}, lead)
		console("households-browsed", "households", "households.title", "households", func(w *words) any {
			v := drawRegister(w, []household.Household{{Family: household.Family{ID: "fa", Label: "Foyer 01"}}}, nil)
			at := today(t)
			v.Browses = drawBrowses(w, []household.Browse{
				{Name: "Kim", Began: at.Add(-20 * time.Minute), Last: at.Add(-5 * time.Minute), Families: 34},
				{Name: "Anne-Sophie de la Très Longue Rue", Began: at.AddDate(0, 0, -9), Last: at.AddDate(0, 0, -9).Add(5 * time.Hour), Families: 121},
			})
			return v
		}, lead)
		console("households-none", "households", "households.title", "households", func(w *words) any { return drawRegister(w, nil, nil) }, lead)
		console("letter", "letter", "letter.title", "households", func(*words) any {
			picture, err := drawQR("https://foyer.ville.example/i/7K4M-9QXT-2HWD")
			if err != nil {
				t.Fatal(err)
			}
			return letter{"Foyer 07", "7K4M-9QXT-2HWD", "foyer.ville.example", picture}
		}, lead)
		proven := household.ErasureRequest{Confirmed: today(t), Erased: today(t), Until: today(t).AddDate(0, 0, 90), Certificate: "Foyer erasure certificate 1\nhousehold fabcdefghijklmnop\n\n— foyer/ville ZUYHRfYAZ+7piAdwcK+/GBnrxOZZOam5SxpxOyVAaQD+wUvhKvFYsJwlfsxvdLTHfWoKCw6j1Ly98Oq7GU47EQW4Wws=\n"}
		for name, code := range map[string]string{"erase-desk": "", "erase-desk-code": "4LQX-2ZKD-HN7T-BCW3-RYVA-56GM-PE"} {
			console(name, "erase", "households.title", "households", func(w *words) any {
				v := drawWipe(w)
				v.Code, v.Until, v.At, v.Home, v.Desk = code, w.when(w.now.Add(24*time.Hour)), wipeOf("fa"), "/console/households", true
				return v
			}, func(w *words, p *page) {
				lead(w, p)
				p.Title = w.say("households.erase.title", "Label", "Foyer 07")
			})
		}
		for name, e := range map[string]household.ErasureRequest{"erasure-desk-asked": {}, "erasure-desk-confirmed": {Confirmed: today(t)}, "erasure-desk-done": proven} {
			console(name, "erasure", "erasure.title", "households", func(w *words) any { return newErasing(true).tell(w, "4LQX-2ZKD-HN7T-BCW3-RYVA-56GM-PE", e) }, lead)
		}
		console("erasure-desk", "erasure", "erasure.title", "households", func(*words) any { return newErasing(true) }, lead)
		for name, v := range map[string]struct{ language, label, about string }{
			"papers": {l.Tag, "", ""}, "papers-of": {"en", "Foyer 07", ""}, "papers-one": {l.Tag, strings.Repeat("Foyer de la très longue rue ", 4), "alert"},
		} {
			console(name, "paper", "console.paper.title", "households", func(w *words) any {
				p := s.drawPapers(&words{Language: s.Texts.In(v.language), now: w.now}, charter.Book{}.At(w.now), boxesOf(charter.Book{}.At(w.now)), v.about)
				p.Label = v.label
				p.lead(w, s, "/console/papers", boxesOf(charter.Book{}.At(w.now)), v.about)
				return p
			}, lead)
		}
		console("setup", "setup", "setup.title", "", func(w *words) any {
			return welcome{"Léa", "lea@ville.example", w.say("role.lead")}
		}, func(w *words, p *page) { p.Signed, p.Trouble = "", w.say("account.weak") })
		console("second", "second", "second.title", "", func(*words) any { return second{Enrolled: true} }, func(w *words, p *page) {
			p.Signed, p.Trouble = "", w.say("second.wrong")
		})
		console("second-setup", "second", "second.title", "", func(*words) any {
			picture, err := drawQR("otpauth://totp/Foyer:nadia@example.org?issuer=Foyer&secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
			if err != nil {
				t.Fatal(err)
			}
			return second{QR: picture, Secret: inFours("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}
		}, func(_ *words, p *page) { p.Signed = "" })
		console("spares", "spares", "spares.title", "", func(*words) any { return spares{[]string{"7K4M-9QXT-2HWD-PA6V", "7K4M-9QXT-2HWD-PA6W"}} }, same)
		for _, role := range permission.Staff {
			console("account-"+string(role), "account", "account.title", "account", func(w *words) any {
				return identity{"Nadia", w.say("role." + string(role)), w.say("role." + string(role) + ".text")}
			}, func(w *words, p *page) { p.Trouble = w.say("account.weak") })
		}
		console("signin", "signin", "console.signin", "", func(*words) any { return knock{"nadia@example.org"} }, func(w *words, p *page) {
			p.Signed, p.Trouble = "", w.say("console.wrong")
		})
	}
	return all
}

func TestEveryPageIsDrawnInEveryStateAndLanguage(t *testing.T) {
	s := site(t)
	out := os.Getenv("FOYER_PAGES") // a folder to look at the pages in
	for _, d := range drawings(t, s) {
		for _, odd := range []string{"<no value>", "%!", "ZgotmplZ", "{{"} {
			if strings.Contains(d.Body, odd) {
				t.Errorf("%s contains %q", d.Name, odd)
			}
		}
		if out != "" {
			page := strings.ReplaceAll(d.Body, `"/assets/`, `"assets/`)
			if err := os.WriteFile(filepath.Join(out, d.Name+".html"), []byte(page), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if out != "" {
		if err := os.MkdirAll(filepath.Join(out, "assets"), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, a := range s.assets {
			if err := os.WriteFile(filepath.Join(out, a.path), a.body, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A first view costs a page, its style and its icon; the console's also a script.
func TestEveryPageIsLight(t *testing.T) {
	const most = 15 << 10
	s := site(t)
	heaviest, which := 0, ""
	for _, d := range drawings(t, s) {
		zip, err := compress([]byte(d.Body))
		if err != nil {
			t.Fatal(err)
		}
		total, requests := len(zip), 1
		for _, a := range s.assets {
			if strings.Contains(d.Body, a.path) {
				total += len(a.zip)
				requests++
			}
		}
		if total > most || requests < 3 || requests > 5 {
			t.Errorf("%s is %d bytes in %d requests", d.Name, total, requests)
		}
		family := strings.Contains(d.Body, `<body class="family`)
		leaving := `<script src="` + s.assets["leave.js"].path + `" defer></script>`
		if family && strings.Contains(strings.Replace(d.Body, leaving, "", 1), "<script") {
			t.Errorf("%s loads a script that does more than leave", d.Name)
		}
		if family != strings.Contains(d.Body, `href="/leave"`) {
			t.Errorf("%s: a family's pages, and no others, have a way out", d.Name)
		}
		if total > heaviest {
			heaviest, which = total, d.Name
		}
	}
	t.Logf("the heaviest first view is %s: %d bytes", which, heaviest)
}

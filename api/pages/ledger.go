package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// ledgerLength is how many days of meters, or gaps, one page shows.
const ledgerLength = 50

// A reception is a list of days of meters, or of gaps. Other leads to the other of the two;
// More to what is older, "" when there is nothing.
type reception struct {
	Text, None string
	Other      way
	Sheets     []sheet
	More       string
}

// A way leads to a page.
type way struct{ Link, Name string }

// showLedger shows an operator what became of messages, by meter and day.
func (s *Site) showLedger(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	list, err := s.Gate.Ledger(r.Context(), aud, disclosure.LedgerQuery{Limit: ledgerLength, Cursor: r.URL.Query().Get("after")})
	return s.sendLedger(w, r, aud, err, "/console/ledger", list.Next, func(ws *words) (string, reception) { return ws.say("ledger.title"), drawLedger(ws, list.Days) })
}

// showGaps shows an operator in which stretches messages are missing.
func (s *Site) showGaps(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	list, err := s.Gate.Gaps(r.Context(), aud, disclosure.GapQuery{Limit: ledgerLength, Cursor: r.URL.Query().Get("after")})
	return s.sendLedger(w, r, aud, err, "/console/gaps", list.Next, func(ws *words) (string, reception) { return ws.say("gaps.title"), drawGaps(ws, list.Gaps) })
}

// sendLedger answers with a list that was asked for, or with its first page where the
// cursor is nobody's.
func (s *Site) sendLedger(w http.ResponseWriter, r *http.Request, aud disclosure.Audience, err error, address, next string, draw func(*words) (string, reception)) error {
	if errors.Is(err, disclosure.ErrCursor) {
		http.Redirect(w, r, address, http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.World())
	title, view := draw(ws)
	if next != "" {
		view.More = address + "?" + url.Values{"after": {next}}.Encode()
	}
	p := s.consolePage(ws, aud, title, "ledger", r.URL.RequestURI())
	p.View = view
	s.send(w, r, http.StatusOK, "ledger", p)
	return nil
}

func drawLedger(w *words, days []household.LedgerDay) reception {
	view := reception{Text: w.say("ledger.text"), None: w.say("ledger.none"), Other: way{"/console/gaps", w.say("ledger.gaps")}}
	for _, l := range days {
		day := time.Date(l.Day.Year, l.Day.Month, l.Day.Date, 12, 0, 0, 0, w.now.Location())
		one := sheet{Label: w.date(day), Facts: meterFacts(w, l.Gateway, l.Meter)}
		count := func(key string, n int64) {
			one.Facts = append(one.Facts, fact{Name: w.say(key), Value: strconv.FormatInt(n, 10)})
		}
		switch {
		case l.Every > 0:
			count("ledger.expected", int64(l.Heard+l.Missing))
			count("ledger.missing", int64(l.Missing))
		case l.Looked:
			one.Facts = append(one.Facts, fact{Name: w.say("ledger.expected"), Small: w.say("ledger.irregular")})
		case l.Meter != "":
			one.Facts = append(one.Facts, fact{Name: w.say("ledger.expected"), Small: w.say("ledger.yet")})
		}
		if l.Meter != "" {
			count("ledger.received", l.Tally.Received())
			count("ledger.stored", l.Tally[energy.FateStored])
		}
		for _, f := range []energy.Fate{energy.FateHeld, energy.FateExpired, energy.FateConflict, energy.FateRejected, energy.FateStopped, energy.FateQuarantined, energy.FateUncounted} {
			if n := l.Tally[f]; n != 0 {
				count("ledger."+f.String(), n)
			}
		}
		view.Sheets = append(view.Sheets, one)
	}
	return view
}

func drawGaps(w *words, gaps []household.MeterGap) reception {
	view := reception{Text: w.say("gaps.text"), None: w.say("gaps.none"), Other: way{"/console/ledger", w.say("gaps.ledger")}}
	for _, g := range gaps {
		end := fact{Name: w.say("gaps.to")}
		if g.To.IsZero() {
			end.Small = w.say("gaps.open")
		} else {
			end.Value = capital(w.when(g.To))
		}
		view.Sheets = append(view.Sheets, sheet{
			Label: capital(w.when(g.From)),
			Facts: append(meterFacts(w, g.Gateway, g.Meter), end, fact{Name: w.say("ledger.missing"), Value: strconv.Itoa(g.Missing)}),
		})
	}
	return view
}

// meterFacts name a gateway and a meter as far as they are known.
func meterFacts(w *words, gateway string, meter energy.MeterID) []fact {
	all := []fact{{Name: w.say("ledger.gateway"), Value: gateway}, {Name: w.say("ledger.meter"), Value: string(meter)}}
	for i := range all {
		if all[i].Value == "" {
			all[i].Small = w.say("ledger.unknown")
		}
	}
	return all
}

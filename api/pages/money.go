package pages

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// showMoney shows a family what it paid, what helped it and what its bills were.
func (s *Site) showMoney(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	m, err := s.Gate.Money(r.Context(), aud, aud.Family())
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), m.At)
	ws.now = m.At.In(m.Zone)
	p := s.familyPage(ws, ws.say("money.title"), "/m/money", nil)
	p.View = drawMoney(ws, m, "")
	s.send(w, r, http.StatusOK, "money", p)
	return nil
}

// showFamilyMoney shows a caseworker the same of a family that agreed to it.
func (s *Site) showFamilyMoney(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	m, err := s.Gate.Money(r.Context(), aud, household.FamilyID(r.PathValue("id")))
	if err != nil {
		return err
	}
	ws := s.words(r, "", m.At)
	ws.now = m.At.In(m.Zone)
	p := s.consolePage(ws, aud, m.Label+", "+ws.say("money.title.short"), "family", "/console/families/"+url.PathEscape(string(m.Family))+"/money")
	p.View = drawMoney(ws, m, m.Label)
	s.send(w, r, http.StatusOK, "money", p)
	return nil
}

// A purse is a family's money on a page.
type purse struct {
	Label    string // of the family, for a caseworker; "" on its own page
	Monthly  bool   // it shares no more than months
	Through  string // until when the accounts are told
	Accounts []ledger
	Amounts  []spent
	Bills    []bill
}

// A ledger is how one contract stands.
type ledger struct {
	Title string
	Lines []string // what matters, first
	Facts []fact
}

// A spent is one dated amount.
type spent struct{ What, When, Euros, More string }

// A bill is that of a month.
type bill struct {
	Title, Total string
	Part         string // how many days it is of, where too few for a month
	Notes        []string
	Lines        []billLine
}

type billLine struct{ What, Quantity, Euros string }

// drawMoney draws money for who helps the family of a label, or with "" for itself.
func drawMoney(w *words, m disclosure.Money, label string) purse {
	v := purse{Label: label}
	if len(m.Accounts) > 0 {
		v.Through = w.say("money.through", "Day", w.date(noon(m.Through)))
	}
	for _, a := range m.Accounts {
		v.Accounts = append(v.Accounts, drawAccount(w, a, label))
	}
	for _, e := range m.Amounts {
		x := spent{What: w.say("money." + string(e.Kind)), When: w.date(noon(e.Day)), Euros: w.Euros(e.Cents), More: w.say("fuel." + string(e.Fuel))}
		if !e.Daily {
			x.When, v.Monthly = w.wholeMonth(noon(e.Day)), true
		}
		if e.Source != "" {
			x.More += ", " + w.Typeset(e.Source)
		}
		v.Amounts = append(v.Amounts, x)
	}
	for _, b := range m.Bills {
		v.Bills = append(v.Bills, drawBill(w, b))
		v.Monthly = v.Monthly || !b.Daily
	}
	return v
}

func drawAccount(w *words, a disclosure.Account, label string) ledger {
	to := "" // whom the words are for
	if label != "" {
		to = "families."
	}
	l := ledger{Title: w.say("money.year", "Fuel", w.say("fuel."+string(a.Fuel)), "From", w.date(noon(a.From)), "To", w.date(noon(a.To.Add(-1))))}
	line := func(key string, pairs ...any) { l.Lines = append(l.Lines, w.say(key, pairs...)) }
	if a.Due != nil {
		drawDue(w, a, line)
	}
	if a.Credit != nil {
		line("money.credit", "Euros", w.Euros(int64(*a.Credit)))
		if a.Days != nil {
			line("money.credit.days", "Count", a.Days.Central)
			if a.Days.Low < a.Days.High {
				line("money.credit.range", "Low", a.Days.Low, "Count", a.Days.High)
			}
		}
	}
	switch {
	case a.Ahead == nil:
		line("money.unknown")
	case *a.Ahead > 0:
		line(to+"money.ahead", "Euros", w.Euros(int64(*a.Ahead)))
	case *a.Ahead < 0:
		line("money.behind", "Euros", w.Euros(-int64(*a.Ahead)))
	default:
		line(to + "money.even")
	}
	fact1 := func(key, value, small string) { l.Facts = append(l.Facts, fact{w.say(key), value, small}) }
	small := ""
	if a.Planned {
		small = w.say("money.planned")
	}
	fact1("money.paid", w.Euros(int64(a.Paid)), small)
	if a.Aid != 0 {
		fact1("money.helped", w.Euros(int64(a.Aid)), "")
	}
	if a.Cost != nil {
		fact1("money.used", w.money(*a.Cost, a.Known < a.Elapsed), "")
	} else {
		fact1("money.used", "", w.say("money.unknown.short"))
	}
	fact1("money.seen", w.say("money.seen.days", "Known", a.Known, "Count", a.Elapsed), "")
	return l
}

// drawDue says what the settlement of the year comes to, at this pace.
func drawDue(w *words, a disclosure.Account, line func(string, ...any)) {
	month := w.keep(w.Month(a.To.Month))
	round := func(c disclosure.Cents) string {
		if c < 0 {
			c = -c
		}
		return w.RoundEuros(int64(c))
	}
	d := a.Due
	switch {
	case d.Central > -50 && d.Central < 50:
		line("money.due.none", "Month", month)
	case d.Central < 0:
		line("money.due.back", "Euros", round(d.Central), "Month", month)
	default:
		line("money.due", "Euros", round(d.Central), "Month", month)
	}
	switch {
	case d.Low >= 0:
		line("money.due.range", "Low", round(d.Low), "High", round(d.High))
	case d.High <= 0:
		line("money.due.range", "Low", round(d.High), "High", round(d.Low))
	default:
		line("money.due.either", "Back", round(d.Low), "Pay", round(d.High))
	}
}

// wholeMonth names the month of an instant: "octobre 2026".
func (w *words) wholeMonth(t time.Time) string {
	return w.keep(w.Month(t.Month())) + " " + t.Format("2006")
}

func drawBill(w *words, b disclosure.Bill) bill {
	v := bill{Total: w.money(b.Total, b.Estimated), Title: b.Month}
	if t, err := time.Parse("2006-01", b.Month); err == nil {
		v.Title = capital(w.wholeMonth(t))
	}
	if b.Before != nil && *b.Before != b.Total {
		key, more := "money.bill.less", *b.Before-b.Total
		if more < 0 {
			key, more = "money.bill.more", -more
		}
		v.Notes = append(v.Notes, w.say(key, "Date", w.date(b.At), "Euros", w.Euros(int64(more))))
	}
	if len(b.Partial) > 0 {
		fuels := make([]string, len(b.Partial))
		for i, f := range b.Partial {
			fuels[i] = strings.ToLower(w.say("fuel." + f))
		}
		v.Notes = append(v.Notes, w.say("money.bill.partial", "Fuels", strings.Join(fuels, ", ")))
	}
	if b.Seen < b.Of {
		known, of := int(b.Seen/(24*time.Hour)), int((b.Of+12*time.Hour)/(24*time.Hour))
		v.Notes = append(v.Notes, w.say("money.bill.seen", "Known", known, "Count", of))
		if b.Status == household.InsufficientData {
			v.Part = w.say("money.seen.days", "Known", known, "Count", of)
		}
	}
	for _, l := range b.Lines {
		x := billLine{What: w.keep(w.BillLine(l.Label)), Euros: w.money(disclosure.Cents(l.Cents), l.Estimated)}
		switch l.Unit {
		case "kWh":
			x.Quantity = w.Number(l.Quantity, 1) + " kWh"
		case "day":
			x.Quantity = w.say("money.bill.days", "Count", w.Number(l.Quantity, 0))
		}
		if l.Fuel != household.FuelElectricity {
			x.What = w.say("fuel."+string(l.Fuel)) + " : " + x.What
		}
		x.What, x.Quantity = w.Typeset(x.What), w.Typeset(x.Quantity)
		v.Lines = append(v.Lines, x)
	}
	return v
}

package pages

import (
	"strconv"
	"time"

	"foyer/internal/disclosure"
)

// A Contact is the person families call and caseworkers are.
type Contact struct {
	Name  string // first name, "Nadia"
	Phone string // as printed, "05 55 00 00 00"
	Hours string // "du lundi au vendredi, 9 h à 17 h"
}

// A home is what the template of the family's page draws: words only.
type home struct {
	State   stateCard
	Today   *figure
	Month   *monthCard
	Week    *chart
	Indoor  *figure
	Works   *figure // what works saved
	Money   bool    // there is a page of payments and help
	Tip     string
	Last    string // when the last reading came
	Phones  string
	Figures bool // there is something beside the state
	Demo    bool
}

// A stateCard is the sentence the page begins with. Each state has its own words,
// icon and tone; tones never rely on colour alone.
type stateCard struct {
	Kind  disclosure.State
	Tone  string // "good", "look", "call", "wait"
	Icon  string // name of a symbol
	Title string
	Lines []string
	Act   *action
}

// An action is the one thing a state asks for.
type action struct {
	Text string
	Href string
	Tel  string // a number to dial instead of an address
}

// A figure is one number and what it means.
type figure struct {
	Title  string
	Amount string
	Lines  []string
}

// A monthCard is the running month. Bar is nil without a budget.
type monthCard struct {
	figure
	Budget string
	Bar    *bar
}

// A bar says how much of a budget is used. Its lengths are shares of its width,
// such as "69.8%", so that it is as wide as the page and its words keep their size.
type bar struct {
	Used string
	Mark string // where the month stands today; "" for no mark
	Side string // class: which way the word at the mark runs, "start", "middle" or "end"
	Over bool
	Text string
}

// near is the difference from the usual below which a cost is "as usual":
// thousandths of the usual, and cents.
const (
	nearShare = 100
	nearCents = 10
)

// drawHome puts a family's page in words.
func drawHome(w *words, h disclosure.Home, c Contact, shared bool) home {
	v := home{State: drawState(w, h, c, shared)}
	if h.Phones > 0 {
		v.Phones = w.say("data.phones", "Count", h.Phones)
	}
	if !h.LastData.IsZero() {
		v.Last = w.say("data.last", "When", w.when(h.LastData))
	}
	v.Money = h.Spends
	if h.State == disclosure.Stopped || h.State == disclosure.NoData {
		return v
	}
	v.Today = drawToday(w, h)
	v.Month = drawMonth(w, h)
	v.Week = drawWeek(w, h)
	v.Indoor = drawIndoor(w, h)
	v.Works = drawSavings(w, h, c)
	if (h.State == disclosure.Normal || h.State == disclosure.Drift) && !isCold(h) {
		v.Tip = w.say("tip.text")
	}
	v.Figures = v.Today != nil || v.Month != nil || v.Week != nil || v.Indoor != nil || v.Works != nil
	return v
}

func drawState(w *words, h disclosure.Home, c Contact, shared bool) stateCard {
	call := &action{Text: w.say("help.call", "Who", c.Name), Tel: dial(c.Phone)}
	s := stateCard{Kind: h.State}
	switch h.State {
	case disclosure.Stopped:
		s.Tone, s.Icon = "wait", "pause"
		key := "state.stopped"
		s.Lines = []string{w.say("state.stopped.text"), w.say("state.stopped.nobody")}
		if shared {
			key = "state.paused"
			s.Lines = []string{w.say("state.paused.text"), w.say("state.paused.others")}
		}
		s.Title = w.say(key + ".title")
		s.Act = &action{Text: w.say(key + ".resume"), Href: "/m/consent"}
		return s
	case disclosure.NoData:
		s.Tone, s.Icon = "wait", "clock"
		s.Lines = []string{w.say("state.nodata.text"), w.say("state.nothing")}
	case disclosure.Uncounted:
		s.Tone, s.Icon = "wait", "clock"
		s.Lines = []string{w.say("state.uncounted.text"), w.say("state.nothing")}
		if h.Unpriced {
			s.Act = call
			s.Lines = []string{w.say("state.uncounted.price", "Who", c.Name)}
		}
	case disclosure.Cold:
		s.Tone, s.Icon, s.Act = "call", "phone", call
		s.Lines = []string{w.say("state.cold.text") + " " + w.say("state.cold.help")}
	case disclosure.Silent:
		s.Tone, s.Icon = "wait", "dash"
		s.Lines = []string{
			w.say("state.silent.last", "When", w.when(h.LastData)) + " " + w.say("state.silent.text"),
			w.say("state.nothing"),
		}
	case disclosure.Budget:
		s.Tone, s.Icon, s.Act = "call", "phone", call
		s.Lines = []string{w.say("state.budget.text") + " " + w.say("state.budget.help", "Who", c.Name)}
	case disclosure.Drift:
		s.Tone, s.Icon = "look", "look"
		s.Act = &action{Text: w.say("state.ask"), Tel: call.Tel}
		s.Lines = []string{drift(w, h), w.say("state.drift.look")}
	case disclosure.Normal:
		s.Tone, s.Icon = "good", "check"
		s.Lines = []string{w.say("state.normal.text") + " " + w.say("state.nothing")}
	}
	s.Title = w.say("state." + string(h.State) + ".title")
	if h.Silent && h.State != disclosure.Silent && !h.LastData.IsZero() {
		s.Lines = append(s.Lines, w.say("state.silent.also", "When", w.when(h.LastData)))
	}
	return s
}

// drift says for how many days a home has used more, where the alert knows.
func drift(w *words, h disclosure.Home) string {
	if h.Reason != nil {
		if days, ok := whole(h.Reason.Args["days"]); ok && days > 0 {
			return w.say("state.drift.days", "Count", days)
		}
	}
	return w.say("state.drift.text")
}

// isCold reports that a home is cold whatever its state says: no tip then.
func isCold(h disclosure.Home) bool {
	return h.State == disclosure.Cold || h.Indoor != nil && h.Indoor.Temp < h.Indoor.Threshold
}

func drawToday(w *words, h disclosure.Home) *figure {
	if h.Silent || h.Today == nil || h.Today.Cost == nil || h.Today.Missing {
		return drawYesterday(w, h)
	}
	t := h.Today
	f := &figure{
		Title:  w.say("today.title", "Time", w.clock(t.Until)),
		Amount: w.money(*t.Cost, t.Estimated),
	}
	if t.UsualByNow != nil && !isCold(h) { // "less than usual" is no praise in a cold home
		f.Lines = append(f.Lines, against(w, *t.Cost, *t.UsualByNow))
	}
	if y := h.Yesterday; y != nil && y.Cost != nil && !y.Missing {
		f.Lines = append(f.Lines, w.say("today.yesterday", "Euros", w.money(*y.Cost, y.Estimated)))
	}
	return f
}

// drawYesterday stands in for today where the running day is not known yet: data
// that arrives a day late. A silent meter has no yesterday either.
func drawYesterday(w *words, h disclosure.Home) *figure {
	y := h.Yesterday
	if h.Silent || y == nil || y.Cost == nil || y.Missing {
		return nil
	}
	f := &figure{Title: w.say("last.title"), Amount: w.money(*y.Cost, y.Estimated)}
	if h.Usual != nil {
		f.Lines = append(f.Lines, w.say("last.usual", "Euros", w.Euros(int64(*h.Usual))))
	}
	return f
}

// against compares the running day with what is usual by now.
func against(w *words, cost, usual disclosure.Cents) string {
	diff := int64(cost - usual)
	switch size := max(diff, -diff); {
	case size <= nearCents || size*1000 <= int64(usual)*nearShare:
		return w.say("today.usual")
	case diff < 0:
		return w.say("today.less", "Euros", w.Euros(size))
	default:
		return w.say("today.more", "Euros", w.Euros(size))
	}
}

func drawMonth(w *words, h disclosure.Home) *monthCard {
	m := h.Month
	if m == nil || m.Cost == nil {
		return nil
	}
	v := &monthCard{figure: figure{Title: w.say("month.title"), Amount: w.money(*m.Cost, m.Estimated)}}
	if h.Silent {
		v.Title = w.say("month.until", "When", w.when(h.LastData))
	}
	if m.Budget != nil && *m.Budget > 0 {
		v.Budget = w.say("month.budget", "Euros", w.ShortEuros(int64(*m.Budget)))
		v.Bar = drawBar(w, h)
	}
	if h.Silent { // what is left from now on would be a guess
		v.Lines = append(v.Lines, w.say("month.sofar"))
		return v
	}
	switch {
	case v.Bar == nil:
	case m.Over:
		v.Lines = append(v.Lines, w.say("month.over", "Euros", w.Euros(int64(*m.Cost-*m.Budget))))
	case m.DaysLeft > 0:
		left := int64(*m.Budget - *m.Cost)
		v.Lines = append(v.Lines,
			w.say("month.left", "Count", m.DaysLeft, "Euros", w.Euros(left))+" "+
				w.say("month.perday", "Euros", w.Euros(left/int64(m.DaysLeft))))
	}
	if m.Forecast != nil {
		v.Lines = append(v.Lines, w.say("month.forecast", "Euros", w.RoundEuros(int64(m.Forecast.Central))))
	} else {
		v.Lines = append(v.Lines, w.say("month.sofar"))
	}
	return v
}

func drawBar(w *words, h disclosure.Home) *bar {
	used := int(int64(*h.Month.Cost) * 1000 / int64(*h.Month.Budget))
	percent := (used + 5) / 10
	b := &bar{Used: share(min(max(used, 0), 1000)), Over: h.Month.Over, Side: "middle"}
	if !h.Silent {
		mark := monthShare(h.At.In(h.Zone))
		b.Mark = share(mark)
		switch {
		case mark < wordRoom:
			b.Side = "start"
		case mark > 1000-wordRoom:
			b.Side = "end"
		}
	}
	b.Text = w.say("month.bar", "Percent", w.Number(itoa(percent), 0)+" %")
	return b
}

// wordRoom is how far from an end of the bar a word fits around its mark, in
// thousandths of the narrowest bar.
const wordRoom = 170

// share writes thousandths as a length for SVG.
func share(thousandths int) string {
	return strconv.Itoa(thousandths/10) + "." + strconv.Itoa(thousandths%10) + "%"
}

// monthShare says how much of its month is over at t, in thousandths.
func monthShare(t time.Time) int {
	days := time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return max(1, ((t.Day()-1)*24+t.Hour())*1000/(days*24))
}

func drawIndoor(w *words, h disclosure.Home) *figure {
	i := h.Indoor
	if i == nil {
		return nil
	}
	threshold := w.Number(i.Threshold.String(), 0) + " °C"
	f := &figure{Title: w.say("temp.title"), Amount: w.Degrees(int64(i.Temp))}
	switch {
	case i.Temp < i.Threshold:
		f.Lines = append(f.Lines, w.say("temp.below", "Threshold", threshold))
	case i.Temp <= comfortable:
		f.Lines = append(f.Lines, w.say("temp.good"))
	default:
		f.Lines = append(f.Lines, w.say("temp.fair", "Threshold", threshold))
	}
	if !i.At.IsZero() {
		f.Lines = append(f.Lines, w.say("temp.at", "When", w.when(i.At)))
	}
	return f
}

// comfortable is the warmest temperature called good; above it nothing is said,
// for a home is not told to heat less.
const comfortable = disclosure.Milli(24_000)

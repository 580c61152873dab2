package pages

import "foyer/internal/disclosure"

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

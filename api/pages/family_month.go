package pages

import (
	"strconv"
	"time"

	"foyer/internal/disclosure"
)

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

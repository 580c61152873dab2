package pages

import (
	"net/http"

	"foyer/internal/disclosure"
)

// showTariffs shows a family what its last twelve months would have cost otherwise.
func (s *Site) showTariffs(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.family(r.Context(), r)
	if err != nil {
		return err
	}
	x, err := s.Gate.WhatIf(r.Context(), aud)
	if err != nil {
		return err
	}
	ws := s.words(r, aud.Language(), x.At)
	ws.now = x.At.In(x.Zone)
	p := s.familyPage(ws, ws.say("tariffs.title"), "/m/tariffs", nil)
	p.View = drawTariffs(ws, x, s.Tariff)
	s.send(w, r, http.StatusOK, "tariffs", p)
	return nil
}

// A comparison is other tariffs on a page.
type comparison struct {
	Period  string
	Tariffs []otherTariff
}

// An otherTariff is a year under another tariff.
type otherTariff struct {
	Name  string
	Lines []string // what matters, first
	Facts []fact
}

func drawTariffs(w *words, x disclosure.WhatIf, name func(string) string) comparison {
	v := comparison{Period: w.say("tariffs.period", "From", w.date(noon(x.From)), "To", w.date(noon(x.To.Add(-1))))}
	for _, y := range x.Tariffs {
		v.Tariffs = append(v.Tariffs, drawOther(w, y, name))
	}
	return v
}

func drawOther(w *words, y disclosure.OtherYear, name func(string) string) otherTariff {
	v := otherTariff{Name: w.Typeset(name(y.Tariff))}
	if y.Cost == nil || y.OwnCost == nil {
		v.Lines = append(v.Lines, w.say("tariffs.unknown"))
		for _, l := range y.Lacks {
			v.Lines = append(v.Lines, w.say("tariffs.lacks."+l))
		}
	} else {
		more := *y.Cost - *y.OwnCost
		switch {
		case more > 50:
			v.Lines = append(v.Lines, w.say("tariffs.more", "Euros", w.RoundEuros(int64(more))))
		case more < -50:
			v.Lines = append(v.Lines, w.say("tariffs.less", "Euros", w.RoundEuros(int64(-more))))
		default:
			v.Lines = append(v.Lines, w.say("tariffs.same"))
		}
		v.Facts = append(v.Facts,
			fact{w.say("tariffs.own"), w.money(*y.OwnCost, y.Estimated), w.Typeset(name(y.Own))},
			fact{w.say("tariffs.other"), w.money(*y.Cost, y.Estimated), ""})
	}
	v.Facts = append(v.Facts, fact{w.say("money.seen"), w.say("money.seen.days", "Known", y.Known, "Count", y.Of), ""})
	return v
}

package pages

import (
	"net/http"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// toldDays is for how long the town lead is told of who opened the figures of many
// families.
const toldDays = 30

// A browses says in words who opened the figures of many families of late; no Spells when
// nobody did.
type browses struct {
	Text   string
	Spells []string
}

// browsed asks who did.
func (s *Site) browsed(r *http.Request, w *words, aud disclosure.Audience) (browses, error) {
	list, err := s.Gate.Browses(r.Context(), aud, s.Wall().AddDate(0, 0, -toldDays))
	return drawBrowses(w, list), err
}

func drawBrowses(w *words, list []household.Browse) browses {
	v := browses{Text: w.say("browsing.text", "Limit", household.MostOpened, "Days", toldDays)}
	for _, b := range list {
		key := "browsing.once"
		if b.Last.Sub(b.Began) >= time.Hour {
			key = "browsing.long"
		}
		v.Spells = append(v.Spells, w.say(key, "Name", b.Name, "Families", b.Families, "Began", w.when(b.Began), "Last", w.when(b.Last)))
	}
	return v
}

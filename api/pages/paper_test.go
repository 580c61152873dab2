package pages

import (
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// sheets counts the pages of a PDF document.
func sheets(pdf []byte) int { return len(regexp.MustCompile(`/Type\s*/Page[^s]`).FindAll(pdf, -1)) }

func TestTheFamilysPageFitsOneSheet(t *testing.T) {
	b, s := chromium(t), site(t)
	all := drawings(t, s)
	base := gallery(t, s, all)
	for _, d := range all {
		if !strings.HasPrefix(d.Name, "home-") && d.Name != "desk-fr" {
			continue
		}
		b.open(base + d.Name)
		pdf := run(b, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
		if n := sheets(pdf); n != 1 {
			t.Errorf("%s prints on %d sheets", d.Name, n)
		}
	}
}

func TestTheSheetSaysWhatThePageSays(t *testing.T) {
	b, s := chromium(t), site(t)
	all := drawings(t, s)
	base := gallery(t, s, all)
	for name, figures := range map[string][]string{
		"home-normal-fr": {"Tout va bien", "1,84 €", "52,40 €", "2,62 €", "19,2 °C", "Dernier relevé : aujourd’hui à 15 h"},
		"home-normal-en": {"All is well", "1,84 €", "52,40 €", "Last reading: today at 15:00"},
		"home-silent-fr": {"52,40 €", "Dernier relevé : hier à 14 h"},
		"home-cold-fr":   {"Il fait froid chez vous", "15,3 °C", "Dernier relevé"},
		"home-nodata-fr": {"Bientôt prêt"},
		"desk-fr":        {"À appeler, dimanche 22 novembre", "Foyer 07", "14,8 °C en moyenne", "Parle arabe"},
	} {
		b.open(base + name)
		b.media("print")
		shown := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(ask[string](b, `document.body.innerText`))
		if strings.HasPrefix(name, "home-") {
			figures = append(figures, nadia.Phone)
		}
		for _, want := range figures {
			if !strings.Contains(shown, want) {
				t.Errorf("%s prints no %q: %s", name, want, shown)
			}
		}
		for _, odd := range []string{"Se déconnecter", "Déconnecter", "Je m’en occupe", "Voir les chiffres"} {
			if strings.Contains(shown, odd) {
				t.Errorf("%s prints the button %q", name, odd)
			}
		}
		b.media("")
	}
}

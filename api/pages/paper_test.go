package pages

import (
	"html/template"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"foyer/internal/charter"
	"foyer/internal/consent"
	"foyer/internal/text"
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

// Each question is on a sheet of its own, that one page of paper holds.
func TestEveryPaperFitsOneSheet(t *testing.T) {
	b, s := chromium(t), site(t)
	all := drawings(t, s)
	base := gallery(t, s, all)
	for _, l := range s.Texts.Languages() {
		for name, want := range map[string]int{"papers": len(boxesOf(charter.Charter{})), "papers-of": len(boxesOf(charter.Charter{})), "papers-one": 1} {
			b.open(base + name + "-" + l.Tag)
			if n := sheets(run(b, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))); n != want {
				t.Errorf("%s in %s prints on %d sheets, want %d", name, l.Tag, n, want)
			}
		}
	}
}

// What is signed is what the version of the text says, and nothing is answered for anybody.
func TestAPaperAsksWhatTheScreenAsks(t *testing.T) {
	s := site(t)
	for _, l := range s.Texts.Languages() {
		w := &words{Language: l, now: today(t)}
		v := s.drawPapers(w, charter.Charter{}, boxesOf(charter.Charter{}), "")
		p := s.familyPage(w, "x", "/", v)
		b, err := s.draw("paper", p)
		if err != nil || len(v.Sheets) != 9 {
			t.Fatal(len(v.Sheets), err)
		}
		for _, one := range v.Sheets {
			if hash, known := text.NoticeHash(text.NoticeVersion, l.Tag, one.Name); !known || hash != one.Hash || strings.Count(string(b), hash) != 1 {
				t.Errorf("%s in %s does not name its text: %s", one.Name, l.Tag, one.Hash)
			}
			for _, line := range append([]string{one.Question, one.Yes, one.No}, one.Lines...) {
				if !strings.Contains(string(b), template.HTMLEscapeString(line)) {
					t.Errorf("%s in %s does not say %q", one.Name, l.Tag, line)
				}
			}
			// Every scope that a yes gives is on the sheet.
			scopes, _ := consent.Offered(one.Name, 0)
			for _, sc := range scopes {
				if !slices.ContainsFunc(one.Shown, func(line string) bool {
					return strings.HasPrefix(line, w.say("consent.category."+string(sc.Category))) && strings.Contains(line, w.say("receipts.to."+string(sc.Recipient))) &&
						(sc.Category == consent.Survey || strings.Contains(line, w.say("consent.finest."+sc.Granularity.String())))
				}) {
					t.Errorf("%s in %s does not tell of %+v: %q", one.Name, l.Tag, sc, one.Shown)
				}
			}
		}
		answers := regexp.MustCompile(`<li class="answer"><span class="tick"></span>`).FindAll(b, -1)
		if len(answers) != 18 || regexp.MustCompile(`checked|<input type="(checkbox|radio)`).Match(b) {
			t.Errorf("%d answers of one kind", len(answers))
		}
	}
	now := charter.Book{{ID: 1, Name: charter.PurposeList, Value: "family_view alert"}, {ID: 2, Name: charter.Consents, Value: "90"}}.At(today(t))
	v := s.drawPapers(&words{Language: s.Texts.In("fr"), now: today(t)}, now, boxesOf(now), "")
	if got := boxesOf(now); !slices.Equal(got, []string{"family_view", "hourly", "alert", "stop"}) || !strings.Contains(v.Sheets[0].Facts[2].Value, "90 jours") {
		t.Errorf("%q, %+v", got, v.Sheets[0].Facts)
	}
	if hourly, alert := v.Sheets[1].Coarse, v.Sheets[2].Coarse; len(hourly) != 0 || !slices.Equal(alert, []string{"Par mois", "Par an"}) {
		t.Errorf("%q, %q", hourly, alert)
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

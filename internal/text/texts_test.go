package text

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// catalogue returns every form of every text of a language by "key" or "key/form".
func catalogue(t *testing.T, tag string) map[string]string {
	t.Helper()
	raw, err := locales.ReadFile("locales/" + tag + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var entries map[string]any
	if err := json.Unmarshal(raw, &entries); err != nil {
		t.Fatal(err)
	}
	forms := map[string]string{}
	for key, v := range entries {
		switch v := v.(type) {
		case string:
			forms[key] = v
		case map[string]any:
			for form, s := range v {
				forms[key+"/"+form] = s.(string)
			}
		default:
			t.Fatalf("%s %s is a %T", tag, key, v)
		}
	}
	return forms
}

func load(t *testing.T) *Texts {
	t.Helper()
	texts, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

var placeholder = regexp.MustCompile(`{{\.(\w+)}}`)

func placeholders(s string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestEveryLanguageSaysTheSameThings(t *testing.T) {
	first := catalogue(t, tags[0])
	for _, tag := range tags[1:] {
		other := catalogue(t, tag)
		for key, s := range first {
			o, ok := other[key]
			if !ok {
				t.Errorf("%s lacks %s", tag, key)
				continue
			}
			// A singular may spell the number out.
			if !strings.HasSuffix(key, "/one") && !slices.Equal(placeholders(s), placeholders(o)) {
				t.Errorf("%s: %s has %v, %s has %v", key, tags[0], placeholders(s), tag, placeholders(o))
			}
		}
		for key := range other {
			if _, ok := first[key]; !ok {
				t.Errorf("%s has %s, %s does not", tag, key, tags[0])
			}
		}
	}
}

// A value named Count chooses a form: a text without forms would fail at one.
func TestOnlyTextsWithFormsCount(t *testing.T) {
	for _, tag := range tags {
		texts := catalogue(t, tag)
		for key, s := range texts {
			base, form, _ := strings.Cut(key, "/")
			_, one := texts[base+"/one"]
			_, other := texts[base+"/other"]
			if strings.Contains(s, "{{.Count}}") && (form == "" || !one || !other) {
				t.Errorf("%s %s counts and has no singular and plural", tag, key)
			}
			if form == "one" && strings.Contains(s, "1") { // French says none in the singular
				t.Errorf("%s %s writes the number out: %q", tag, key, s)
			}
		}
	}
}

func TestAMissingTextOrValueIsAnError(t *testing.T) {
	for _, l := range load(t).Languages() {
		if s, err := l.T("no.such.text"); err == nil {
			t.Errorf("%s: no.such.text is %q", l.Tag, s)
		}
		if s, err := l.T("month.perday"); err == nil {
			t.Errorf("%s: month.perday without its euros is %q", l.Tag, s)
		}
		if s, err := l.Or("rule.no_such", "rule.unknown"); err != nil || s == "" {
			t.Errorf("%s: fallback is %q, %v", l.Tag, s, err)
		}
	}
}

func TestNumbersAreWrittenAsOnAFrenchBill(t *testing.T) {
	for _, l := range load(t).Languages() {
		for want, got := range map[string]string{
			"1,84 €":     l.Euros(184),
			"0,05 €":     l.Euros(5),
			"0,00 €":     l.Euros(0),
			"−0,35 €":    l.Euros(-35),
			"1 234,50 €": l.Euros(123450),
			"71 €":       l.RoundEuros(7050),
			"19,2 °C":    l.Degrees(19240),
			"19,3 °C":    l.Degrees(19250),
			"−3,0 °C":    l.Degrees(-3000),
			"9 h":        l.Hours(9400),
			"12,3 kWh":   l.KWh(12345678),
			"10,4 %":     l.Percent("0.104"),
			"16,5":       l.Number("16.50", 2),
			"100":        l.Number("100", 2),
			"20":         l.Number("20.00", 1),
			"x":          l.Number("x", 1),
		} {
			if plain := strings.ReplaceAll(got, Unbreakable, " "); plain != want {
				t.Errorf("%s: got %q, want %q", l.Tag, plain, want)
			}
		}
	}
}

func TestInstantsAreSaidInWords(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 15, 4, 0, 0, paris)
	texts := load(t)
	for _, c := range []struct {
		t      time.Time
		fr, en string
	}{
		{now.Add(-34 * time.Minute), "aujourd’hui à 14 h 30", "today at 14:30"},
		{time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC), "hier à 14 h", "yesterday at 14:00"},
		{time.Date(2026, 11, 24, 23, 30, 0, 0, time.UTC), "aujourd’hui à 0 h 30", "today at 0:30"},
		{time.Date(2026, 11, 1, 9, 5, 0, 0, paris), "dimanche 1er novembre à 9 h 05", "Sunday 1 November at 9:05"},
		{time.Date(2025, 1, 3, 9, 0, 0, 0, paris), "3 janvier 2025 à 9 h", "3 January 2025 at 9:00"},
	} {
		for tag, want := range map[string]string{"fr": c.fr, "en": c.en} {
			got, err := texts.In(tag).When(c.t, now)
			if got = strings.ReplaceAll(got, Unbreakable, " "); err != nil || got != want {
				t.Errorf("%s: got %q, %v; want %q", tag, got, err, want)
			}
		}
	}
}

func TestAReasonSaysItsNumbers(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 15, 0, 0, 0, paris)
	last := strconv.FormatInt(time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC).UnixMilli(), 10)
	for _, c := range []struct {
		key  string
		args map[string]string
		want string
	}{
		{"alert.spending.no_weather", map[string]string{"days": "3", "cost_eur": "6.4", "usual_eur": "4.1"}, "Depuis 3 jours : 6,40 € par jour, au lieu de 4,10 € d’habitude."},
		{"alert.silent_meter", map[string]string{"last_at": last, "interval_min": "10"}, "Plus de relevé depuis hier à 14 h. D’habitude, un relevé toutes les 10 min."},
		{"alert.silent_meter", map[string]string{"last_at": last, "interval_min": "1440"}, "Plus de relevé depuis hier à 14 h. D’habitude, un relevé toutes les 24 h."},
		{"alert.cold_home.danger", map[string]string{"on_day": "2026-11-24", "mean_c": "11.62", "limit_c": "12"}, "11,6 °C en moyenne, mardi 24 novembre. Moins de 12 °C met la santé en danger."},
	} {
		got, err := load(t).In("fr").Reason(c.key, c.args, now)
		if got = strings.ReplaceAll(got, Unbreakable, " "); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.key, got, err, c.want)
		}
	}
	for name, value := range map[string]string{"last_at": "yesterday", "on_day": "2026-13-01"} {
		if s, err := load(t).In("fr").Reason("alert.silent_meter.unknown", map[string]string{name: value}, now); err == nil {
			t.Errorf("%s=%s: got %q, want an error", name, value, s)
		}
	}
}

func TestTheNearestLanguageAnswers(t *testing.T) {
	texts := load(t)
	for wish, want := range map[string]string{
		"": "fr", "fr": "fr", "en": "en", "en-GB,en;q=0.9,fr;q=0.5": "en", "fr-CA": "fr",
		"br": "fr", "ja": "fr", "*": "fr", "not a language": "fr",
	} {
		if got := texts.In(wish).Tag; got != want {
			t.Errorf("%q: got %s, want %s", wish, got, want)
		}
	}
	if texts.Has("de") || !texts.Has("en") {
		t.Error("Has is wrong about de or en")
	}
}

func TestSingularAndPluralDiffer(t *testing.T) {
	fr := load(t).In("fr")
	for count, want := range map[int]string{1: "Il reste x pour 1 jour.", 8: "Il reste x pour 8 jours."} {
		if got, err := fr.T("month.left", "Count", count, "Euros", "x"); err != nil || got != want {
			t.Errorf("%d: got %q, %v", count, got, err)
		}
	}
}

// Keys that families never see.
var forStaff = regexp.MustCompile(`^(audit|console|families|households|setup|init|second|spares|account|role|status|severity|rule|outcome|alert|together)\.`)

// Words that judge, frighten or come from an office. "Ce n'est pas une faute" is the
// one exception.
var forbidden = regexp.MustCompile(`(?i)(^|\P{L})(anormale?s?|gaspillages?|surconsommations?|excessif|excessive|mauvaise?s?|fautes?|veuillez|impayés?|précarité|bénéficiaires?|alertes?|pénalités?|voisins?|classement)(\P{L}|$)`)

var (
	sentence = regexp.MustCompile(`[.?!:;]+(\s|$)`)
	negation = regexp.MustCompile(`(?i)(^|\s)(ne|n')(\s|\p{L})`)
	abbrev   = regexp.MustCompile(`(?i)(^|\s)(env|ex|etc|n°|tél|m\.|mme|min|max|nb|qté|w|wh|mwh|kva|conso)(\s|\.|$)`)
)

func TestFamilyTextsArePlain(t *testing.T) {
	texts := catalogue(t, "fr")
	words, sentences := 0, 0
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		s := texts[key]
		if forStaff.MatchString(key) || strings.HasPrefix(key, "date.") || strings.HasPrefix(key, "age.") {
			continue
		}
		if key != "state.budget.text" && key != "accessibility.status" && forbidden.MatchString(s) {
			t.Errorf("%s uses a forbidden word: %q", key, s)
		}
		if abbrev.MatchString(s) {
			t.Errorf("%s abbreviates: %q", key, s)
		}
		if strings.Contains(s, "kWh") {
			t.Errorf("%s speaks of kWh outside the table: %q", key, s)
		}
		for _, part := range sentence.Split(s, -1) {
			n := 0
			for w := range strings.FieldsSeq(part) {
				if w != "€" && w != "°C" && w != "h" {
					n++
				}
			}
			if n == 0 {
				continue
			}
			if n > 15 {
				t.Errorf("%s has a sentence of %d words: %q", key, n, part)
			}
			if len(negation.FindAllString(part, -1)) > 1 {
				t.Errorf("%s denies twice: %q", key, part)
			}
			words += n
			sentences++
		}
	}
	if mean := float64(words) / float64(sentences); mean > 8 {
		t.Errorf("%d sentences of %.1f words on average: want at most 8", sentences, mean)
	} else {
		t.Logf("%d sentences, %.1f words on average", sentences, mean)
	}
}

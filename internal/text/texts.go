// Package text holds the words of Foyer: one catalogue for each language, and
// how money, numbers and dates are written in it.
//
// French comes first: every other catalogue has the same keys, and a test says
// so. Numbers are always written as French bills write them, so that a family
// finds the same digits on its paper. The package knows no page and no family.
package text

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed locales/*.json
var locales embed.FS

// tags are the languages there are; the first is the default.
var tags = []string{"fr", "en"}

// Texts are the catalogues of every language. They may be used from several
// goroutines at once.
type Texts struct {
	languages []*Language
	matcher   language.Matcher
}

// Load reads the catalogues built into the program. It fails only when one of
// them is not what the tests saw.
func Load() (*Texts, error) {
	bundle := i18n.NewBundle(language.French)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	t := &Texts{}
	var supported []language.Tag
	for _, tag := range tags {
		file := "locales/" + tag + ".json"
		raw, err := fs.ReadFile(locales, file)
		if err != nil {
			return nil, fmt.Errorf("load texts: %w", err)
		}
		if _, err := bundle.ParseMessageFileBytes(raw, file); err != nil {
			return nil, fmt.Errorf("load texts %s: %w", tag, err)
		}
		supported = append(supported, language.MustParse(tag))
		t.languages = append(t.languages, &Language{
			Tag:       tag,
			localizer: i18n.NewLocalizer(bundle, tag),
			numbers:   message.NewPrinter(language.MustParse("fr-FR")),
		})
	}
	t.matcher = language.NewMatcher(supported)
	return t, nil
}

// Languages lists every language, the default one first.
func (t *Texts) Languages() []*Language { return t.languages }

// In returns the language nearest to wish, a BCP 47 tag or the value of an
// Accept-Language header; French when nothing is near.
func (t *Texts) In(wish string) *Language {
	wanted, _, err := language.ParseAcceptLanguage(wish)
	if err != nil || len(wanted) == 0 {
		return t.languages[0]
	}
	_, i, confidence := t.matcher.Match(wanted...)
	if confidence <= language.Low {
		return t.languages[0]
	}
	return t.languages[i]
}

// Has reports whether tag is exactly one of the languages.
func (t *Texts) Has(tag string) bool {
	for _, l := range t.languages {
		if l.Tag == tag {
			return true
		}
	}
	return false
}

// A Language writes texts, numbers and dates in one language.
type Language struct {
	Tag       string // "fr"
	localizer *i18n.Localizer
	numbers   *message.Printer
}

// strict makes a value that a text wants and did not get an error, not "<no value>".
var strict = &template.TextParser{Option: "missingkey=error"}

// T returns the text of a key. Pairs are names and values for its placeholders:
// T("month.left", "Count", 8, "Euros", "22,60 €"). The value named Count also
// chooses between singular and plural.
//
// It fails on a key that this language lacks and on a placeholder without a value.
func (l *Language) T(key string, pairs ...any) (string, error) {
	cfg := &i18n.LocalizeConfig{MessageID: key, TemplateParser: strict}
	if len(pairs)%2 != 0 {
		return "", fmt.Errorf("text %s: names and values do not pair", key)
	}
	data := map[string]any{}
	for pair := range slices.Chunk(pairs, 2) {
		name, ok := pair[0].(string)
		if !ok {
			return "", fmt.Errorf("text %s: name %v is no text", key, pair[0])
		}
		data[name] = pair[1]
		if name == "Count" {
			cfg.PluralCount = pair[1]
		}
	}
	cfg.TemplateData = data
	s, err := l.localizer.Localize(cfg)
	if err != nil {
		return "", fmt.Errorf("text %s: %w", key, err)
	}
	return l.Typeset(s), nil
}

// Or returns the text of key, or of fallback when the catalogue has no such key.
func (l *Language) Or(key, fallback string, pairs ...any) (string, error) {
	s, err := l.T(key, pairs...)
	var missing *i18n.MessageNotFoundErr
	if errors.As(err, &missing) {
		return l.T(fallback, pairs...)
	}
	return s, err
}

// Unbreakable is the space that keeps a number and its unit on one line.
const Unbreakable = "\u00a0"

var (
	french = strings.NewReplacer(
		"'", "\u2019",
		" :", Unbreakable+":", " ;", Unbreakable+";", " ?", Unbreakable+"?", " !", Unbreakable+"!",
		" €", Unbreakable+"€", " %", Unbreakable+"%", " °C", Unbreakable+"°C", " kWh", Unbreakable+"kWh",
		"« ", "«"+Unbreakable, " »", Unbreakable+"»",
	)
	others = strings.NewReplacer(
		"'", "\u2019",
		" €", Unbreakable+"€", " %", Unbreakable+"%", " °C", Unbreakable+"°C", " kWh", Unbreakable+"kWh",
	)
)

// hour is a number and its "h" that must not part.
var hour = regexp.MustCompile(`(\d) (h|min)\b`)

// Typeset puts the spaces and apostrophes that nobody is asked to type. Texts of
// the catalogues have them already.
func (l *Language) Typeset(s string) string {
	s = hour.ReplaceAllString(s, "${1}"+Unbreakable+"${2}")
	if l.Tag == "fr" {
		return french.Replace(s)
	}
	return others.Replace(s)
}

package install

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// slug returns the id of a town, from its name: "Saint-Étienne-de-Fursac" is
// saint-etienne-de-fursac, at most 32 characters.
func slug(name string) string {
	var b strings.Builder
	name = strings.NewReplacer("œ", "oe", "Œ", "oe", "æ", "ae", "Æ", "ae").Replace(name)
	for _, c := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		case unicode.Is(unicode.Mn, c): // an accent
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	id := b.String()
	return strings.Trim(id[:min(len(id), 32)], "-")
}

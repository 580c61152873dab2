package account

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
)

//go:embed common.txt
var commonText string

// commonWords are what the passwords that many people have are made of, longest
// first.
var commonWords = func() []string {
	words := strings.Fields(commonText)
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	return words
}()

// common reports a password of which little is left without the words many
// people take, digits and signs: "Motdepasse2026!", "azertyazerty12". lower is in
// lower case.
func common(lower string) bool {
	letters := strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) {
			return c
		}
		return -1
	}, leet.Replace(lower))
	plain := strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) {
			return c
		}
		return -1
	}, lower)
	return little(letters) || little(plain)
}

// leet is how digits stand for letters.
var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s")

func little(letters string) bool {
	left := letters
	for _, word := range commonWords {
		left = strings.ReplaceAll(left, word, "")
	}
	return len(left) < 4
}

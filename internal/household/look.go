package household

import "foyer/internal/energy"

// A Look says until when every period of a family has the result that it should have,
// marks of what changed since apart. Its zero value says nothing.
type Look struct {
	Methods     string     // of all indicators; with another one every period is looked at again
	Today       energy.Day // on which it was looked
	First, Last energy.Day // of which usage was known then; zero when none was
	Indoor      energy.Day // first of which an indoor temperature was; likewise
}

package charter

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Number returns a parameter that is a number.
func (c Charter) Number(name string) int {
	n, _ := strconv.Atoi(c.Get(name).Value) // nothing but Parse's form is kept
	return n
}

// List returns a parameter that is a list of words.
func (c Charter) List(name string) []string {
	return strings.Fields(c.Get(name).Value)
}

// Validity is how long a consent holds that names no end, and at most.
func (c Charter) Validity() time.Duration { return time.Duration(c.Number(Consents)) * 24 * time.Hour }

// Offers reports whether families are asked for a purpose.
func (c Charter) Offers(purpose string) bool { return slices.Contains(c.List(PurposeList), purpose) }

// rulePrefix begins the name of the thresholds of a rule of alerts. They stand in the
// configuration; the charter notes what they were, and when.
const rulePrefix = "alerts."

// Rule returns the name under which the thresholds of a rule of alerts are noted.
func Rule(name string) string { return rulePrefix + name }

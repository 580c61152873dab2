package indicators

import (
	"fmt"
	"strings"
)

//go:generate go test -run TestTheReferencePageIsThatOfTheRegistry . -update

// Page returns the reference page of every indicator and calculation, in Markdown.
func Page() string {
	var b strings.Builder
	b.WriteString("# Indicators\n\n<!-- Generated from the registry: go generate ./indicators -->\n\n")
	b.WriteString("Each is a pure function of what was known: the same inputs give the same bytes. A result has a status: `ok`, `provisional` " +
		"(to show, never to pay on), `insufficient_data`, `indeterminate` (an input is unknown or the ratio has no meaning) or `not_applicable`. " +
		"Only the first two carry a value. Results are never changed: a late reading adds a new one.\n")
	for _, i := range All() {
		fmt.Fprintf(&b, "\n## `%s`\n\n%s\n\n*%s*\n\n", i.ID, i.Question, i.QuestionFR)
		fmt.Fprintf(&b, "| unit | period | version | category | granularity |\n|---|---|---|---|---|\n| %s | %s | %s | `%s` | %s |\n\n",
			i.Unit, i.Span, i.Version, i.Category, granularities[i.Granularity])
		fmt.Fprintf(&b, "%s\n\nSource: %s\n", i.Method, i.Source)
	}
	b.WriteString("\n## Calculations\n\n`foyer indicator eval` runs these on inputs of your own.\n\n| id | source |\n|---|---|\n")
	for _, c := range Calculations() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", c.ID, c.Source)
	}
	return b.String()
}

var granularities = map[int]string{1: "annual", 2: "monthly", 3: "daily", 4: "half-hourly"}

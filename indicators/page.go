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
			i.Unit, i.Span, i.Version, i.Category, i.Grain())
		fmt.Fprintf(&b, "%s\n\nSource: %s\n", i.Method, i.Source)
	}
	b.WriteString("\n## Formulas\n\n`foyer indicator eval` runs these on inputs of your own; " +
		"`foyer indicator explain ID` says what each member is.\n\n| id | inputs | result | source |\n|---|---|---|---|\n")
	for _, c := range Calculations() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", c.ID, quoted(c.Inputs), quoted(c.Results), c.Source)
	}
	return b.String()
}

// quoted lists the names of fields for a cell of a table.
func quoted(fields []Field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = "`" + f.Name + "`"
	}
	return strings.Join(names, ", ")
}

var granularities = map[int]string{1: "annual", 2: "monthly", 3: "daily", 4: "half-hourly"}

// Grain names the granularity of an indicator in a word: "daily".
func (i Indicator) Grain() string { return granularities[i.Granularity] }

package formulary

import (
	"fmt"
	"slices"
	"strings"

	"foyer/indicators"
	"foyer/internal/formula"
)

//go:generate go test -run TestTheReferencePageIsThatOfTheRegistry . -update

// Page returns the reference page of every indicator and calculation, in Markdown.
func Page() string {
	var b strings.Builder
	b.WriteString("# Indicators\n\n<!-- Generated from the registry: go generate ./internal/formulary -->\n\n")
	b.WriteString("Each is a pure function of what was known: the same inputs give the same bytes. A result has a status: `ok`, `provisional` " +
		"(to show, never to pay on), `insufficient_data`, `indeterminate` (an input is unknown or the ratio has no meaning) or `not_applicable`. " +
		"Only the first two carry a value. Results are never changed: a late reading adds a new one.\n")
	fmt.Fprintf(&b, "\nThe country file lists what the nightly run computes for every home: section `nightly` of `indicators/data`. "+
		"For a pilot in France (`%s`):\n", indicators.France)
	nightly := indicators.Nightly(indicators.France)
	for _, i := range nightly {
		fmt.Fprintf(&b, "\n- `%s`: %s", i.ID, i.Question)
	}
	b.WriteString("\n")
	for _, i := range nightly {
		fmt.Fprintf(&b, "\n## `%s`\n\n%s\n\n*%s*\n\n", i.ID, i.Question, i.QuestionFR)
		fmt.Fprintf(&b, "| unit | period | version | category | granularity |\n|---|---|---|---|---|\n| %s | %s | %s | `%s` | %s |\n\n",
			i.Unit, i.Span, i.Version, i.Category, i.Grain())
		fmt.Fprintf(&b, "%s\n\nSource: %s\n", i.Method, i.Source)
		if f, ok := Formulas().Find(i.ID); ok {
			fmt.Fprintf(&b, "\nOn request too: inputs %s; result %s.\n", quoted(f.Inputs), quoted(f.Results))
		}
	}
	b.WriteString("\n## On request\n\nThese describe a home, a cohort or a payment from inputs that somebody gives: " +
		"`foyer indicator eval` computes them, `foyer indicator explain ID` says what each member is.\n")
	var plain []formula.Formula
	for _, f := range Formulas().All() {
		if !f.Indicator() {
			plain = append(plain, f)
			continue
		}
		if slices.ContainsFunc(nightly, func(i indicators.Indicator) bool { return i.ID == f.ID }) {
			continue
		}
		fmt.Fprintf(&b, "\n### `%s`\n\n%s\n\n*%s*\n\n", f.ID, f.Question, f.QuestionFR)
		fmt.Fprintf(&b, "| unit | version | inputs | result |\n|---|---|---|---|\n| %s | %s | %s | %s |\n\n%s\n",
			f.Unit, f.Version, quoted(f.Inputs), quoted(f.Results), f.Method)
		if f.Source != "" {
			fmt.Fprintf(&b, "\nSource: %s\n", f.Source)
		}
	}
	b.WriteString("\n## Formulas\n\nWhat the others are made of, and what Foyer decides by, to try in the same way." +
		"\n\n| id | inputs | result | source |\n|---|---|---|---|\n")
	for _, f := range plain {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.ID, quoted(f.Inputs), quoted(f.Results), f.Source)
	}
	return b.String()
}

// quoted lists the names of fields for a cell of a table.
func quoted(fields []formula.Field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = "`" + f.Name + "`"
	}
	return strings.Join(names, ", ")
}

package alerts

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

//go:generate go test -run TestTheReferencePageIsThatOfTheRegistry . -update

// Page returns docs/reference/alerts.md, written from the registry.
func Page() string {
	var b strings.Builder
	b.WriteString(`# Alerts

<!-- Generated from the registry: go generate ./alerts -->

An alert is a reason to call a family, never a judgement of it. Each rule is a pure function of what is known; it finds that something fires, that all is clear, or neither. The engine then moves the alert:

| state | verdict | step |
|---|---|---|
| none | firing | opened; pending while ` + "`for`" + ` is above 0 |
| pending | firing for ` + "`for`" + ` | opened |
| pending | anything else | dropped, nobody saw it |
| open, acknowledged | firing, more severe | escalated, in the same state |
| open, acknowledged | clear | resolved by itself |

One alert runs for each family and cause. It keeps the numbers known when it opened or escalated. Between the two thresholds it stays as it is. What was known before an alert was resolved, by itself or by a person, is no evidence for the next one. Days are local days; time is the world clock.

The parameters stand in the section ` + "`alerts`" + ` of the configuration, one section for each rule.
`)
	for _, k := range Kinds() {
		b.WriteString("\n## `" + k.Name + "`\n\n")
		fmt.Fprintf(&b, "Who may be told depends on consent to `%s`, daily.", k.Category)
		if len(k.Reads) > 0 {
			fmt.Fprintf(&b, " It reads `%s`.", strings.Join(k.Reads, "`, `"))
		}
		if k.Incident != "" {
			fmt.Fprintf(&b, " An alert about a gateway is named `%s`.", k.Incident)
		}
		fmt.Fprintf(&b, "\n\n**Fires.** %s\n\n**Clears.** %s\n\n", k.Fires, k.Clears)
		b.WriteString("| parameter | default | meaning |\n|---|---|---|\n" + parameters(k.Default()))
		fmt.Fprintf(&b, "\nReasons, by catalogue key:\n\n")
		for _, key := range slices.Sorted(maps.Keys(k.Texts)) {
			fmt.Fprintf(&b, "- `%s`: `%s`\n", key, strings.Join(k.Texts[key], "`, `"))
		}
		fmt.Fprintf(&b, "\nSource: %s\n", k.Source)
	}
	return b.String()
}

// parameters lists the fields of a rule as rows of a table.
func parameters(r Rule) string {
	var b strings.Builder
	v := reflect.ValueOf(r).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		fmt.Fprintf(&b, "| `%s` | %v | %s |\n", field.Tag.Get("yaml"), v.Field(i).Interface(), field.Tag.Get("doc"))
	}
	return b.String()
}

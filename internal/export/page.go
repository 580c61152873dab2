package export

import (
	"strings"

	"foyer/internal/household"
)

// written says how the cells of each kind are written.
var written = map[household.CellKind]string{
	household.Word: "text", household.Integer: "whole number", household.Exact: "exact decimal", household.Thousand: "decimal, three places",
	household.Euros: "EUR, two places", household.Seconds: "seconds, three places", household.Truth: "`true`, `false`",
	household.Instant: "RFC 3339, UTC", household.Document: "JSON", household.Said: "text, in the family's language",
}

// Page returns docs/reference/export.md, written from the tables.
func Page() string {
	var b strings.Builder
	b.WriteString(`# What a family takes with it

<!-- Generated from the tables: go generate ./internal/export -->

A family downloads everything that is kept about it: from "My data" on its page, with ` + "`GET /api/v1/me/export`" + ` (JSON) and ` + "`GET /api/v1/me/export.zip`" + ` (CSV), or at a desk, by who has the machine:

` + "```\nfoyer household export \"Foyer 07\" --out foyer-07.zip\nfoyer household export \"Foyer 07\" --format json > foyer-07.json\n```" + `

- Figures are those the family agrees to see on its own page; the rest it always may have. Who withdrew "my page" gets them again by agreeing again.
- It holds the family's own time in a home and no other. A family that left exports what was its own, and sees nothing of who came after.
- Every run of at most 200 rows is a read of its own: it is written to the access log, and who is disconnected, or agrees no longer, gets nothing further; what waited for a slow reader is read again. Such an export breaks off: the JSON does not end with ` + "`\"complete\": true`" + `, the zip does not open.
- Raw readings are not in it: half-hours, days and months are.

**JSON**: ` + "`{\"format\": \"" + Format + "\", \"made_at\": …, \"family\": …, \"language\": …, \"tables\": {NAME: [{COLUMN: …}]}, \"complete\": true}`" + `. Decimals are texts, so that no reader rounds them; what is not known is ` + "`null`" + `.

**CSV**: a file for each table in UTF-8 with a byte order mark, commas, a line of names, every cell after it in quotes, lines ending in CR LF. What a spreadsheet would execute begins with an apostrophe, and control characters are spaces: the JSON has such texts as they are.
`)
	for _, t := range household.Tables {
		b.WriteString("\n## `" + t.Name + "`\n\n" + t.About)
		if t.Agreed {
			b.WriteString(" As the family agrees to see it.")
		}
		b.WriteString("\n\n| column | written | what |\n|---|---|---|\n")
		for _, c := range t.Columns {
			b.WriteString("| `" + c.Name + "` | " + written[c.Kind] + " | " + c.About + " |\n")
		}
	}
	return b.String()
}

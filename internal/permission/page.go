package permission

import "strings"

//go:generate go test -run TestTheReferencePageIsThatOfTheTable . -update

// about says what each role is, for the reference page.
var about = map[Role]string{
	Nobody:     "Shows no credential. A credential that ended is none.",
	Family:     "A family, on one of at most three phones that a letter connected.",
	Caseworker: "Helps families. Sees what the families of its case-load agreed to show the cooperative; of the whole pilot where `pilot.case_load` is `all`.",
	Lead:       "Runs the pilot: names, case-loads, meters, tariffs, letters. Never a family's figures; aggregates.",
	Auditor:    "Recomputes what is claimed: the journal, statements, aggregates, passes of jobs. No name, no family's figures.",
	Funder:     "Pays for results: statements and aggregates alone.",
	Operator:   "Runs the machines: gateways, conflicts, the loss ledger, quarantine, passes of jobs. Sees no family.",
	Machine:    "Shows a bearer token of one pilot, which ends by itself and carries scopes.",
}

// Page returns docs/reference/permissions.md, written from the table.
func Page() string {
	var b strings.Builder
	b.WriteString(`# Permissions

<!-- Generated from the table: go generate ./internal/permission -->

Who may do what. The server and the pages ask this table before they look at anything else of a request; an address without a row is refused. Nobody of one pilot reaches anything of another. Whatever a row allows, of a family nothing is seen that it did not agree to, and each read is written down for it to see.

A role that may not use an address is answered 403, or, where the address names something (` + "`{id}`" + `), the same 404 as for a name that does not exist.

| role | who |
|---|---|
`)
	for _, r := range Roles {
		b.WriteString("| " + string(r) + " | " + about[r] + " |\n")
	}
	b.WriteString(`
**own**: what is about who asks. **case-load**: what is about the families assigned to who asks. **allowed**: everything of the pilot. Empty: refused. The last column is the scope that a token needs.

| address |`)
	for _, r := range Roles {
		b.WriteString(" " + string(r) + " |")
	}
	b.WriteString(" scope |\n|---|" + strings.Repeat("---|", len(Roles)+1) + "\n")
	for _, rule := range Table {
		b.WriteString("| `" + rule.Route + "` |")
		for _, r := range Roles {
			b.WriteString(" " + string(rule.May[r]) + " |")
		}
		if rule.Scope != "" {
			b.WriteString(" `" + string(rule.Scope) + "`")
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

// Package export writes everything that is kept about a family in two forms: one JSON
// document, and a zip of CSV tables that a spreadsheet opens and cannot execute.
//
// What is in it, and for how long, is the answer of package disclosure; this package
// knows no store. docs/reference/export.md is written from its tables.
package export

//go:generate go test -run TestTheReferencePageIsThatOfTheTables . -update

// Package indicators says how heavily energy weighs on a family: one pure
// function a file, each with its question, its source and its version.
//
// The same input gives the same bytes. The package knows no store, no clock and
// no consent; what it computes is not shown to anybody from here.
package indicators

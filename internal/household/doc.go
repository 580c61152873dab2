// Package household names the people side of Foyer: families, their homes,
// contracts and income, what was computed for them and what they were called for.
//
// These are plain values that jobs, alerts and the way out share. The package
// knows no store, no message and no page.
package household

// Package energy says what a meter showed and what that means in energy.
//
// It holds the plain types every other package shares: [Reading], [Register],
// [Interval], [Slot] and [Coverage], and turns readings into usage. It knows
// nothing of people, money, messages or stores, and imports only the standard
// library.
package energy

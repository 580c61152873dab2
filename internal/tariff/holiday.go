package tariff

import (
	"time"

	"foyer/internal/energy"
)

// FrenchHoliday reports whether a day is a public holiday of metropolitan France,
// Alsace and Moselle's own two not counted.
//
// Source: Code du travail, article L3133-1.
func FrenchHoliday(d energy.Day) bool {
	switch int(d.Month)*100 + d.Date {
	case 101, 501, 508, 714, 815, 1101, 1111, 1225:
		return true
	}
	switch d.Sub(Easter(d.Year)) {
	case 1, 39, 50: // Easter Monday, Ascension, Whit Monday
		return true
	}
	return false
}

// Easter returns Easter Sunday of a year of the Gregorian calendar.
//
// Source: the anonymous algorithm of Nature, 1876, as in J. Meeus, Astronomical
// Algorithms, chapter 8.
func Easter(year int) energy.Day {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	n := (h + l - 7*m + 90) / 25
	return energy.Day{Year: year, Month: time.Month(n), Date: (h + l - 7*m + 33*n + 19) % 32}
}

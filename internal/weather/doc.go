// Package weather says how warm it was outdoors on each local day, and who says so:
// a station of Météo-France, Open-Meteo's archive, or a sensor.
//
// Whatever the source, its temperatures become times for which one is known, and a
// day is the mean over those of its hours: 23 to 25 of them. What is not known is not
// made up; each day says how much of it was seen. Nothing is fetched unless somebody
// asks for it. The package knows places, never homes.
package weather

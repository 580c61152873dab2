// Package simulators builds homes that behave and the bytes their meters would send.
//
// A [Scenario] names homes, what happens in them and what goes wrong on the way.
// [Open] turns it into a [Town]: one climate, and for each home walls that lose
// heat, a heater that obeys or holds back, a tank heated at night, appliances and
// occupants. All of it is computed in integers, so that the same scenario gives the
// same bytes on every machine, and energy is counted exactly, in milliwatt-hours.
//
// [Town.Emissions] says what the gateways publish and when; [Town.Marks] says what
// every register showed at every half-hour and is the oracle that tests hold Foyer
// against; [Town.Past] and [Town.Samples] say what happened before. [Fleet] publishes
// emissions over MQTT and keeps at it until each one is acknowledged.
//
// Being the oracle, the package imports nothing that it judges: only the plain
// types of package energy.
package simulators

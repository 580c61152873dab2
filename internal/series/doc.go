// Package series keeps raw readings over time, by opaque meter id, in SQLite or
// in InfluxDB. Both stores answer alike; one suite of tests holds them to it.
//
// It knows meters and registers, and must not know devices, homes or people.
// Of one reading (meter, register, instant) a store keeps one value. Writing it
// again changes nothing; writing another value is the caller's mistake, which
// the drain prevents, and what it does is undefined.
package series

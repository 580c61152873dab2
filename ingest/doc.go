// Package ingest takes messages of meters in and sees to it that their readings
// are kept.
//
// [Handler.Handle] is the acknowledgement: it returns nil only when a message is
// safe; [Handler.HandleAll] is the same for many at once. [Drain] moves readings from
// the spool to the series store. The package knows devices, meters and instants. It
// never learns who lives where, what a reading means, or over which transport a
// message came.
package ingest

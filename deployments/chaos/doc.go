// Command chaos breaks the things that Foyer promises against, and counts what was
// lost: killed processes, power cuts, failing disks, full disks. It counts what was told
// that must not be, too: of families that take their consent back, to who guesses, by
// changed journals.
//
// It is a black box's outside. It runs the release binary with its own
// configuration, speaks MQTT to it as gateways do, keeps a ledger of what was sent
// and what was acknowledged, reads back what the stores hold without any of Foyer's
// code, and compares. It imports nothing that it judges.
//
// A property has a file of its own and registers itself; see Property.
package main

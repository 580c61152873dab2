// Package alerts decides when a figure deserves a call.
//
// A rule is a pure function from what is known to a verdict; each has one file
// and registers itself. The [Engine] asks every rule and moves the alerts along
// pending, open, acknowledged and resolved. An alert is a decision: it keeps the
// numbers known at the time, and is a reason to call a family, never a judgement
// of it. The package knows no store, no words and nobody to tell; what leaves is
// rendered through the Gate by the channels.
package alerts

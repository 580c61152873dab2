// Package channel tells people outside of alerts.
//
// The [Outbox] takes what is queued, asks the Gate what the recipient may see at
// that moment, and hands it to a channel: a webhook, the log. A channel has one
// file and registers itself. Nothing of an alert is kept here, and what consent
// no longer covers is not sent. The package knows no rule, no reading and no SQL.
package channel

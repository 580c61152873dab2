// Package spool keeps on disk what was acknowledged and is not yet elsewhere.
//
// One SQLite file holds the readings on their way to the series store, those of
// meters that nobody has claimed, and the quarantine, whose messages are sealed. One
// goroutine writes it: while a commit reaches the disk it collects what comes, so that
// many appends share one. The package knows nothing of what a message means and
// nothing of people.
package spool

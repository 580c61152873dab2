// Package journal makes a log that shows when somebody changed it: entries in the
// leaves of a Merkle tree, checkpoints that sign how it stood, an export that anybody
// can check, and the hash chain that indicator vectors ask for.
//
// It knows no store and no family: who appends sees to it that a body names nobody.
// docs/reference/journal.md has every format.
package journal

package journal

import "fmt"

// A Fault is what does not hold in a journal, and where it shows first.
type Fault struct {
	Index int64  // of the entry; -1 when it is none
	Kind  Kind   // of the entry; what it is, when it is none
	Why   string // what does not hold
}

// Error names the entry, its kind and what does not hold.
func (f *Fault) Error() string {
	if f.Index < 0 {
		return fmt.Sprintf("%s: %s", f.Kind, f.Why)
	}
	return fmt.Sprintf("entry %d (%s): %s", f.Index, f.Kind, f.Why)
}

// Missing is the kind of an entry that is not there.
const Missing Kind = "missing"

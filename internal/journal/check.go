package journal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A Check follows a journal from its first entry and compares everything it is told
// with what it computes. What does not hold is a [*Fault].
type Check struct {
	keys     []string // that may sign; entries bring others
	tree     Tree
	promises []promise
	met      map[int64]tlog.Hash // roots at the sizes that promises speak of
	next     map[int64]Kind      // of the entries right after those sizes, and of the first
	report   Report
	last     Kind // of the entry before
}

// A promise is a checkpoint that the journal has to hold to.
type promise struct {
	name   string
	signed string
	alone  bool
	Checkpoint
}

// A Report says what a check went through.
type Report struct {
	Entries     int64
	Root        tlog.Hash
	First, Last time.Time // of the entries
	Kinds       map[Kind]int64
	Checkpoints int // that held

	// Unproven counts rows of families whose key was destroyed: nobody can tell any more
	// whether they are what they were. Their digests still stand for them.
	Unproven int64
}

// NewCheck returns a check that trusts the keys given, and those that the journal
// brings.
func NewCheck(keys ...string) *Check {
	return &Check{keys: keys, met: map[int64]tlog.Hash{}, next: map[int64]Kind{}, report: Report{Kinds: map[Kind]int64{}}}
}

// Promise has the journal hold to a checkpoint. The name says whose it is. Alone
// means that nothing may stand beside its signature. Promises come before entries.
func (c *Check) Promise(name, signed string, alone bool) error {
	p, err := ParseCheckpoint(signed)
	if err != nil {
		return &Fault{Index: -1, Kind: Kind(name), Why: err.Error()}
	}
	c.promises = append(c.promises, promise{name: name, signed: signed, alone: alone, Checkpoint: p})
	c.met[p.Size] = tlog.Hash{}
	c.meet()
	return nil
}

// meet keeps the root when a promise speaks of it.
func (c *Check) meet() {
	if _, ok := c.met[c.tree.size]; ok {
		c.met[c.tree.size] = c.tree.Root()
	}
}

// Size returns how many entries were followed.
func (c *Check) Size() int64 { return c.tree.size }

// Entry follows the next entry: its leaf and the hash that is kept of it. It returns
// the entry and the hashes that have to be stored for it.
func (c *Check) Entry(leaf []byte, hash tlog.Hash) (Entry, []tlog.Hash, error) {
	at := c.tree.size
	e, err := ParseEntry(leaf)
	if err != nil {
		return e, nil, &Fault{Index: at, Kind: kindOf(leaf), Why: err.Error()}
	}
	switch {
	case e.Index > at:
		return e, nil, &Fault{Index: at, Kind: Missing, Why: fmt.Sprintf("entry %d stands in its place", e.Index)}
	case e.Index < at:
		return e, nil, &Fault{Index: at, Kind: e.Kind, Why: fmt.Sprintf("it says that it is entry %d", e.Index)}
	case tlog.RecordHash(leaf) != hash:
		return e, nil, &Fault{Index: at, Kind: e.Kind, Why: "it is not what its hash is of"}
	case e.Before != c.tree.Root() && at == 0:
		return e, nil, &Fault{Index: at, Kind: e.Kind, Why: "it is the first, and says that others stood before it"}
	case e.Before != c.tree.Root():
		return e, nil, &Fault{Index: at - 1, Kind: c.last, Why: fmt.Sprintf("it, or one before it, is not what entry %d was written after", at)}
	}
	if err := c.learn(e); err != nil {
		return e, nil, err
	}
	if _, met := c.met[at]; met || at == 0 {
		c.next[at] = e.Kind
	}
	stored := c.tree.Add(hash)
	c.meet()
	c.last = e.Kind
	if at == 0 {
		c.report.First = e.At
	}
	c.report.Last = e.At
	c.report.Kinds[e.Kind]++
	return e, stored, nil
}

// learn takes the key that an entry brings.
func (c *Check) learn(e Entry) error {
	if e.Kind != NewKey {
		return nil
	}
	var body KeyBody
	err := json.Unmarshal(e.Body, &body)
	if err == nil {
		_, err = verifierOf(body.Public)
	}
	if err != nil {
		return &Fault{Index: e.Index, Kind: e.Kind, Why: err.Error()}
	}
	c.keys = append(c.keys, body.Public)
	return nil
}

// A KeyBody is the body of a [NewKey] entry.
type KeyBody struct {
	Public string `json:"public"`
}

// End compares the checkpoints with the entries that were followed.
func (c *Check) End() (Report, error) {
	c.report.Entries, c.report.Root = c.tree.size, c.tree.Root()
	for _, p := range c.promises {
		_, err := Open(p.signed, c.keys...)
		if p.alone {
			_, err = OpenAlone(p.signed, c.keys...)
		}
		if err != nil {
			return c.report, &Fault{Index: -1, Kind: Kind(p.name), Why: err.Error()}
		}
	}
	slices.SortStableFunc(c.promises, func(a, b promise) int { return cmp.Compare(a.Size, b.Size) })
	return c.report, c.hold()
}

// hold compares the promises with the roots at their sizes. Between the last one that
// holds and the first one that does not is the entry that was altered.
func (c *Check) hold() error {
	for _, p := range c.promises {
		switch {
		case p.Size > c.tree.size:
			return &Fault{Index: c.tree.size, Kind: Missing, Why: fmt.Sprintf("the %s is of %d entries", p.name, p.Size)}
		case c.met[p.Size] == p.Root:
			c.report.Checkpoints++
		case p.Size == 0:
			return &Fault{Index: -1, Kind: Kind(p.name), Why: "it is of no entries, and has another root than that"}
		default:
			sound := c.sound(p.Size)
			return &Fault{Index: sound, Kind: c.next[sound], Why: fmt.Sprintf(
				"it, or one after it up to entry %d, is not what the %s was signed over", p.Size-1, p.name)}
		}
	}
	return nil
}

// sound returns the largest size below another of which a promise holds.
func (c *Check) sound(below int64) int64 {
	size := int64(0)
	for _, p := range c.promises {
		if p.Size < below && p.Size > size && c.met[p.Size] == p.Root {
			size = p.Size
		}
	}
	return size
}

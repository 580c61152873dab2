package energy

import "time"

// A Fate is what became of a reading, or of a message, on its way in. Its number
// is kept on disk and never means anything else.
type Fate int

// Every fate. The first ones are of readings: each reading that came has exactly
// one, beside Late.
const (
	FateStored      Fate = iota // in the series store, once
	FateDuplicate               // the same reading was there
	FateConflict                // another value was there, of a cumulative register at the same device time
	FateSecond                  // another value was there, of another quantity or within one display step
	FateHeld                    // waits for its meter to be claimed
	FateExpired                 // waited 24 hours, nobody claimed its meter
	FateRejected                // the series store refused it: it waits for a person
	FateRepeated                // an equal value without a time of its own, within 10 s
	FateAgeless                 // a retained copy of unknown age
	FateStopped                 // nobody agrees to its meter's collection
	FateIgnored                 // its meter is ignored
	FateLate                    // stored, and older than one of its register that was stored before
	FateQuarantined             // a message that waits for a person
	FateUncounted               // a message like enough others in quarantine: not kept
	NumFates        = iota
)

var fateNames = [NumFates]string{
	"stored", "duplicate", "conflict", "second", "held", "expired", "rejected", "repeated", "ageless",
	"stopped", "ignored", "late", "quarantined", "uncounted",
}

// String returns the fate's name, "stored".
func (f Fate) String() string { return fateNames[f] }

// A Tally counts readings, and messages in quarantine, by their fate.
type Tally [NumFates]int64

// Received returns how many readings came: each has one fate.
func (t Tally) Received() int64 {
	var n int64
	for f := FateStored; f < FateLate; f++ {
		n += t[f]
	}
	return n
}

// Add adds u to t.
func (t *Tally) Add(u Tally) {
	for f, n := range u {
		t[f] += n
	}
}

// A Quarter is a quarter of an hour of UTC: the days of every time zone begin with
// one, so that counts by quarters add up to counts by any zone's days.
type Quarter int64

const quarter = 15 * time.Minute

// QuarterOf returns the quarter an instant is in.
func QuarterOf(t time.Time) Quarter {
	ms, length := t.UnixMilli(), quarter.Milliseconds()
	if ms < 0 {
		ms -= length - 1
	}
	return Quarter(ms / length)
}

// Start returns the quarter's first instant.
func (q Quarter) Start() time.Time { return time.UnixMilli(int64(q) * quarter.Milliseconds()).UTC() }

// An Account is what the loss ledger keeps about one meter and one local day.
type Account struct {
	Meter   MeterID // "" for messages of which no meter is known
	Gateway string  // where Meter is ""; "" too when nobody's
	Day     Day
	Tally   Tally
}

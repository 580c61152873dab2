package ingest

import (
	"context"
	"time"

	"foyer/internal/energy"
)

// A Spool keeps readings safe until the series store has them.
type Spool interface {
	// Append returns once rs have reached stable storage.
	Append(ctx context.Context, rs []energy.Reading) error

	// Tally is Append that keeps counts too, in one commit. rs may be empty.
	Tally(ctx context.Context, rs []energy.Reading, counts []Count) error
}

// A Case is something that waits for a person: a message that was not understood
// or not believed, or readings that the series store refused.
type Case struct {
	ID       int64
	Message  Message          // zero when Readings are what waits
	Readings []energy.Reading // nil when Message is what waits
	Gateway  string           // whose topic it was; "" when unknown
	Meter    energy.MeterID   // "" when unknown; for the ledger, not kept with the case
	Device   string           // in the gateway's words; a topic where no device is known
	Dialect  string           // that was tried, "" when none
	Reason   string           // a bounded set of texts
	At       time.Time        // since when it waits, world clock; zero when unknown: it was damaged on the disk
}

// A Quarantine keeps cases.
type Quarantine interface {
	// Isolate returns once c has reached stable storage. It reports false when it
	// only counted c, because enough of the same kind came that day.
	Isolate(ctx context.Context, c Case) (kept bool, err error)
}

// A Memory keeps over a restart what messages taught about gateways' devices, to
// recall when later messages of the same gateway are decoded. Several ingesters
// share one.
type Memory interface {
	// Facts returns everything remembered of each gateway that was taught something
	// after a revision, by key, and the revision that this comes to. 0 is the
	// beginning; a gateway that has nothing left is there with nothing.
	Facts(ctx context.Context, after int64) (facts map[string]map[string]string, revision int64, err error)

	// Remember returns once facts of a gateway, by key, have reached stable storage.
	// An empty value forgets its key.
	Remember(ctx context.Context, gateway string, facts map[string]string) error
}

// A Batch is the oldest part of what waits in a spool.
type Batch struct {
	Through  int64            // its last row; 0 for nothing
	Readings []energy.Reading // in order of arrival

	// Again says that the batch may have been worked on before, by this process
	// or by one that died.
	Again bool

	Plan *Plan // what Plan kept of it; nil for nothing
}

// A Settlement ends the work on a batch.
type Settlement struct {
	Through int64            // as in [Batch]
	Held    []energy.Reading // to be kept until their meters are claimed
	Cases   []Case           // what the series store refused
	Counts  []Count          // what became of the batch
	At      time.Time        // since when Held waits, world clock
}

// A Backlog is a spool as the drain sees it.
type Backlog interface {
	// Take returns the oldest readings, about limit of them, and leaves them there.
	Take(ctx context.Context, limit int) (Batch, error)

	// Settle lets go of a batch and keeps what s says, in one transaction.
	Settle(ctx context.Context, s Settlement) error

	// Plan keeps what a batch was found to be, and sees to it that the next Take
	// returns the same one with its plan. What is planned already stays.
	Plan(ctx context.Context, through int64, p Plan) error

	// Used returns which share of its bound the spool has reached.
	Used() float64

	// More receives after something was appended. One signal may stand for many.
	More() <-chan struct{}
}

// A Waiting keeps readings of meters that nobody has claimed.
type Waiting interface {
	// HeldMeters returns the meters that have readings waiting.
	HeldMeters(ctx context.Context) ([]energy.MeterID, error)

	// Admit moves what waits of a meter to the end of the spool and returns how
	// many readings that were.
	Admit(ctx context.Context, meter energy.MeterID) (int, error)

	// Dismiss drops what waits of a meter, which is what becomes of it, and returns
	// how many readings that were.
	Dismiss(ctx context.Context, meter energy.MeterID, fate energy.Fate) (int, error)

	// ExpireCases drops messages that have waited for a person too long at now, and
	// returns how many.
	ExpireCases(ctx context.Context, now time.Time) (int, error)

	// Expire drops what began to wait before an instant and returns how many
	// readings that were.
	Expire(ctx context.Context, before time.Time) (int, error)
}

// A Series keeps readings over time.
type Series interface {
	// Write keeps rs; the same ones again change nothing. An error that has a
	// method RejectedReadings says that these can never be kept and that all others
	// were.
	Write(ctx context.Context, rs []energy.Reading) error

	// Read returns a meter's readings from one instant to before another.
	Read(ctx context.Context, meter energy.MeterID, from, to time.Time) ([]energy.Reading, error)
}

// Marks know how far each register has come.
type Marks interface {
	// Claim moves the marks to rs and returns those that are not newer than the
	// marks were. rs holds no meter, register and instant twice.
	Claim(ctx context.Context, rs []energy.Reading) (late []energy.Reading, err error)

	// Stale notes stretches of time whose usage has to be computed again. Noting
	// one twice is harmless.
	Stale(ctx context.Context, spans []energy.Span) error

	// Conflict notes second values, for a person. Noting one twice changes nothing.
	Conflict(ctx context.Context, conflicts []energy.Conflict) error
}

// A Turn lets one ingester at a time write.
type Turn interface {
	// Exclusive runs fn while no other ingester runs its own, and fails when it
	// cannot vouch for that. It tells fn whether the last turn of another ingester broke
	// off: that one may have planned to store what it did not.
	Exclusive(ctx context.Context, fn func(ctx context.Context, broken bool) error) error

	// TakeOver notes that this ingester is about to store rs, which one whose turn broke
	// off will find in the series store. Of several the last one counts.
	TakeOver(ctx context.Context, rs []energy.Reading) error

	// TakenOver returns the meter, register and instant of the readings in a span that
	// another ingester took over last.
	TakenOver(ctx context.Context, span energy.Span) ([]energy.Reading, error)
}

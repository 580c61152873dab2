package household

import (
	"time"

	"foyer/internal/energy"
)

// Belongings are what there is of a family outside its records, and what must be known
// of it before its key is destroyed.
type Belongings struct {
	Family   FamilyID
	Meters   []energy.MeterID // that were no other family's: all they ever said goes
	Spans    []MeterSpan      // of meters that were another family's too
	Gateways []string         // that served no other family's meters
	Devices  []GatewayDevice  // by the names that its gateways know; none once the key is destroyed
	Money    []Entry          // likewise
}

// A MeterSpan is the time [From, To) in which a meter was a family's.
type MeterSpan struct {
	Meter    energy.MeterID
	From, To time.Time
}

// A GatewayDevice is a device by its name.
type GatewayDevice struct{ Gateway, Name string }

// An Erasure says what was erased of a family's records.
type Erasure struct {
	At    time.Time // database clock
	Rows  int64     // of every table
	Entry int64     // of the journal, that tells it
}

// An ErasureRequest says how far somebody's request to erase a family is.
type ErasureRequest struct {
	Until       time.Time // it, or its certificate, is known until then; the zero time while it is carried out
	Confirmed   time.Time // zero before
	Erased      time.Time // zero before
	Certificate string    // signed; "" before
}

// A DueErasure is a confirmed request that is to be carried out.
type DueErasure struct {
	Code      string // hash of the code of who asked
	Family    FamilyID
	Confirmed time.Time
	Waiting   int // ingesters that may hold something of the family yet
}

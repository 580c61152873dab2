package ingest

// A Plan is what a batch was found to be before any of it was written. What becomes
// of it is counted by the plan, however often it has to be worked on.
type Plan struct {
	Readings int    // of the batch
	Late     []byte // a bit for each: its register was further already
	Fresh    []byte // a bit for each: the series store did not have it; nil while nobody has looked
}

// planOf returns what is known of a batch of n readings: nothing, or p.
func planOf(n int, p *Plan) Plan {
	if p == nil || p.Readings != n || len(p.Late) != bytesFor(n) {
		return Plan{Readings: n}
	}
	if len(p.Fresh) != bytesFor(n) {
		return Plan{Readings: n, Late: p.Late}
	}
	return *p
}

// newBits returns a bit for each of n readings, none of them set.
func newBits(n int) []byte { return make([]byte, bytesFor(n)) }

func bytesFor(n int) int { return (n + 7) / 8 }

// setBit and hasBit write and read the bit of a batch's ith reading.
func setBit(b []byte, i int) { b[i/8] |= 1 << (i % 8) }

func hasBit(b []byte, i int) bool { return b[i/8]&(1<<(i%8)) != 0 }

package energy

import "time"

// A stretch of a register's history decides the slots in its middle as the whole
// history would, when it begins early enough and ends late enough. The functions
// below say whether it does, so that a late reading recomputes what it touches and
// nothing else, and gives the same numbers as computing everything.

// settled returns the index of the first reading that every stretch containing it
// and the three before it accepts, whatever came earlier: the last of four that
// continue each other. 0 where history begins with rs; -1 when there is none.
func settled(rs []Reading, limit Limit, begins bool) int {
	if begins && len(rs) > 0 {
		return 0
	}
	run := 1
	for i := 1; i < len(rs); i++ {
		if !follows(rs[i-1], rs[i], limit) {
			run = 0
		}
		if run++; run > followers {
			return i
		}
	}
	return -1
}

// surely returns the readings that are accepted whatever came before rs.
func surely(rs []Reading, limit Limit, begins bool) []Judged {
	rs = ordered(rs)
	s := settled(rs, limit, begins)
	if s < 0 {
		return nil
	}
	return accepted(Accept(rs[s:], limit))
}

// Decided reports whether rs, a stretch of one register's history, gives the slots
// in [from, to) as the whole history would: before, whether it begins early
// enough; after, whether it ends late enough. Begins and ends say that history
// itself begins or ends with rs.
func Decided(rs []Reading, limit Limit, from, to time.Time, begins, ends bool) (before, after bool) {
	early, late := 0, 0
	for _, j := range surely(rs, limit, begins) {
		if !j.At.After(from) {
			early++
		}
		if !j.At.Before(to) {
			late++
		}
	}
	return begins || early > neighbours, ends || late > neighbours
}

// ReachBack returns the instant before which no slot changes when readings after
// rs change, rs being what comes just before them. It reports false when rs is
// too short to tell; begins says that history begins with rs.
func ReachBack(rs []Reading, limit Limit, begins bool) (time.Time, bool) {
	rs = ordered(rs)
	if len(rs) > followers {
		// The verdicts on the last three depend on what comes after them.
		sure := surely(rs[:len(rs)-followers], limit, begins)
		if len(sure) > neighbours+1 {
			return sure[len(sure)-neighbours-2].At, true
		}
	}
	if !begins || len(rs) == 0 {
		return time.Time{}, begins
	}
	return rs[0].At, true
}

// ReachOn returns the instant from which no slot changes when readings before rs
// change, rs being what comes just after them. It reports false when rs is too
// short to tell; ends says that history ends with rs.
func ReachOn(rs []Reading, limit Limit, ends bool) (time.Time, bool) {
	sure := surely(rs, limit, false)
	if len(sure) > neighbours+1 {
		return sure[neighbours+1].At, true
	}
	if !ends || len(rs) == 0 {
		return time.Time{}, ends
	}
	return ordered(rs)[len(rs)-1].At, true
}

// PowerLimit is the limit of a home's meter of subscribed power kva, in kVA; of
// the largest subscription of a home in France, 36 kVA, when that is unknown.
func PowerLimit(kva int) Limit {
	if kva <= 0 {
		return Limit{Power: usualPower}
	}
	return Limit{Power: int64(kva) * 1_000_000}
}

package energy

import "time"

// A stretch of a register's history decides the slots in its middle as the whole
// history would, when it begins early enough and ends late enough. The functions
// below say whether it does, so that a late reading recomputes what it touches and
// nothing else, and gives the same numbers as computing everything.

// settled returns the index of the first reading that every stretch containing it
// and those before it accepts, whatever came earlier: the last of four that continue
// each other, and if they are zero have stood; and of one not before it from which on
// all verdicts are those of any such stretch. What arrives at once is judged by what
// came before it, see [bench.allows], so that for readings without a time of their own
// it is a later one that continues the first. It returns -1 when there is none. rs are
// untangled, as far as they go.
func settled(rs []Reading, limit Limit) (first, from int) {
	first = -1
	whole := 0 // before it, more may have arrived in the same batch
	for whole < len(rs) && sameBatch(&rs[0], &rs[whole]) {
		whole++
	}
	run := whole // where those that continue each other begin
	for i := whole + 1; i < len(rs); i++ {
		if (rs[i-1].Value == 0) != (rs[i].Value == 0) || !follows(&rs[i-1], &rs[i], &limit) {
			run, first = i, -1
		}
		if first < 0 && i >= decider(rs, run) && (rs[i].Value != 0 || stood(rs[run].At, rs[i].At, i-run+1)) {
			first = i
		}
		if first >= 0 && (rs[first].Source != ArrivalTime || batch(&rs[i]) > batch(&rs[first])+1) {
			return first, i
		}
	}
	return -1, -1
}

// surely returns the readings that are accepted whatever came before rs, and unless
// history ends with rs whatever comes after: the verdicts on the last three, see
// decided, depend on that, and on nothing before them but a zero that is not told,
// after which none is accepted.
func surely(rs []Reading, limit Limit, begins, ends bool) []Judged {
	rs = untangled(ordered(rs))
	var judged []Judged
	if begins {
		judged = Accept(rs, limit)
	} else {
		first, from := settled(rs, limit)
		if from < 0 {
			return nil
		}
		judged = acceptFrom(rs, limit, first, from)
	}
	if !ends {
		judged = judged[:max(0, len(judged)-(len(rs)-decided(rs)))]
	}
	return accepted(judged)
}

// Decided reports whether rs, a stretch of one register's history, gives the slots
// in [from, to) as the whole history would: before, whether it begins early
// enough; after, whether it ends late enough. Begins and ends say that history
// itself begins or ends with rs.
func Decided(rs []Reading, limit Limit, from, to time.Time, begins, ends bool) (before, after bool) {
	early, late := 0, 0
	for _, j := range surely(rs, limit, begins, ends) {
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
	if sure := surely(rs, limit, begins, false); len(sure) > neighbours+1 {
		return sure[len(sure)-neighbours-2].At, true
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
	sure := surely(rs, limit, false, ends)
	if len(sure) > neighbours+1 {
		return sure[neighbours+1].At, true
	}
	if !ends || len(rs) == 0 {
		return time.Time{}, ends
	}
	return ordered(rs)[len(rs)-1].At, true
}

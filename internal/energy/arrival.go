package energy

import (
	"cmp"
	"slices"
	"time"
)

const (
	atOnce     = 10 * time.Second // readings without a time of their own that arrive so have no order
	echoWithin = time.Minute      // what a gateway has in flight comes again so soon after it reconnects
)

// batch numbers the ten seconds a reading arrived in.
func batch(r *Reading) int64 { return r.At.UnixMilli() / atOnce.Milliseconds() }

// sameBatch reports whether two readings have no order, where none between them has one.
func sameBatch(a, b *Reading) bool {
	return a.Source == ArrivalTime && b.Source == ArrivalTime && batch(a) == batch(b)
}

// untangled returns rs, which are in order, with the values of each batch without an
// order sorted among its instants. It copies only when it must.
func untangled(rs []Reading) []Reading {
	cloned := false
	for i := 0; i < len(rs); {
		j, falls := i+1, false
		for ; j < len(rs) && sameBatch(&rs[j-1], &rs[j]); j++ {
			falls = falls || rs[j].Value < rs[j-1].Value
		}
		if falls {
			if !cloned {
				rs, cloned = slices.Clone(rs), true
			}
			rise(rs[i:j])
		}
		i = j
	}
	return rs
}

// rise sorts the values of readings and leaves their instants.
func rise(rs []Reading) {
	at := make([]time.Time, len(rs))
	for i := range rs {
		at[i] = rs[i].At
	}
	slices.SortStableFunc(rs, func(a, b Reading) int { return cmp.Compare(a.Value, b.Value) })
	for i := range rs {
		rs[i].At = at[i]
	}
}

// echoes returns how many readings after i arrived so soon after it that they may
// have been sent before, and again; none where the device says when it measured.
func echoes(rs []Reading, i int) (n int) {
	if rs[i].Source != ArrivalTime {
		return 0
	}
	for i+1+n < len(rs) && rs[i+1+n].At.Sub(rs[i].At) <= echoWithin {
		n++
	}
	return n
}

// allows reports whether a counter whose last accepted reading is last can stand at r,
// not below it. What arrives all at once was made since the reading before that, so
// the counter has had as long for all of it; where nothing was heard before, an hour and
// a half.
func (b *bench) allows(last, r *Reading) bool {
	if b.limit.allows(last, r) {
		return true
	}
	if r.Source != ArrivalTime || last.Source != ArrivalTime || batch(last) < batch(r)-1 {
		return false
	}
	for _, k := range slices.Backward(b.kept) {
		if a := &b.rs[k]; a.Source != ArrivalTime || batch(a) < batch(r)-1 {
			return b.limit.allows(a, r)
		}
	}
	first := b.rs[b.kept[0]]
	first.At = r.At.Add(-Longest)
	return b.limit.allows(&first, r)
}

// decider returns the place of the last reading on which it depends what the one at i
// is; it may be beyond rs.
func decider(rs []Reading, i int) int { return i + echoes(rs, i) + followers }

// decided returns how many of rs, in order, are what they are whatever comes after:
// more may yet arrive in the last batch.
func decided(rs []Reading) int {
	end := len(rs)
	for end > 0 && sameBatch(&rs[end-1], &rs[len(rs)-1]) {
		end--
	}
	n := max(0, end-followers)
	for i := n - 1; i >= 0 && rs[n].At.Sub(rs[i].At) <= echoWithin; i-- {
		if decider(rs, i) >= end {
			n = i
		}
	}
	return n
}

package series

import (
	"encoding/binary"
	"errors"
)

// A packed point is what a meter showed at one instant, in bytes: for each
// register in ascending order of its number, a uvarint of twice that number,
// one more when the instant is an arrival, and a varint (zigzag) of the value.
type packed []byte

// An entry is one register of a packed point.
type entry struct {
	register int64
	arrival  bool
	value    int64
}

var errDamaged = errors.New("a stored point is damaged")

func (p packed) with(e entry) packed {
	tag := uint64(e.register) << 1 //nolint:gosec // a register's number is positive
	if e.arrival {
		tag++
	}
	return binary.AppendVarint(binary.AppendUvarint(p, tag), e.value)
}

// next returns the first entry and what follows it.
func (p packed) next() (entry, packed, error) {
	tag, n := binary.Uvarint(p)
	if n <= 0 {
		return entry{}, nil, errDamaged
	}
	value, m := binary.Varint(p[n:])
	if m <= 0 {
		return entry{}, nil, errDamaged
	}
	return entry{int64(tag >> 1), tag&1 == 1, value}, p[n+m:], nil
}

// union returns the entries of both; of a register in both, that of p.
func (p packed) union(q packed) (packed, error) {
	var all packed
	for len(p) > 0 || len(q) > 0 {
		var a, b entry
		var restP, restQ packed
		var err error
		if len(p) > 0 {
			if a, restP, err = p.next(); err != nil {
				return nil, err
			}
		}
		if len(q) > 0 {
			if b, restQ, err = q.next(); err != nil {
				return nil, err
			}
		}
		switch {
		case len(q) == 0 || len(p) > 0 && a.register < b.register:
			all, p = all.with(a), restP
		case len(p) == 0 || b.register < a.register:
			all, q = all.with(b), restQ
		default:
			all, p, q = all.with(a), restP, restQ
		}
	}
	return all, nil
}

package series

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"foyer/internal/energy"
)

// batchPoints is how many points one request carries.
const batchPoints = 10_000

// A point is readings of one meter at one instant.
type point []energy.Reading

// Write keeps readings and returns once InfluxDB has confirmed them. The error
// is a [Rejected] when InfluxDB refuses some for good and has all others; after
// any other error any part may have been kept, and writing all again is safe.
func (s *Influx) Write(ctx context.Context, rs []energy.Reading) error {
	var rejected Rejected
	for part := range slices.Chunk(points(sift(rs, &rejected)), batchPoints) {
		if err := s.put(ctx, part, &rejected); err != nil {
			return fmt.Errorf("write %d readings: %w", len(rs), err)
		}
	}
	return rejected.err()
}

// points puts neighbours of one meter and instant together. Others of the same
// instant make a point of their own; the server joins them.
func points(rs []energy.Reading) []point {
	all := make([]point, 0, len(rs))
	for first := 0; first < len(rs); {
		end := first + 1
		for end < len(rs) && rs[end].Meter == rs[first].Meter && rs[end].At.UnixMilli() == rs[first].At.UnixMilli() {
			end++
		}
		all = append(all, rs[first:end])
		first = end
	}
	return all
}

// put writes points. What the server refuses it halves, down to the reading at
// fault: the server keeps a part of a refused batch and does not say which, and
// writing a point again changes nothing.
func (s *Influx) put(ctx context.Context, ps []point, rejected *Rejected) error {
	err := s.send(ctx, ps)
	if err == nil {
		return nil
	}
	reason, poisoned := poison(err)
	if !poisoned && !tooLarge(err) {
		return err
	}
	if len(ps) == 1 {
		if len(ps[0]) > 1 {
			ps = single(ps[0])
		} else if poisoned {
			rejected.add(reason, ps[0]...)
			return nil
		} else {
			return err
		}
	}
	half := len(ps) / 2
	if err := s.put(ctx, ps[:half], rejected); err != nil {
		return err
	}
	return s.put(ctx, ps[half:], rejected)
}

// single returns a point of its own for each reading of p.
func single(p point) []point {
	all := make([]point, len(p))
	for i := range p {
		all[i] = p[i : i+1]
	}
	return all
}

func (s *Influx) send(ctx context.Context, ps []point) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return s.explain(s.points.WriteRecord(ctx, lines(ps)))
}

var (
	tagEscaper   = strings.NewReplacer(",", `\,`, "=", `\=`, " ", `\ `)
	linePerPoint = 128 // bytes, a guess that saves copying
)

// lines writes points in line protocol, a millisecond the unit of time.
func lines(ps []point) string {
	var b strings.Builder
	b.Grow(len(ps) * linePerPoint)
	var digits [20]byte
	for _, p := range ps {
		b.WriteString(measurement + ",meter=")
		b.WriteString(string(p[0].Meter))
		separator, arrival := byte(' '), false
		for _, r := range p {
			b.WriteByte(separator)
			separator = ','
			_, _ = tagEscaper.WriteString(&b, string(r.Register))
			b.WriteByte('=')
			b.Write(strconv.AppendInt(digits[:0], r.Value, 10))
			b.WriteByte('i')
			arrival = arrival || r.Source == energy.ArrivalTime
		}
		if arrival {
			b.WriteString("," + arrivalField + "=t")
		}
		b.WriteByte(' ')
		b.Write(strconv.AppendInt(digits[:0], p[0].At.UnixMilli(), 10))
		b.WriteByte('\n')
	}
	return b.String()
}

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
)

// A store is where readings can be read back.
type store interface {
	// holds reports whether everything of a load can be read back.
	holds(ctx context.Context, l *load) (bool, error)
	// check compares every reading with what was sent, and says what is lost,
	// doubled or different.
	check(ctx context.Context, l *load) error
	close() error
}

// An influxStore is InfluxDB, written by Foyer or by the peer.
type influxStore struct {
	influx             *influx
	field, measurement string      // that every message gives
	readings           seriesStore // Foyer's own eyes; nil for the peer
}

func (s *influxStore) holds(ctx context.Context, l *load) (bool, error) {
	n, err := s.influx.count(ctx, s.field, s.measurement)
	return n >= l.total(), err
}

func (s *influxStore) check(ctx context.Context, l *load) error {
	n, err := s.influx.count(ctx, s.field, s.measurement)
	switch {
	case err != nil:
		return err
	case n != l.total():
		return fmt.Errorf("%d points of %d messages", n, l.total())
	case s.readings == nil:
		return nil
	}
	return compare(ctx, s.readings, l)
}

func (s *influxStore) close() error {
	if s.readings == nil {
		return nil
	}
	return s.readings.Close()
}

// A fileStore is Foyer's own, in a file.
type fileStore struct{ readings seriesStore }

// holds asks for the last message of each device: those of one come in order.
func (s *fileStore) holds(ctx context.Context, l *load) (bool, error) {
	last := l.at(l.each - 1)
	for _, d := range slices.Backward(l.devices) {
		rs, err := s.readings.Read(ctx, d.meter, last, last.Add(time.Millisecond))
		if err != nil || len(rs) == 0 {
			return false, err
		}
	}
	return true, nil
}

func (s *fileStore) check(ctx context.Context, l *load) error { return compare(ctx, s.readings, l) }
func (s *fileStore) close() error                             { return s.readings.Close() }

// errDiffers says that what is stored is not what was sent.
var errDiffers = errors.New("what is stored is not what was sent")

// compare reads everything of each device back.
func compare(ctx context.Context, s seriesStore, l *load) error {
	lost, more, different := 0, 0, 0
	for _, d := range l.devices {
		got, err := s.Read(ctx, d.meter, l.from.AddDate(-1, 0, 0), l.from.AddDate(1, 0, 0))
		if err != nil {
			return err
		}
		there := make(map[string]energy.Reading, len(got))
		for _, r := range got {
			there[key(r)] = r
		}
		more += len(got) - len(there)
		for n := range l.each {
			for _, want := range readings(d, n, l.at(n)) {
				r, ok := there[key(want)]
				switch {
				case !ok:
					lost++
				case r != want:
					different++
				}
				delete(there, key(want))
			}
		}
		more += len(there)
	}
	if lost+more+different > 0 {
		return fmt.Errorf("%w: %d readings lost, %d too many, %d different", errDiffers, lost, more, different)
	}
	return nil
}

func key(r energy.Reading) string { return string(r.Register) + " " + r.At.Format(time.RFC3339Nano) }

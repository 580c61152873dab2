package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A room is where scenarios run.
type room struct {
	plan
	dir    string
	town   *town
	stages int // so far
}

// scenarios by name.
var scenarios = map[string]func(context.Context, *room) error{
	"influx": speedInflux,
	"sqlite": speedSQLite,
	"paced":  paced,
	"outage": outage,
	"memory": memory,
}

// A stage is a set of servers that one run measures, the one in question first.
type stage struct {
	dir       string
	processes []*process
	broker    string // host:port
	store     store
	influx    *influx // nil without
}

// A way sets servers up in an empty folder. What it has put on the stage is
// stopped also when it fails.
type way func(ctx context.Context, b *room, s *stage) error

// on sets a stage up, lets do work on it, and takes it down. The logs of a run that
// failed stay when the plan says where.
func (b *room) on(ctx context.Context, set way, do func(*stage) error) (err error) {
	b.stages++
	s := &stage{dir: filepath.Join(b.dir, fmt.Sprintf("run-%03d", b.stages))}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		return err
	}
	defer func() {
		if s.store != nil {
			err = errors.Join(err, s.store.close())
		}
		for _, p := range s.processes {
			p.stop()
		}
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, s.logs())
		}
		err = errors.Join(err, os.RemoveAll(s.dir))
	}()
	if err := set(ctx, b, s); err != nil {
		return err
	}
	return do(s)
}

// logs returns the end of what each process printed.
func (s *stage) logs() string {
	var all []byte
	for _, p := range s.processes {
		printed, _ := os.ReadFile(p.log)
		all = append(all, "--- "+p.name+" printed last:\n"...)
		all = append(all, printed[max(0, len(printed)-2000):]...)
	}
	return string(all)
}

// foyerInflux is mosquitto, Foyer, InfluxDB.
func foyerInflux(ctx context.Context, b *room, s *stage) (err error) {
	if err := s.servers(ctx, b, foyerInflight); err != nil {
		return err
	}
	f, err := startFoyer(ctx, b, s.dir, configuration{Broker: "mqtt://" + s.broker, Series: "influx+http://" + s.influx.address})
	if err != nil {
		return err
	}
	s.processes = append([]*process{f.process}, s.processes...)
	s.store = &influxStore{influx: s.influx, field: "power/total", measurement: "reading", readings: f.series}
	return nil
}

// telegrafInflux is mosquitto, Telegraf, InfluxDB.
func telegrafInflux(ctx context.Context, b *room, s *stage) error {
	if err := s.servers(ctx, b, telegrafInflight); err != nil {
		return err
	}
	p, err := startTelegraf(ctx, b.telegraf, s.dir, s.broker, s.influx.address)
	if err != nil {
		return err
	}
	s.processes = append([]*process{p}, s.processes...)
	s.store = &influxStore{influx: s.influx, field: "ENERGY_Power", measurement: "mqtt_consumer"}
	return nil
}

// servers starts what Foyer and the peer have in common.
func (s *stage) servers(ctx context.Context, b *room, inflight int) error {
	m, err := startMosquitto(ctx, s.dir, b.town, inflight)
	if err != nil {
		return err
	}
	s.processes, s.broker = append(s.processes, m.process), m.address
	if s.influx, err = startInflux(ctx, s.dir); err != nil {
		return err
	}
	s.processes = append(s.processes, s.influx.process)
	return nil
}

// foyerSQLite is Foyer alone: its own broker, SQLite.
func foyerSQLite(ctx context.Context, b *room, s *stage) (err error) {
	if s.broker, err = freePort(ctx); err != nil {
		return err
	}
	f, err := startFoyer(ctx, b, s.dir, configuration{Broker: "embedded://" + s.broker, Series: "sqlite://readings.db"})
	if err != nil {
		return err
	}
	s.processes = append(s.processes, f.process)
	s.store = &fileStore{f.series}
	return nil
}

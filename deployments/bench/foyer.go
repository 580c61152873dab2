package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"foyer/internal/energy"
	"foyer/internal/series"
)

// foyerInflight is how many messages mosquitto may have unacknowledged at Foyer, as
// deployments/mosquitto/mosquitto.conf says.
const foyerInflight = 1000

// A configuration is what differs between the Foyers that are measured; all else
// is as Foyer ships it.
type configuration struct{ Data, Broker, Series string }

func writeConfig(file string, c configuration) error {
	text := strings.NewReplacer("DATA", c.Data, "BROKER", c.Broker, "SERIES", c.Series).Replace(`data: DATA
pilot: {id: ` + pilot + `, zone: ` + zone + `}
broker: {url: "BROKER", user: ` + reader + `, password: "` + readerSecret + `"}
series: {url: "SERIES", database: ` + database + `}
`)
	return os.WriteFile(file, []byte(text), 0o600)
}

// A foyer is a running Foyer that takes messages in and does nothing else.
type foyer struct {
	*process
	series seriesStore
}

// A seriesStore is where Foyer keeps readings, to read them back.
type seriesStore interface {
	Read(ctx context.Context, meter energy.MeterID, from, to time.Time) ([]energy.Reading, error)
	Close() error
}

// startFoyer starts Foyer with the town's registry in a folder that is empty, and
// returns once it takes messages.
func startFoyer(ctx context.Context, b *room, dir string, c configuration) (*foyer, error) {
	c.Data = filepath.Join(dir, "data")
	if err := os.Mkdir(c.Data, 0o700); err != nil {
		return nil, err
	}
	if err := b.town.copyRecords(c.Data); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "foyer.yaml")
	if err := writeConfig(file, c); err != nil {
		return nil, err
	}
	p, err := start(dir, "foyer", b.foyer, "serve", "--role", "ingest", "--config", file)
	if err != nil {
		return nil, err
	}
	f := &foyer{process: p}
	if err := f.ready(ctx, c); err != nil {
		f.stop()
		return nil, err
	}
	return f, nil
}

func (f *foyer) ready(ctx context.Context, c configuration) (err error) {
	if address, own := strings.CutPrefix(c.Broker, "embedded://"); own {
		err = f.listens(ctx, address)
	} else {
		err = f.says(ctx, "reading from the broker")
	}
	if err != nil {
		return err
	}
	if file, ok := strings.CutPrefix(c.Series, "sqlite://"); ok {
		f.series, err = series.OpenSQLite(ctx, filepath.Join(c.Data, file))
		return err
	}
	f.series, err = series.OpenInflux(ctx, series.InfluxConfig{URL: c.Series, Database: database})
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/app"
	"foyer/internal/config"
	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// A town is who publishes: gateways with plugs behind them, enrolled once for all
// runs. Their families agree to see their figures.
type town struct {
	registry string // folder of the registry
	gateways []gateway
	devices  []device
	zone     *time.Location
}

type gateway struct{ id, secret string }

const (
	pilot = "bench"
	zone  = "Europe/Paris"
)

// enrol makes a town of a plan's meters, in the registry of a Foyer that has not
// run yet.
func enrol(ctx context.Context, dir string, p plan) (_ *town, err error) {
	data := filepath.Join(dir, "registry")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(data, "foyer.yaml")
	if err := writeConfig(file, configuration{Data: data, Broker: "embedded://127.0.0.1:0", Series: "sqlite://readings.db"}); err != nil {
		return nil, err
	}
	c, err := config.Load(file)
	if err != nil {
		return nil, err
	}
	o, err := app.OpenOffice(ctx, c, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		return nil, err
	}
	t := &town{registry: data, zone: o.Zone}
	if err := t.settle(ctx, o, p); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return t, o.Close() // the last to close empties the log of the file
}

// settle makes each gateway a home's. The crowd beyond the meters that speak in every
// scenario is outdoors, and so nobody's.
func (t *town) settle(ctx context.Context, o *app.Office, p plan) error {
	since := app.Wall().AddDate(0, 0, -30)
	form := registry.Form{Notice: "bench", Language: "fr", Medium: "paper", Paper: "none: a benchmark"}
	var families []household.FamilyID
	for g := range p.connections {
		id := fmt.Sprintf("gw-%04d", g)
		secret, err := o.Registry.AddGateway(ctx, pilot, id)
		if err != nil {
			return err
		}
		t.gateways = append(t.gateways, gateway{id, secret})
		family, err := o.Registry.AddFamily(ctx, household.File{Family: household.Family{Pilot: pilot, Label: id, Since: since}})
		if err != nil {
			return err
		}
		if err := o.Registry.Bundle(ctx, family, form, false, consent.FamilyView); err != nil {
			return err
		}
		families = append(families, family)
	}
	meters := p.meters
	if p.measures("memory") {
		meters = max(meters, p.crowd)
	}
	for i := range meters {
		d := device{gateway: t.gateways[i%p.connections].id, id: fmt.Sprintf("plug-%05d", i)}
		m, err := o.Registry.Lookup(ctx, registry.DeviceRef{Gateway: d.gateway, Scheme: "tasmota", ID: d.id})
		if err != nil {
			return err
		}
		d.meter = m.ID
		claim := registry.Claim{Meter: m.ID, Role: household.Outdoor, From: since}
		if i < p.meters {
			claim.Family, claim.Role = families[i%p.connections], household.Electricity
		}
		if err := o.Registry.Claim(ctx, claim); err != nil {
			return err
		}
		t.devices = append(t.devices, d)
	}
	return nil
}

// some returns the first n devices, those of one gateway together.
func (t *town) some(n int) []device {
	all := slices.Clone(t.devices[:n])
	slices.SortStableFunc(all, func(a, b device) int { return strings.Compare(a.gateway, b.gateway) })
	return all
}

// copyRecords gives a Foyer that is about to start the town's registry and its keys.
func (t *town) copyRecords(data string) error {
	for _, name := range []string{"records.db", "keys.db", "master.key"} {
		if err := copyFile(filepath.Join(t.registry, name), filepath.Join(data, name)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(source, target string) error {
	from, err := os.Open(source) //nolint:gosec // in our own folder
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	to, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // in our own folder
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		return errors.Join(err, to.Close())
	}
	return to.Close()
}

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/account"
	"foyer/internal/config"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/keyring"
	"foyer/internal/records"
	"foyer/internal/registry"
)

// An Office is what commands about people, meters and consents work with: the
// records, and those who write them.
type Office struct {
	Config   config.Config
	Keys     *keyring.Ring
	Records  *records.DB
	Registry *registry.Registry
	Accounts *account.Accounts
	Zone     *time.Location
	World    World

	Settled Settled // when it was opened
}

// OpenOffice opens the records of a configuration and makes sure that its pilot
// is there. Close it after use.
func OpenOffice(ctx context.Context, c config.Config, log *slog.Logger, reg prometheus.Registerer) (*Office, error) {
	zone, err := time.LoadLocation(c.Pilot.Zone)
	if err != nil {
		return nil, fmt.Errorf("open the pilot's zone: %w", err)
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	keys, err := openKeys(ctx, c)
	if err != nil {
		return nil, err
	}
	db, err := openRecords(ctx, c, keys)
	if err != nil {
		return nil, errors.Join(err, keys.Close())
	}
	o := &Office{Config: c, Keys: keys, Records: db, Zone: zone}
	if c.World != nil {
		o.World = World{Start: c.World.Start, Anchor: c.World.Anchor, Speed: c.World.Speed}
	}
	o.Registry = registry.New(db, o.World.Now, Wall, log)
	o.Accounts = account.New(db, Wall, reg)
	shared := c.Pilot.CaseLoad == "all"
	err = o.Registry.AddPilot(ctx, household.Pilot{ID: c.Pilot.ID, Name: c.Pilot.Name, Zone: c.Pilot.Zone, Shared: shared})
	if errors.Is(err, registry.ErrTaken) {
		err = o.Registry.ShareCaseLoads(ctx, c.Pilot.ID, shared)
	}
	if err == nil {
		o.Settled, err = o.settle(ctx, log)
	}
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// Gate returns the way out for who has the records at hand. It counts nothing.
func (o *Office) Gate() *disclosure.Gate {
	return disclosure.New(o.Records, o.World.Now, prometheus.NewRegistry())
}

// Close closes the records and their keys.
func (o *Office) Close() error { return errors.Join(o.Records.Close(), o.Keys.Close()) }

// Family returns the family of a label or an id.
func (o *Office) Family(ctx context.Context, name string) (household.Family, error) {
	families, err := o.Registry.Families(ctx, o.Config.Pilot.ID)
	if err != nil {
		return household.Family{}, err
	}
	for _, f := range families {
		if f.Label == name || string(f.ID) == name {
			return f, nil
		}
	}
	return household.Family{}, fmt.Errorf("household %q: %w; `foyer household list` shows them", name, registry.ErrUnknown)
}

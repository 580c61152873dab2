package app

import (
	"context"
	"time"

	"foyer/ingest"
	"foyer/internal/energy"
	"foyer/internal/registry"
)

// meters answers ingest's questions from the registry. It hands over nothing
// about people, because the registry's own answer has nothing.
type meters struct{ *registry.Registry }

func (m meters) Lookup(ctx context.Context, ref ingest.DeviceRef) (ingest.Meter, error) {
	got, err := m.Registry.Lookup(ctx, registry.DeviceRef(ref))
	if err != nil {
		return ingest.Meter{}, err
	}
	return ingest.Meter{
		ID: got.ID, State: ingest.MeterState(got.State), Zone: got.Zone, Since: got.Since, MaxPower: got.MaxPower, Kept: got.Kept,
	}, nil
}

func (m meters) State(ctx context.Context, id energy.MeterID) (ingest.MeterState, time.Time, error) {
	state, kept, err := m.Registry.State(ctx, id)
	return ingest.MeterState(state), kept, err
}

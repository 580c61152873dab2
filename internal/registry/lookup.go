package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A DeviceRef is what a message says of where it comes from.
type DeviceRef struct {
	Gateway string
	Scheme  string // "tasmota", "zigbee2mqtt"
	ID      string
	Aliases []string  // other ids of the same device in the same scheme
	Own     string    // the one of ID and Aliases that the hardware was made with; "" when none is
	Heard   time.Time // when the message arrived; zero for now
}

// A Meter is what ingest may know of a device: nothing about people.
type Meter struct {
	ID       energy.MeterID // "" for a device that is not taken in
	State    household.MeterState
	Zone     *time.Location // the pilot's
	Since    time.Time      // an instant of the device's own before this is not believed; zero: any is
	MaxPower int64          // thousandths of W; 0 when unknown
	Kept     time.Time      // readings from before are kept whatever State says: a family's that still agrees
}

// MaxUnclaimed is how many devices may wait to be claimed. Further ones are ignored, so
// that neither a gateway nor many that somebody made up can fill the store.
var MaxUnclaimed = household.Room{Gateway: 256, All: 16_384}

// maxAliases bounds the other names of one device that are heard.
const maxAliases = 8

// early is how far before its first sight, or before it became the first family's
// it was, a device's own clock is believed: it may have spoken before anybody heard it.
const early = 24 * time.Hour

// A Devices store keeps meters and the names that lead to them.
type Devices interface {
	// DeviceMeters returns which meter each known id is.
	DeviceMeters(ctx context.Context, gateway, scheme string, ids []string) (map[string]energy.MeterID, error)
	// EnrolMeter makes ids lead to the meter of the first known one, or to a new
	// one; false when there is no room for it.
	EnrolMeter(ctx context.Context, gateway, scheme string, ids []string, fresh energy.MeterID, at time.Time, room household.Room) (bool, error)
	// MoveDevice makes a known id lead to another meter.
	MoveDevice(ctx context.Context, gateway, scheme, id string, meter energy.MeterID) error
	Meter(ctx context.Context, id energy.MeterID) (household.Meter, bool, error)
	// MetersByID returns those of ids that there are, in any order. ids has none twice.
	MetersByID(ctx context.Context, ids []energy.MeterID) ([]household.Meter, error)
	Meters(ctx context.Context, family household.FamilyID, only household.MeterState) ([]household.Meter, error)
	AttachMeter(ctx context.Context, m household.Meter, now time.Time) (bool, error)
	DetachMeter(ctx context.Context, id energy.MeterID, at, now time.Time) (bool, error)
	IgnoreMeter(ctx context.Context, id energy.MeterID) (bool, error)
}

// Lookup returns the meter behind a device, and takes it in as unclaimed at first
// sight. All names of ref lead to one meter from then on. Where they already lead
// to two, that of Own is answered, and the names that people gave lead there from then
// on: they gave them to another device. Without Own that of ID is answered and the
// conflict is logged once, for a person.
func (r *Registry) Lookup(ctx context.Context, ref DeviceRef) (Meter, error) {
	devices := names(ref)
	for range 3 {
		generation := r.known.begin()
		id, stray, ok := r.known.known(devices)
		if !ok || ref.Own != "" && stray != (device{}) && r.told.open(stray.to(id)) {
			var err error
			if id, err = r.find(ctx, ref, devices, generation); err != nil {
				return Meter{}, fmt.Errorf("look up meter: %w", err)
			}
		}
		if id == "" {
			return Meter{State: household.Ignored, Zone: time.UTC}, nil
		}
		m, ok, err := r.meter(ctx, id)
		if err != nil {
			return Meter{}, fmt.Errorf("look up meter: %w", err)
		}
		if ok {
			return m, nil
		}
		r.known.forget() // another process erased it
	}
	return Meter{}, fmt.Errorf("look up meter: %w", ErrUnknown)
}

// State returns what becomes of a meter's readings now, and [Meter.Kept]:
// [household.Ignored] for one that is not known.
func (r *Registry) State(ctx context.Context, id energy.MeterID) (household.MeterState, time.Time, error) {
	m, ok, err := r.meter(ctx, id)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("meter state: %w", err)
	}
	if !ok {
		return household.Ignored, time.Time{}, nil
	}
	return m.State, m.Kept, nil
}

// names returns the devices of ref without repetition: what it was made with first, else
// its id.
func names(ref DeviceRef) []device {
	all := []device{{ref.Gateway, ref.Scheme, cmp.Or(ref.Own, ref.ID)}}
	for _, a := range append([]string{ref.ID}, ref.Aliases...) {
		d := device{ref.Gateway, ref.Scheme, a}
		if a != "" && len(all) <= maxAliases && !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

// to names that d was given to a meter.
func (d device) to(meter energy.MeterID) device {
	return device{d.gateway, d.scheme, d.id + "\x00" + string(meter)}
}

// meter answers from memory, else from the store.
func (r *Registry) meter(ctx context.Context, id energy.MeterID) (Meter, bool, error) {
	if m, ok := r.known.meter(id, r.wall()); ok {
		return m, true, nil
	}
	return r.reread(ctx, id)
}

// find asks the store for the meter of devices and takes in what is new; "" when
// too many are unclaimed.
func (r *Registry) find(ctx context.Context, ref DeviceRef, devices []device, generation uint64) (energy.MeterID, error) {
	if r.known.isAbsent(devices, r.wall()) {
		return "", nil // without a query for each of its messages
	}
	ids := make([]string, len(devices))
	for i, d := range devices {
		ids[i] = d.id
	}
	found, err := r.store.DeviceMeters(ctx, ref.Gateway, ref.Scheme, ids)
	if err != nil {
		return "", err
	}
	if len(found) < len(ids) {
		if len(found) == 0 && r.known.isFull(ref.Gateway, r.wall()) {
			r.known.miss(generation, devices, r.wall())
			return "", nil // without a transaction for each of its messages
		}
		first := r.world()
		if !ref.Heard.IsZero() && ref.Heard.Before(first) { // what it said is of then, and to be whose the meter is
			first = ref.Heard
		}
		taken, err := r.store.EnrolMeter(ctx, ref.Gateway, ref.Scheme, ids, energy.MeterID(randomID("m")), first, MaxUnclaimed)
		if err != nil {
			return "", err
		}
		if !taken {
			if r.known.fill(generation, ref.Gateway, r.wall()) {
				r.log.WarnContext(ctx, "too many devices wait to be claimed, further ones are ignored: claim or ignore some",
					"of_a_gateway", MaxUnclaimed.Gateway, "in_all", MaxUnclaimed.All)
			}
			r.known.miss(generation, devices, r.wall())
			return "", nil
		}
		if found, err = r.store.DeviceMeters(ctx, ref.Gateway, ref.Scheme, ids); err != nil {
			return "", err
		}
	}
	lead, id := map[device]energy.MeterID{}, found[devices[0].id]
	for _, d := range devices {
		lead[d] = found[d.id]
		switch {
		case found[d.id] == id:
		case ref.Own == "":
			if r.told.first(d) {
				r.log.WarnContext(ctx, "alias leads to another meter")
			}
		// Once for each meter: two devices that share a name would take it in turns.
		case r.told.first(d.to(id)):
			if err := r.store.MoveDevice(ctx, d.gateway, d.scheme, d.id, id); err != nil {
				return "", err
			}
			lead[d] = id
			r.log.InfoContext(ctx, "a name was given to another device")
		}
	}
	r.known.lead(generation, lead)
	return id, nil
}

package simulators

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Town is a scenario as built: it can tell what happened, what happens and what
// every register shows. It does not change; all of its methods may run at once.
type Town struct {
	Scenario Scenario // with every default filled in

	zone     *time.Location
	phase    int64 // ms, local half-hours are at phase + n·30 min
	interval int64 // ms
	begin    int64 // start of the physics, Unix ms
	ready    int64 // earliest instant published, Unix ms
	end      int64 // last instant published, Unix ms; forever

	houses  []house
	lives   []life // as they are at ready
	devices []*device
	station *device
	dice    dice
	past    []past // of each home, and of the station at the end
}

// settling is how long homes live before anybody looks, so that their warmth and
// their tanks do not show how they began.
const settling = 10

// Open builds the town of a scenario. Every mistake of the scenario is reported,
// each as a [MistakeError].
func Open(s Scenario) (*Town, error) {
	s.Homes = slices.Clone(s.Homes)
	if err := s.complete(); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	t := &Town{Scenario: s, dice: dice(s.Seed), interval: s.Interval.Milliseconds(), end: 0, ready: forever}
	var err error
	if t.zone, err = time.LoadLocation(s.Zone); err != nil {
		return nil, fmt.Errorf("scenario: zone: %w", err)
	}
	if err := t.Scenario.Climate.open(t.dice.child(7)); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	if err := t.dates(); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	for i := range t.Scenario.Homes {
		h := &t.Scenario.Homes[i]
		t.houses = append(t.houses, h.house(t.dice.child(int64(i)+1, 1), h.From))
		t.lives = append(t.lives, newLife(&t.houses[i]))
		t.settle(i, h)
	}
	if gateway := t.Scenario.Station; gateway != "none" {
		t.station = t.build("zigbee2mqtt_outdoor", -1, gateway, 0)
		t.devices = append(t.devices, t.station)
	}
	t.remember()
	for i := range t.Scenario.Homes {
		t.budget(i)
	}
	return t, nil
}

// dates reads when each home starts and ends, and when the physics begins.
func (t *Town) dates() error {
	var errs []error
	t.begin = forever
	for i := range t.Scenario.Homes {
		h := &t.Scenario.Homes[i]
		at, err := instant(h.Start, t.zone)
		if err != nil {
			errs = append(errs, mistake(fmt.Sprintf("homes[%d].start", i), h.Start, err.Error()))
			continue
		}
		local := at.In(t.zone)
		h.From = at.Add(-time.Duration(local.Minute()%30)*time.Minute - time.Duration(local.Second())*time.Second - time.Duration(local.Nanosecond())).UTC()
		end := forever
		if h.Days > 0 {
			h.To = h.From.In(t.zone).AddDate(0, 0, h.Days).UTC()
			end = h.To.UnixMilli()
		}
		if h.Since = h.From; h.History > 0 {
			h.Since = h.midnight(t.zone, h.History)
		}
		before := h.midnight(t.zone, max(h.History, t.Scenario.HalfHours)+settling)
		t.begin = min(t.begin, before.UnixMilli())
		t.ready = min(t.ready, h.From.UnixMilli())
		t.end = max(t.end, end)
	}
	for i := range t.Scenario.Homes {
		if h := &t.Scenario.Homes[i]; h.From.UnixMilli()-t.ready > 3*year {
			errs = append(errs, mistake(fmt.Sprintf("homes[%d].start", i), h.Start, "more than three years after the first"))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	_, offset := time.UnixMilli(t.ready).In(t.zone).Zone()
	t.phase = floorMod(-int64(offset)*1000, 30*minute)
	return nil
}

// midnight returns the start of the local day n days before the one h starts in.
func (h *Home) midnight(zone *time.Location, n int) time.Time {
	y, m, d := h.From.In(zone).Date()
	return time.Date(y, m, d-n, 0, 0, 0, 0, zone).UTC()
}

// settle gives the i-th home its devices.
func (t *Town) settle(i int, h *Home) {
	meter := t.build(h.Dialect, i, h.Gateway, 1)
	indoor := t.build("zigbee2mqtt", i, h.Gateway, 2)
	devices := []*device{meter, indoor}
	if h.Plug {
		devices = append(devices, t.build("zigbee2mqtt_plug", i, h.Gateway, 3))
	}
	for _, d := range devices {
		h.Devices = append(h.Devices, d.Device)
	}
	t.devices = append(t.devices, devices...)
}

// Homes returns the homes, each with its devices, in the order of the scenario.
func (t *Town) Homes() []Home { return slices.Clone(t.Scenario.Homes) }

// Zone returns the zone of the town.
func (t *Town) Zone() *time.Location { return t.zone }

// Station returns the outdoor sensor; false when the town has none.
func (t *Town) Station() (Device, bool) {
	if t.station == nil {
		return Device{}, false
	}
	return t.station.Device, true
}

// Gateways returns the names of all gateways.
func (t *Town) Gateways() (names []string) {
	for _, d := range t.devices {
		if !slices.Contains(names, d.Gateway) {
			names = append(names, d.Gateway)
		}
	}
	return names
}

// Span returns the first and the last instant published; the last is zero when the
// town never ends. Messages that a fault holds back may be sent later.
func (t *Town) Span() (from, to time.Time) {
	from = time.UnixMilli(t.ready).UTC()
	if t.end != forever {
		to = time.UnixMilli(t.end).UTC()
	}
	return from, to
}

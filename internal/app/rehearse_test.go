package app_test

import (
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/app"
	"foyer/internal/config"
	"foyer/internal/household"
	"foyer/simulators"
)

// emptyPilot opens the records of a pilot that has nobody yet, and builds a town
// in a zone.
func emptyPilot(t *testing.T, zone string) (*app.Office, *simulators.Town) {
	t.Helper()
	c := config.Default()
	c.Data = filepath.Join(t.TempDir(), "data")
	o, err := app.OpenOffice(t.Context(), c, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o, twoHomes(t, zone, 28)
}

// twoHomes builds a town of two homes in a zone that tells some days of its past by the
// half-hour.
func twoHomes(t *testing.T, zone string, halfHours int) *simulators.Town {
	t.Helper()
	s := simulators.Default(2)
	s.Start, s.Days, s.Zone, s.HalfHours = "2026-11-10", 1, zone, halfHours
	town, err := simulators.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	return town
}

// count returns how many families and gateways a pilot has.
func count(t *testing.T, o *app.Office) (families, gateways int) {
	t.Helper()
	f, err := o.Registry.Families(t.Context(), o.Config.Pilot.ID)
	if err != nil {
		t.Fatal(err)
	}
	g, err := o.Registry.Gateways(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return len(f), len(g)
}

func TestRehearsalIsNeverPutBesideRealFamilies(t *testing.T) {
	for name, enrol := range map[string]func(*app.Office) error{
		"a family": func(o *app.Office) error {
			_, err := o.Registry.AddFamily(t.Context(), household.File{Family: household.Family{Pilot: o.Config.Pilot.ID, Label: "Foyer réel"}})
			return err
		},
		// Its gateway would silently get another password.
		"a gateway": func(o *app.Office) error {
			_, err := o.Registry.AddGateway(t.Context(), o.Config.Pilot.ID, "gw-01")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			o, town := emptyPilot(t, "Europe/Paris")
			if err := enrol(o); err != nil {
				t.Fatal(err)
			}
			families, gateways := count(t, o)
			if _, err := o.Rehearse(t.Context(), town); !errors.Is(err, app.ErrInhabited) {
				t.Errorf("error %v", err)
			}
			if f, g := count(t, o); f != families || g != gateways {
				t.Errorf("%d families and %d gateways, were %d and %d", f, g, families, gateways)
			}
		})
	}
}

func TestRehearsalWantsThePilotsZone(t *testing.T) {
	o, town := emptyPilot(t, "America/Martinique")
	if _, err := o.Rehearse(t.Context(), town); err == nil {
		t.Error("no error")
	}
	if f, g := count(t, o); f != 0 || g != 0 {
		t.Errorf("%d families and %d gateways", f, g)
	}
}

// TestAllOfTheStationsPastIsRolledUp wants the weather of a past that is longer than a
// year, which savings are computed from, to become days.
func TestAllOfTheStationsPastIsRolledUp(t *testing.T) {
	o, _ := emptyPilot(t, "Europe/Paris")
	const days = 450
	town := twoHomes(t, "Europe/Paris", days)
	settled, err := o.Rehearse(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	station, _ := town.Station()
	stale, err := o.Records.StaleStations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(stale, func(s household.Stale) bool { return s.Meter == settled.Meter(station) })
	if i < 0 {
		t.Fatal("nothing of the station is rolled up")
	}
	heard := 0
	for _, r := range settled.Samples(town) {
		if r.Meter != stale[i].Meter {
			continue
		}
		if heard++; r.At.Before(stale[i].From) {
			t.Fatalf("it was heard on %s, and is rolled up since %s", r.At, stale[i].From)
		}
	}
	if heard < days*47 {
		t.Errorf("heard %d times", heard)
	}
}

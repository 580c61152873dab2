package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/simulators"
)

// settleNotice is the version of the text that simulated families agree to.
const settleNotice = "2026-11/demo"

// A Settlement says who the simulated homes became.
type Settlement struct {
	Families  []household.FamilyID // in the order of the town's homes
	Passwords map[string]string    // by gateway
	Meters    map[string]energy.MeterID
}

// Meter returns the meter a simulated device became, "" for an unknown one.
func (s Settlement) Meter(d simulators.Device) energy.MeterID { return s.Meters[deviceKey(d)] }

func deviceKey(d simulators.Device) string { return d.Gateway + "/" + d.Scheme + "/" + d.ID }

// Settle enrols the homes of a simulated town as families of the pilot: their
// contracts, gateways, meters and what they agreed to.
func (o *Office) Settle(ctx context.Context, town *simulators.Town) (Settlement, error) {
	s := Settlement{Passwords: map[string]string{}, Meters: map[string]energy.MeterID{}}
	for _, gateway := range town.Gateways() {
		secret, err := o.Registry.AddGateway(ctx, o.Config.Pilot.ID, gateway)
		if err != nil {
			return s, err
		}
		s.Passwords[gateway] = secret
	}
	homes := town.Homes()
	files := make([]household.File, len(homes))
	for i, h := range homes {
		files[i] = o.fileOf(h)
	}
	var err error
	if s.Families, err = o.Registry.AddFamilies(ctx, files); err != nil {
		return s, err
	}
	for i, h := range homes {
		for _, d := range h.Devices {
			if err := o.claim(ctx, &s, s.Families[i], h, d); err != nil {
				return s, err
			}
		}
		if err := o.agree(ctx, s.Families[i], h); err != nil {
			return s, err
		}
	}
	if station, ok := town.Station(); ok {
		from, _ := town.Span()
		since := from.AddDate(0, 0, -town.Scenario.HalfHours) // as far back as Samples tells what it showed
		err = o.claim(ctx, &s, "", simulators.Home{Since: since, From: from}, station)
	}
	return s, err
}

// fileOf returns what a family would tell at enrolment.
func (o *Office) fileOf(h simulators.Home) household.File {
	from := energy.DayOf(h.From, o.Zone).Add(-800)
	contract := household.Contract{
		Tariff: "fr-bleu-base", PowerKVA: h.PowerKVA, From: from, Instalment: max(h.Instalment, h.Budget),
	}
	if h.Contract == simulators.PeakOffPeak {
		contract.Tariff, contract.OffPeak = "fr-bleu-hphc", h.OffPeak
	}
	return household.File{
		Family: household.Family{Pilot: o.Config.Pilot.ID, Label: h.Label, Language: h.Language, Since: from.Start(o.Zone)},
		Dwellings: []household.Dwelling{{
			From: from, Persons14: h.Persons14, PersonsUnder14: h.Under14, AreaM2: h.Area, Heating: h.Heating, Fragile: h.Fragile,
		}},
		Contracts: []household.Contract{contract},
		Incomes:   []household.Income{{From: from, Disposable: h.Income, Aid: h.Aid}},
	}
}

// claim makes a device a family's, from before its home's past. A plug counts what
// the meter of the home counts already: it is heard and ignored.
func (o *Office) claim(ctx context.Context, s *Settlement, family household.FamilyID, h simulators.Home, d simulators.Device) error {
	m, err := o.Registry.Lookup(ctx, registry.DeviceRef{Gateway: d.Gateway, Scheme: d.Scheme, ID: d.ID, Aliases: d.Aliases})
	if err != nil {
		return err
	}
	s.Meters[deviceKey(d)] = m.ID
	if d.Role == simulators.Appliance {
		return o.Registry.Ignore(ctx, m.ID)
	}
	role := household.Role(d.Role)
	if !slices.Contains(household.Roles, role) {
		return fmt.Errorf("settle: a device of role %q", d.Role)
	}
	since := h.Since.Add(-24 * time.Hour)
	if !h.Since.Before(h.From) || h.Since.IsZero() { // no past: not late from the first hour on
		since = h.From.Add(-time.Hour)
	}
	return o.Registry.Claim(ctx, registry.Claim{
		Meter: m.ID, Family: family, Role: role, From: since, MaxPower: int64(h.PowerKVA) * 1_000_000,
	})
}

// agree writes what a family agreed to, as far as the charter has it asked, and that it
// stopped where it did.
func (o *Office) agree(ctx context.Context, family household.FamilyID, h simulators.Home) error {
	book, err := o.Registry.Charter(ctx)
	if err != nil {
		return err
	}
	charter := book.At(Wall())
	var scopes []consent.Scope
	for _, box := range h.Consents {
		of, ok := consent.Offered(box, 0)
		if !ok {
			return fmt.Errorf("settle: nobody is asked for %q", box)
		}
		scopes = append(scopes, slices.DeleteFunc(of, func(s consent.Scope) bool { return !charter.Offers(string(s.Purpose)) })...)
	}
	form := registry.Form{Notice: settleNotice, Language: h.Language, Medium: "paper", Paper: "simulated"}
	if len(scopes) > 0 {
		if err := o.Registry.Give(ctx, family, scopes, form); err != nil {
			return err
		}
	}
	if h.Withdrawn {
		return o.Registry.WithdrawAll(ctx, family, form)
	}
	return nil
}

// Past returns what the town's meters counted before it begins, under the names
// its devices have here.
func (s Settlement) Past(town *simulators.Town) []energy.Interval {
	var all []energy.Interval
	for _, i := range town.Past() {
		i.Meter = s.Meter(i.Device)
		all = append(all, i.Interval)
	}
	return all
}

// Samples returns what the town's climate sensors showed before it begins.
func (s Settlement) Samples(town *simulators.Town) []energy.Reading {
	var all []energy.Reading
	for _, x := range town.Samples() {
		all = append(all, energy.Reading{
			Meter: s.Meter(x.Device), Register: x.Register, At: x.At, Value: x.Value, Source: energy.DeviceTime,
		})
	}
	return all
}

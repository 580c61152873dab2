package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// longestPast bounds one interval: a bill that states more is cut by who has it.
const longestPast = 366 * 24 * time.Hour

// A pastOwner is a household that a meter was or is, and until when.
type pastOwner struct {
	household.Attachment
	family household.FamilyID
}

// A pastJudge says which rows can be stored: those of a meter that was a
// household's all that time, when that household agrees to something.
type pastJudge struct {
	office  *app.Office
	replace bool // a row stands over what is stored for the same time
	owners  map[energy.MeterID][]pastOwner
	names   map[string]energy.MeterID // by name in a file; "" for one that nobody has
	agrees  map[household.FamilyID]bool
}

func newPastJudge(ctx context.Context, o *app.Office, replace bool) (*pastJudge, error) {
	all, err := o.Records.Residences(ctx)
	if err != nil {
		return nil, err
	}
	homes, err := o.Records.Homes(ctx, all)
	if err != nil {
		return nil, err
	}
	j := &pastJudge{
		office: o, replace: replace, owners: map[energy.MeterID][]pastOwner{},
		names: map[string]energy.MeterID{}, agrees: map[household.FamilyID]bool{},
	}
	for _, h := range homes {
		for _, a := range h.Attachments {
			j.owners[a.Meter] = append(j.owners[a.Meter], pastOwner{a, h.Family})
		}
	}
	return j, nil
}

// A pastVerdict is what becomes of the rows of a file.
type pastVerdict struct {
	store    []energy.Interval
	replaced int // of store: another amount was stored for that time
	known    int // rows that change nothing
	faults   []pastFault
}

// judge sorts rows, which are of no use after. It writes nothing.
func (j *pastJudge) judge(ctx context.Context, rows []pastRow) (pastVerdict, error) {
	var v pastVerdict
	good := rows[:0]
	for _, row := range rows {
		fault, err := j.check(ctx, &row)
		switch {
		case err != nil:
			return v, err
		case fault != nil:
			v.faults = append(v.faults, *fault)
		default:
			good = append(good, row)
		}
	}
	slices.SortStableFunc(good, func(a, b pastRow) int { return cmp.Compare(a.Meter, b.Meter) })
	for len(good) > 0 {
		n := slices.IndexFunc(good, func(r pastRow) bool { return r.Meter != good[0].Meter })
		if n < 0 {
			n = len(good)
		}
		if err := j.weigh(ctx, &v, good[:n]); err != nil {
			return v, err
		}
		good = good[n:]
	}
	slices.SortStableFunc(v.faults, func(a, b pastFault) int { return cmp.Compare(a.line, b.line) })
	return v, nil
}

// weigh holds the rows of one meter against what is stored of it, and against
// each other.
func (j *pastJudge) weigh(ctx context.Context, v *pastVerdict, rows []pastRow) error {
	stored, err := j.stored(ctx, rows)
	if err != nil {
		return err
	}
	rows = v.compare(rows, stored, j.replace)
	crossed := crossing(rows, stored)
	for _, row := range rows {
		if other, ok := crossed[row.line]; ok {
			v.faults = append(v.faults, j.crossFault(row, other))
			continue
		}
		if _, again := stored[keyOf(row.Interval)]; again {
			v.replaced++
		}
		v.store = append(v.store, row.Interval)
	}
	return nil
}

// check fills in the meter of a row, and says why it cannot be stored whatever is
// stored already.
func (j *pastJudge) check(ctx context.Context, row *pastRow) (*pastFault, error) {
	fault := func(column, value, reason string) (*pastFault, error) {
		return &pastFault{line: row.line, column: column, value: value, reason: reason}, nil
	}
	switch {
	case !row.From.Before(row.To):
		return fault(row.end(), row.until, "ends before it begins; to is the instant after the last")
	case row.To.Sub(row.From) > longestPast:
		return fault(row.begin(), row.since, "longer than a year; divide it")
	case row.To.After(j.office.World.Now()):
		return fault(row.end(), row.until, "not over yet; import it when it is")
	}
	var err error
	if row.Meter, err = j.meter(ctx, row.meter); err != nil {
		return nil, err
	}
	if row.Meter == "" {
		return fault("meter", row.meter, "no such meter; `foyer meter list` shows them")
	}
	owners := j.owners[row.Meter]
	if len(owners) == 0 {
		return fault("meter", row.meter, "the meter is no household's; `foyer meter claim` says whose it is")
	}
	i := slices.IndexFunc(owners, func(o pastOwner) bool { return !row.From.Before(o.From) && !row.To.After(o.To) })
	if i < 0 {
		var times []string
		for _, o := range owners {
			times = append(times, j.between(o.From, o.To))
		}
		return &pastFault{
			row.line, row.begin(), row.since, "not within the time the meter is one household's; --from of `foyer meter claim` says since when it is",
			strings.Join(times, "; "),
		}, nil
	}
	agrees, err := j.agreed(ctx, owners[i].family)
	if err != nil {
		return nil, err
	}
	if !agrees {
		return fault("meter", row.meter, "its household agrees to nothing now, so nothing of it is kept; `foyer consent give` writes down what it agreed to")
	}
	if !slices.Contains(counted[owners[i].Role], row.Register.Quantity()) {
		return fault("register", string(row.Register), fmt.Sprintf("a meter of role %s does not count that", owners[i].Role))
	}
	if most := mostEnergy(owners[i], row.Interval); row.Energy > most {
		return fault(row.amount, row.written, "more than the home's connection delivers in that time; is it the right unit?")
	}
	return nil, nil
}

// counted says which energy the meters of a role count.
var counted = map[household.Role][]energy.Quantity{
	household.Electricity: {energy.EnergyImport, energy.EnergyExport},
	household.Gas:         {energy.GasEnergy},
	household.Heat:        {energy.HeatEnergy},
}

// mostEnergy returns what a meter can count over an interval, in thousandths of Wh,
// with the margin that readings have: half as much again as subscribed, and 1 kWh.
// Gas and heat come without a known limit.
func mostEnergy(o pastOwner, iv energy.Interval) int64 {
	if o.Role != household.Electricity {
		return math.MaxInt64
	}
	limit := energy.PowerLimit(0)
	if o.MaxPower > 0 {
		limit.Rate = o.MaxPower
	}
	seconds := int64(iv.To.Sub(iv.From) / time.Second)
	return limit.Rate/1000*seconds/3600*1500 + 1_000_000
}

// meter returns the meter of a name, "" when there is none. It takes nothing in.
func (j *pastJudge) meter(ctx context.Context, name string) (energy.MeterID, error) {
	id, ok := j.names[name]
	if ok {
		return id, nil
	}
	if parts := strings.SplitN(name, "/", 3); len(parts) == 3 {
		known, err := j.office.Records.DeviceMeters(ctx, parts[0], parts[1], parts[2:])
		if err != nil {
			return "", err
		}
		id = known[parts[2]]
	} else {
		m, ok, err := j.office.Records.Meter(ctx, energy.MeterID(name))
		if err != nil {
			return "", err
		}
		if ok {
			id = m.ID
		}
	}
	j.names[name] = id
	return id, nil
}

// agreed reports whether a household agrees to anything now.
func (j *pastJudge) agreed(ctx context.Context, family household.FamilyID) (bool, error) {
	if yes, ok := j.agrees[family]; ok {
		return yes, nil
	}
	grants, err := j.office.Registry.Grants(ctx, family)
	if err != nil {
		return false, err
	}
	j.agrees[family] = len(grants) > 0
	return len(grants) > 0, nil
}

func (j *pastJudge) clock(t time.Time) string {
	return t.In(j.office.Zone).Format("2006-01-02 15:04")
}

// between prints a time that may not have ended.
func (j *pastJudge) between(from, to time.Time) string {
	if to.After(j.office.World.Now()) {
		return "from " + j.clock(from) + " on"
	}
	return "from " + j.clock(from) + " to " + j.clock(to)
}

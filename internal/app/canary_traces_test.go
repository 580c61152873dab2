package app_test

import (
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/opendata"
	"foyer/internal/registry"
	"foyer/internal/testserver"
)

// trace is what every text that is kept about a family has in it, but for its name.
func trace(label string) string { return "zwq " + label[len("CANARI-"):] }

// sums are what families that do not agree have and were given, as anybody would write
// them.
var sums = []string{"19037.91", "19037,91", "19 037,91", "1903791", "717.29", "717,29", "71729"}

// totals are what families come to that were counted while all of them agreed, as the API
// and pages write it.
var totals = []string{"4715300", "4\u00a0715\u00a0300", "4\u202f715\u202f300"}

// shows reports whether a mark stands in a text: one of digits alone not within a longer
// number or a random id.
func shows(text, mark string) bool {
	if strings.Trim(mark, "0123456789") != "" {
		return strings.Contains(text, mark)
	}
	return regexp.MustCompile(`(^|[^0-9A-Za-z.])` + mark + `($|[^0-9A-Za-z])`).MatchString(text)
}

// plant keeps texts and sums of a family wherever such things are kept.
func (v *visitor) plant(label string) {
	v.t.Helper()
	ctx, r, id, by := v.t.Context(), v.office.Registry, v.family(label), trace(label)
	day := energy.Day{Year: 2026, Month: 10, Date: 1}
	now := time.Date(2026, 11, 12, 12, 0, 0, 0, time.UTC)
	income, voucher := int64(1903791), int64(71729)
	if label == witness {
		income, voucher = 2000000, 10000
	}
	if label != never {
		if err := r.Give(ctx, id, consent.Questions(), registry.Form{Notice: "2026-11/test"}); err != nil {
			v.t.Fatal(err)
		}
	}
	_, err := r.AddMoney(ctx, []household.Entry{{Family: id, Day: day, Kind: household.Voucher, Cents: voucher, Source: by + " voucher", By: by}})
	for _, err := range []error{
		err,
		r.ChangeIncome(ctx, household.Income{Family: id, From: day, Disposable: income}),
		r.AddWorks(ctx, household.Works{Family: id, Kind: household.Insulation, From: day, To: day.Add(2), By: by, Why: by + " works"}),
		r.Answer(ctx, []household.Answer{{Family: id, Question: "works", Answer: "done", Day: day, By: by + " answer"}}, day),
		r.Refuse(ctx, id, consent.Offer(consent.Research), registry.Form{Notice: "2026-11/test", Medium: "paper", Paper: by + " folder"}),
		v.office.Records.Transit(ctx, household.Transition{
			Alert: household.Alert{
				ID: "a" + string(id[1:]), Pilot: v.office.Config.Pilot.ID, Family: id, Rule: "spending", Category: "cost", Severity: household.Normal,
				State: household.Resolved, Reason: []byte(`{"key":"alert.spending.no_weather","args":{"days":"3","cost_eur":"6.42","usual_eur":"4.10"}}`), Since: now, OpenedAt: now, Changed: now,
			},
			Step: household.StepResolved, At: now, Outcome: "visit", Note: by + " note",
		}),
	} {
		if err != nil {
			v.t.Fatal(err)
		}
	}
}

// together counts the year before of some families and of others that agree, as many as
// it needs.
func (v *visitor) together(labels ...string) {
	v.t.Helper()
	pilot := v.office.Config.Pilot.ID
	zone, err := time.LoadLocation(v.office.Config.Pilot.Zone)
	if err != nil {
		v.t.Fatal(err)
	}
	var ids []household.FamilyID
	for _, label := range labels {
		ids = append(ids, v.family(label))
	}
	for len(ids) < opendata.INSEE.Min {
		id, err := v.office.Registry.AddFamily(v.t.Context(), household.File{Family: household.Family{Pilot: pilot, Label: fmt.Sprint("compté ", len(ids)), Language: "fr", Since: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}})
		if err != nil {
			v.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	a := household.Aggregate{
		AggregateYear: household.YearOf(pilot, 2025, zone), At: time.Date(2026, 2, 6, 4, 0, 0, 0, time.UTC),
		Figures: []household.AggregateFigure{{Figure: "use", Part: "total", Unit: "kWh", Known: len(ids), Value: totals[0], Most: 12, Seen: 97}},
	}
	for _, id := range ids {
		a.Homes = append(a.Homes, household.CountedYear{Family: id, Covers: []string{"consumption", "cost"}})
		if err := v.office.Registry.Give(v.t.Context(), id, consent.Offer(consent.OpenStatistics), registry.Form{Notice: "2026-11/test"}); err != nil {
			v.t.Fatal(err)
		}
	}
	if err := v.office.Records.SaveAggregate(v.t.Context(), a); err != nil {
		v.t.Fatal(err)
	}
}

// devices returns the serials and addresses of a family's devices, of those that have any.
func (v *visitor) devices(label string) (all []string) {
	for _, h := range v.town.Homes() {
		if h.Label != label {
			continue
		}
		for _, d := range h.Devices {
			for _, name := range append([]string{d.ID}, d.Aliases...) {
				if len(name) >= 8 && strings.ContainsAny(name, "0123456789") {
					all = append(all, name)
				}
			}
		}
	}
	return all
}

// garble publishes a message of each of a family's devices, cut off.
func (v *visitor) garble(label string) {
	v.t.Helper()
	from, _ := v.town.Span()
	done := map[string]bool{}
	for e := range v.town.Emissions(from, time.Time{}) {
		if e.Home < 0 || v.town.Homes()[e.Home].Label != label || done[e.Topic] || len(e.Values) == 0 {
			continue
		}
		done[e.Topic] = true
		w := signIn(v.t, v.mosquitto.Addr(), e.Device.Gateway, v.settled.Passwords[e.Device.Gateway])
		w.publish(e.Topic, string(e.Payload[:len(e.Payload)-2]))
		w.Close()
	}
	if len(done) == 0 {
		v.t.Fatalf("no device of %s ever spoke", label)
	}
}

// silentQuarantine sends what nobody can read, of a family that agreed and of one that
// did not, and wants to find the first alone.
func (v *visitor) silentQuarantine() {
	v.t.Helper()
	v.garble(never)
	v.garble(witness)
	var list string
	v.until("what cannot be read to be in quarantine", func() bool {
		out, err := exec.CommandContext(v.t.Context(), binary(v.t), "quarantine", "list", "--json", "--config", v.config).CombinedOutput()
		if err != nil {
			v.t.Fatalf("%v: %s", err, out)
		}
		list = string(out)
		return strings.Contains(list, v.gateway(witness))
	})
	v.silent("the quarantine", list, false)
	if strings.Contains(list, v.gateway(never)) {
		v.t.Errorf("the quarantine keeps messages of a family that never agreed: %s", list)
	}
}

// meters returns the random ids of a family's meters.
func (v *visitor) meters(label string) (all []string) {
	for _, h := range v.town.Homes() {
		for _, d := range h.Devices {
			if m := v.settled.Meter(d); m != "" && h.Label == label {
				all = append(all, string(m))
			}
		}
	}
	return all
}

// gateway returns the gateway of a family.
func (v *visitor) gateway(label string) string {
	for _, h := range v.town.Homes() {
		if h.Label == label {
			return h.Gateway
		}
	}
	return ""
}

// silentBackup makes a backup and looks for names, devices, texts and sums in its files.
// Random ids stand in it, and what was counted.
func (v *visitor) silentBackup() {
	v.t.Helper()
	testserver.Need(v.t, "pg_dump", "On Debian: apt-get install postgresql-client, or make servers.")
	folder := filepath.Join(v.t.TempDir(), "backup")
	if out, err := exec.CommandContext(v.t.Context(), binary(v.t), "backup", folder, "--config", v.config).CombinedOutput(); err != nil {
		v.t.Fatalf("%v: %s", err, out)
	}
	files, known := 0, false
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text := testserver.Content(v.t, path)
		files++
		known = known || strings.Contains(text, string(v.family(withdrew)))
		marks := slices.Clone(sums)
		for _, label := range []string{withdrew, never, witness} {
			marks = append(marks, label, trace(label))
			marks = append(marks, v.devices(label)...)
		}
		for _, m := range marks {
			if shows(text, m) {
				v.t.Errorf("%s of the backup holds %q", e.Name(), m)
			}
		}
		return nil
	})
	if err != nil || files < 3 || !known {
		v.t.Errorf("looked at %d files of a backup and found no family there, %v", files, err)
	}
}

package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/ingest/spool"
	"foyer/internal/config"
	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/permission"
	"foyer/internal/registry"
	"foyer/internal/secret"
	"foyer/internal/testserver"
)

// What must stand in no file, and what must be found there for the test to mean
// anything: the name of a gateway, which is nobody's.
const (
	resting = "CANARI-REPOSE"
	income  = 7391846253
	voucher = 8812345677
	awake   = "canari-eveille"
)

// TestWhatNamesAFamilyRestsSealed fills an installation with marked names, devices,
// incomes and notes, and looks for them in every file of it.
func TestWhatNamesAFamilyRestsSealed(t *testing.T) {
	for dialect, address := range map[string]func() string{
		"sqlite":   func() string { return "sqlite://records.db" },
		"postgres": func() string { return testserver.Postgres(t) },
	} {
		t.Run(dialect, func(t *testing.T) {
			c := config.Default()
			c.Data, c.Records.URL = t.TempDir(), secret.New(address())
			folders := func() []string {
				if dialect == "postgres" {
					return []string{c.Data, testserver.PostgresFolder(t)}
				}
				return []string{c.Data}
			}
			o := rest(t, c)
			lookFor(t, folders()...) // while it runs
			if err := o.Close(); err != nil {
				t.Fatal(err)
			}
			lookFor(t, folders()...)
		})
	}
}

// rest fills an installation. It says of itself what it wrote where it could be read back.
func rest(t *testing.T, c config.Config) *Office {
	t.Helper()
	ctx, log := t.Context(), slog.New(slog.DiscardHandler)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	o, err := OpenOffice(ctx, c, log, prometheus.NewRegistry())
	must(err)
	pilot, day := c.Pilot.ID, energy.Day{Year: 2026, Month: 1, Date: 1}
	family, err := o.Registry.AddFamily(ctx, household.File{
		Family:  household.Family{Pilot: pilot, Label: resting + " Famille Martin", Language: "fr"},
		Incomes: []household.Income{{From: day, Disposable: income, Aid: voucher}},
	})
	must(err)
	staff, err := o.Accounts.AddStaff(ctx, household.Staff{Pilot: pilot, Email: strings.ToLower(resting) + "@coop.example", Name: resting + " Nadia", Role: "caseworker"}, "long enough a password")
	must(err)
	_, err = o.Records.OfferSecret(ctx, staff, resting)
	must(err)
	_, _, err = o.Accounts.AddToken(ctx, pilot, resting+" machine", time.Hour, permission.ReadFamilies)
	must(err)
	must(o.Registry.Bundle(ctx, family, registry.Form{Notice: "1", Medium: "paper", Paper: resting + " armoire 3"}, true, consent.FamilyView))

	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	o.World = World{Start: now, Anchor: Wall(), Speed: 1e-9}
	gateway := awake
	_, err = o.Registry.AddGateway(ctx, pilot, gateway)
	must(err)
	for _, device := range []string{resting + "-claimed", resting + "-unclaimed", resting + "-given-back"} {
		m, err := o.Registry.Lookup(ctx, registry.DeviceRef{Gateway: gateway, Scheme: "tasmota", ID: device, Aliases: []string{device + "-alias"}})
		must(err)
		if strings.HasSuffix(device, "-unclaimed") {
			continue
		}
		must(o.Registry.Claim(ctx, registry.Claim{Meter: m.ID, Family: family, Role: household.Electricity, From: now.Add(-48 * time.Hour)}))
		must(o.Records.Change(ctx, []household.Change{{Meter: m.ID, Kind: household.Kept, At: now, By: resting + " R.", Why: resting + " asked", Said: now}}))
		if strings.HasSuffix(device, "-given-back") {
			must(o.Registry.Release(ctx, m.ID, now))
		}
	}
	must(o.Records.AddEntries(ctx, []household.Entry{ // more than the registry lets through, to be told from anything else
		{ID: "e1", Family: family, Day: day, Kind: household.Voucher, Cents: voucher, Source: resting + " chèque", By: resting, Said: now},
	}))
	must(o.Records.AddWorks(ctx, household.Works{Family: family, Kind: household.Insulation, From: day, To: day.Add(1), By: resting, Why: resting + " invoice", Said: now}))
	must(o.Records.AddAnswers(ctx, []household.Answer{{Family: family, Question: "arrears", Answer: resting, Day: day, By: resting + " Karim", Said: now}}))
	must(o.Records.PinWeather(ctx, household.WeatherPin{Pilot: pilot, From: day, To: day.Add(1), By: resting, Why: resting + " stands in the shade", At: now}))
	must(o.Records.Transit(ctx, household.Transition{
		Alert: household.Alert{
			ID: "a1", Pilot: pilot, Family: family, Rule: "cold_home", Category: "cost", Severity: household.High,
			State: household.Open, Reason: []byte("{}"), Since: now, OpenedAt: now, Changed: now,
		},
		Step: household.StepOpened, At: now, Note: resting + " elle rappelle",
	}))
	must(o.Records.FileResults(ctx, household.Filing{Family: family, Results: []household.Filed{{
		Result: household.Result{
			Indicator: "tee", From: day, To: day.Add(365), Version: "1", Status: household.OK, Value: "0." + strconv.Itoa(income), Unit: "ratio", At: now,
			Detail: []byte(`{"income_eur":"` + strconv.Itoa(income) + `","of":"` + resting + `"}`),
		},
		Category: "indicators", Granularity: 1,
	}}}))
	rested(t, o, gateway, now, log)
	return o
}

// rested lets messages in: readings, what teaches a friendly name, and what nobody
// understands.
func rested(t *testing.T, o *Office, gateway string, now time.Time, log *slog.Logger) {
	t.Helper()
	ctx := t.Context()
	sc := o.Config.Spool
	sc.Path = o.Config.Path(sc.Path)
	kept, err := spool.Open(ctx, sc, o.Keys, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	})
	handler, err := o.handler(ctx, kept, log, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	for topic, payload := range map[string]string{
		"zigbee2mqtt/bridge/devices":  `[{"ieee_address":"0x` + resting + `","friendly_name":"` + resting + ` Martin","definition":{"model":"TS011F"}}]`,
		"zigbee2mqtt/" + resting:      `{"power":12.5}`,
		"tele/" + resting + "/SENSOR": `{"Time":"2026-11-25T12:00:00","ENERGY":{"Total":12.3,"Power":5}}`,
		resting + "/unheard/of":       `{"serial":"` + resting + `"}`,
		"tele/" + resting + "/STATE/": resting + " is no JSON",
	} {
		m := ingest.Message{Topic: "foyer/" + gateway + "/" + topic, Payload: []byte(payload), Gateway: gateway, At: now}
		if err := handler.Handle(ctx, m); err != nil {
			t.Fatalf("%s: %v", topic, err)
		}
	}
	if err := o.Records.Remember(ctx, gateway, map[string]string{"name/" + resting: resting}); err != nil {
		t.Fatal(err)
	}
	cases, err := kept.Cases(ctx, 0, 100)
	if err != nil || len(cases) == 0 || !strings.Contains(cases[0].Message.Topic+string(cases[0].Message.Payload), resting) {
		t.Errorf("quarantine holds %d cases, %v", len(cases), err)
	}
}

// lookFor fails on every marker that stands in a file below folders.
func lookFor(t *testing.T, folders ...string) {
	t.Helper()
	forms := map[string][]byte{}
	for _, text := range []string{resting, strings.ToLower(resting), strconv.Itoa(income), strconv.Itoa(voucher), "73918462.53"} {
		forms["text "+text] = []byte(text)
		forms["hex "+text] = []byte(hex.EncodeToString([]byte(text)))
		forms["HEX "+text] = []byte(strings.ToUpper(hex.EncodeToString([]byte(text))))
		for cut := range 3 { // wherever a text begins, one of three of its forms is there
			b := []byte(text)[cut:]
			forms["base64 "+strconv.Itoa(cut)+" "+text] = []byte(base64.RawStdEncoding.EncodeToString(b[:len(b)/3*3]))
		}
	}
	for _, n := range []uint64{income, voucher} {
		forms["integer of SQLite "+strconv.FormatUint(n, 10)] = binary.BigEndian.AppendUint64(nil, n)[3:]
		forms["integer of PostgreSQL "+strconv.FormatUint(n, 10)] = binary.LittleEndian.AppendUint64(nil, n)
	}
	heard, files := false, 0
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return nil //nolint:nilerr // a file that a server has just removed
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return nil //nolint:nilerr // likewise
			}
			files++
			heard = heard || bytes.Contains(b, []byte(awake))
			for form, marker := range forms {
				if bytes.Contains(b, marker) {
					t.Errorf("%s: %s", strings.TrimPrefix(path, folder), form)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !heard || files < 5 {
		t.Errorf("looked at %d files and did not find even what is in clear", files)
	}
}

// TestWrongKeysOpenNothing starts with another master key, and with other keys.
func TestWrongKeysOpenNothing(t *testing.T) {
	for name, spoil := range map[string]struct {
		files []string
		want  string
	}{
		"master key": {[]string{"master.key"}, "put that file back"},
		"ring":       {[]string{"master.key", "keys.db"}, "sealed with other keys"},
	} {
		t.Run(name, func(t *testing.T) {
			c := config.Default()
			c.Data = t.TempDir()
			open := func() error {
				o, err := OpenOffice(context.Background(), c, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
				if err == nil {
					err = o.Close()
				}
				return err
			}
			if err := open(); err != nil {
				t.Fatal(err)
			}
			for _, f := range spoil.files {
				if err := os.Remove(filepath.Join(c.Data, f)); err != nil {
					t.Fatal(err)
				}
			}
			if err := open(); err == nil || !strings.Contains(err.Error(), spoil.want) {
				t.Errorf("opens with %v", err)
			}
		})
	}
}

package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"foyer/internal/listen"
)

// faults collects what is wrong, field by field.
type faults []error

func (f *faults) unless(ok bool, field string, value any, want string) {
	if !ok {
		*f = append(*f, fmt.Errorf("%s: %v: %s", field, value, want))
	}
}

// section adds every line of a section's own faults, under its name.
func (f *faults) section(name string, err error) {
	if err == nil {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !strings.HasPrefix(line, name+".") {
			line = name + "." + line
		}
		*f = append(*f, errors.New(line))
	}
}

var pilotID = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// Validate reports every fault together, each with its field, value and what to do.
func (c Config) Validate() error {
	var f faults
	host, _, err := net.SplitHostPort(c.Listen)
	f.unless(err == nil, "listen", c.Listen, "want HOST:PORT")
	f.unless((c.Cert == "") == (c.Key == ""), "cert", fmt.Sprintf("%q, key: %q", c.Cert, c.Key), "want both or none")
	f.unless(err != nil || listen.Loopback(host) || c.Cert != "" || c.HTTPS || c.Plain, "listen", c.Listen,
		"reachable from elsewhere in clear: want cert and key, https where a proxy speaks HTTPS, or plain")
	f.unless(c.Data != "", "data", `""`, "want a folder")
	f.unless(pilotID.MatchString(c.Pilot.ID), "pilot.id", c.Pilot.ID, "want 1 to 32 characters of a-z, 0-9 and -")
	_, err = time.LoadLocation(c.Pilot.Zone)
	f.unless(err == nil && c.Pilot.Zone != "" && c.Pilot.Zone != "Local", "pilot.zone", c.Pilot.Zone, "want an IANA zone, Europe/Paris")
	f.unless(slices.Contains([]string{"assigned", "all"}, c.Pilot.CaseLoad), "pilot.case_load", c.Pilot.CaseLoad, "want assigned or all")
	c.validateURLs(&f)
	_, err = cron.ParseStandard(c.Jobs.Rollup)
	f.unless(err == nil, "jobs.rollup", c.Jobs.Rollup, "want a cron line of five fields, in UTC")
	f.unless(slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level), "log.level", c.Log.Level, "want debug, info, warn or error")
	f.unless(slices.Contains([]string{"text", "json"}, c.Log.Format), "log.format", c.Log.Format, "want text or json")
	life := c.Life.URL.Reveal()
	f.unless(life == "" || strings.HasPrefix(life, "https://"), "life.url", "<secret>", "want https://… or nothing")
	if w := c.World; w != nil {
		f.unless(w.Speed >= 0 && !math.IsInf(w.Speed, 1), "world.speed", w.Speed, "want 0 or more")
		f.unless(!w.Start.IsZero() && !w.Anchor.IsZero(), "world", "start or anchor missing", "give both")
	}
	f.section("broker", c.Broker.Validate())
	f.section("broker", c.Broker.Mounts.Validate())
	f.section("meters", c.Meters.Assume.Validate())
	f.section("spool", c.Spool.Validate())
	f.section("keys", c.Keys.Validate())
	f.section("weather", c.Weather.Validate())
	f.section("alerts", c.Alerts.Validate())
	f.section("channels", c.Channels.Validate())
	f.section("journal", c.Journal.Validate())
	return errors.Join(f...)
}

func (c Config) validateURLs(f *faults) {
	scheme, _, _ := strings.Cut(c.Series.URL, "://")
	f.unless(slices.Contains([]string{"sqlite", "influx+http", "influx+https"}, scheme),
		"series.url", c.Series.URL, "want sqlite://PATH, influx+http://HOST:PORT or influx+https://HOST:PORT")
	scheme, _, _ = strings.Cut(c.Records.URL.Reveal(), "://")
	f.unless(slices.Contains([]string{"sqlite", "postgres", "postgresql"}, scheme),
		"records.url", scheme+"://…", "want sqlite://PATH or postgres://…")
}

// Package config assembles the configuration of a Foyer: each package owns its
// section, its defaults and its checks; this one reads the file, refuses unknown
// keys, and reports every fault at once.
package config

import (
	"time"

	"foyer/alerts"
	"foyer/alerts/channel"
	"foyer/ingest/spool"
	"foyer/internal/journal"
	"foyer/internal/keyring"
	"foyer/internal/secret"
	"foyer/internal/weather"
)

// Config is a whole configuration. Its zero value is not usable: start from [Default].
type Config struct {
	Listen   string         `yaml:"listen"`   // address of the pages and the API
	Cert     string         `yaml:"cert"`     // file of the certificate chain with which the pages speak HTTPS themselves; "" for none
	Key      string         `yaml:"key"`      // file of its key
	HTTPS    bool           `yaml:"https"`    // people reach the pages over HTTPS, through a proxy: cookies are Secure
	Plain    bool           `yaml:"plain"`    // the pages may be reached beyond this machine in clear
	Data     string         `yaml:"data"`     // folder of the spool and of SQLite files
	Pilot    Pilot          `yaml:"pilot"`    // the town
	Broker   Broker         `yaml:"broker"`   // where messages come from
	Meters   Meters         `yaml:"meters"`   // how they are read
	Spool    spool.Config   `yaml:"spool"`    // where they wait
	Series   Series         `yaml:"series"`   // raw readings over time
	Records  Records        `yaml:"records"`  // everything that can leave
	Keys     keyring.Config `yaml:"keys"`     // under which what names a family is kept
	Tariffs  Tariffs        `yaml:"tariffs"`  // what energy costs
	Jobs     Jobs           `yaml:"jobs"`     // when figures are computed
	Weather  weather.Config `yaml:"weather"`  // who is asked how warm it was
	Alerts   alerts.Rules   `yaml:"alerts"`   // parameters of each rule
	Channels channel.Config `yaml:"channels"` // who is told of alerts
	Journal  journal.Config `yaml:"journal"`  // what signs the tamper-evident log
	Log      Log            `yaml:"log"`
	Metrics  Metrics        `yaml:"metrics"`
	Life     Life           `yaml:"life"`            // who notices when Foyer has stopped
	World    *World         `yaml:"world,omitempty"` // rehearsals alone
}

// A Pilot is the town this Foyer serves.
type Pilot struct {
	ID      string  `yaml:"id"`      // 1 to 32 characters of [a-z0-9-]
	Name    string  `yaml:"name"`    // what people call it
	Zone    string  `yaml:"zone"`    // IANA time zone of days and tariffs
	Address string  `yaml:"address"` // by post, on receipts of consent
	Contact Contact `yaml:"contact"`

	// CaseLoad says which of the families that agreed a caseworker sees: those
	// "assigned" to it, or "all" of the pilot.
	CaseLoad string `yaml:"case_load"`
}

// A Contact is who a family calls.
type Contact struct {
	Name  string `yaml:"name"`
	Phone Phone  `yaml:"phone"`
	Hours string `yaml:"hours"`
}

// Series is where raw readings are kept.
type Series struct {
	URL      string       `yaml:"url"`      // sqlite://PATH, influx+http://HOST:PORT or influx+https://HOST:PORT
	Database string       `yaml:"database"` // of InfluxDB; a bucket on 2
	Org      string       `yaml:"org"`      // of InfluxDB 2
	Token    secret.Value `yaml:"token"`    // of InfluxDB 2 and 3; "user:password" on 1.8
}

// Records is where everything that can leave is kept.
type Records struct {
	URL secret.Value `yaml:"url"` // sqlite://PATH or postgres://…; a secret, since it holds a password
}

// Jobs says when figures are computed, as cron lines in UTC.
type Jobs struct {
	Rollup string `yaml:"rollup"` // usage, results and alerts
}

// Log says what is written to standard error.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // text or json
}

// Metrics says who may read /metrics.
type Metrics struct {
	Token secret.Value `yaml:"token"` // asked of everybody who does not come from this machine; none: nobody else
}

// Life says whom Foyer gives signs of life to.
type Life struct {
	URL secret.Value `yaml:"url"` // https://…, asked every 5 minutes while everything holds; a secret; "" for none
}

// A World is a clock for rehearsals: the world starts at Start when the wall
// clock shows Anchor, and runs Speed times as fast. Leave it out in production.
type World struct {
	Start  time.Time `yaml:"start"`
	Anchor time.Time `yaml:"anchor"`
	Speed  float64   `yaml:"speed"`
}

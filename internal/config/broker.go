package config

import (
	"strings"

	"foyer/ingest"
	"foyer/ingest/subscriber"
	"foyer/internal/broker"
	"foyer/internal/secret"
)

// A Broker is where messages come from.
type Broker struct {
	// URL is embedded://HOST:PORT for Foyer's own, mqtt://HOST:PORT or
	// mqtts://HOST:PORT for another.
	URL      string        `yaml:"url"`
	User     string        `yaml:"user"`     // of another broker; also the client id
	Password secret.Value  `yaml:"password"` // of another broker
	CA       string        `yaml:"ca"`       // file of certificates to trust another broker by; "" for the machine's
	Cert     string        `yaml:"cert"`     // file of the embedded broker's certificate, or of Foyer's towards another; "" for none
	Key      string        `yaml:"key"`      // file of its key
	Plain    bool          `yaml:"plain"`    // the embedded broker may listen beyond this machine without TLS
	Shared   string        `yaml:"shared"`   // group of several ingesters; "" for one alone
	Queue    int           `yaml:"queue"`    // messages that another broker keeps while nobody reads
	Mounts   ingest.Mounts `yaml:"mounts"`   // topics of devices that cannot take a prefix

	// Bounds of the embedded broker.
	MaxClients     int `yaml:"max_clients"`      // gateways at once
	MaxPacketBytes int `yaml:"max_packet_bytes"` // of one packet
	MaxRate        int `yaml:"max_rate"`         // packets a second of one gateway
}

// DefaultBroker returns the section as it is without a configuration.
func DefaultBroker() Broker {
	own, other := broker.Defaults(), subscriber.Defaults()
	return Broker{
		URL: "embedded://" + own.Listen, User: other.Username, Queue: other.Queue,
		MaxClients: own.MaxClients, MaxPacketBytes: own.MaxPacketBytes, MaxRate: own.MaxRate,
	}
}

// Embedded returns the section of Foyer's own broker; false when it is another's.
func (b Broker) Embedded() (broker.Config, bool) {
	listen, own := strings.CutPrefix(b.URL, "embedded://")
	c := broker.Defaults()
	c.Listen, c.CertFile, c.KeyFile, c.AllowPlain = listen, b.Cert, b.Key, b.Plain
	c.MaxClients, c.MaxPacketBytes, c.MaxRate = b.MaxClients, b.MaxPacketBytes, b.MaxRate
	return c, own
}

// External returns the section of another broker.
func (b Broker) External() subscriber.Config {
	c := subscriber.Defaults()
	c.URL, c.ClientID, c.Username, c.Password = b.URL, b.User, b.User, b.Password
	c.Queue = b.Queue
	c.Group, c.CAFile, c.CertFile, c.KeyFile = b.Shared, b.CA, b.Cert, b.Key
	return c
}

// Validate reports every fault of the section.
func (b Broker) Validate() error {
	if own, ok := b.Embedded(); ok {
		return own.Validate()
	}
	return b.External().Validate()
}

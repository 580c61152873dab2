package broker

import (
	"errors"
	"fmt"
	"net"

	"foyer/internal/listen"
)

// scheme is how the configuration file names this broker.
const scheme = "embedded://"

// Config is the embedded broker's section of the configuration.
type Config struct {
	Listen string // host:port; port 0 takes a free one

	// CertFile and KeyFile name a certificate chain and its key in PEM. With them
	// the broker speaks TLS 1.2 or later alone.
	CertFile string
	KeyFile  string

	// AllowPlain lets the broker listen beyond this machine without TLS: secrets
	// and readings can then be read on the network.
	AllowPlain bool

	MaxClients int // gateways connected at once

	// MaxPacketBytes bounds one packet. A longer one ends its connection, before it
	// is read.
	MaxPacketBytes int

	// MaxRate bounds the packets a second of one gateway, after a burst of as many.
	// More are read later: the gateway has to wait, nothing is lost.
	MaxRate int
}

// Defaults returns the section as it is without a configuration: this machine
// alone, 1000 gateways, packets of 16 KiB, 2000 packets a second of each gateway.
func Defaults() Config {
	return Config{Listen: "127.0.0.1:1883", MaxClients: 1000, MaxPacketBytes: 16 << 10, MaxRate: 2000}
}

// Validate reports every fault of the section, by the names of its keys in the
// configuration file.
func (c Config) Validate() error {
	var faults []error
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		faults = append(faults, fmt.Errorf("url %q: want embedded://HOST:PORT", scheme+c.Listen))
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		faults = append(faults, fmt.Errorf("cert %q, key %q: want both or none", c.CertFile, c.KeyFile))
	}
	if err == nil && c.CertFile == "" && !c.AllowPlain && !listen.Loopback(host) {
		faults = append(faults, fmt.Errorf("url %q: reachable from elsewhere without TLS: want cert and key, or plain", scheme+c.Listen))
	}
	if c.MaxClients < 1 || c.MaxClients > 100_000 {
		faults = append(faults, fmt.Errorf("max_clients %d: want 1 to 100000", c.MaxClients))
	}
	if c.MaxPacketBytes < 1<<10 || c.MaxPacketBytes > 1<<20 {
		faults = append(faults, fmt.Errorf("max_packet_bytes %d: want 1024 to 1048576", c.MaxPacketBytes))
	}
	if c.MaxRate < 1 || c.MaxRate > 1_000_000 {
		faults = append(faults, fmt.Errorf("max_rate %d: want 1 to 1000000", c.MaxRate))
	}
	return errors.Join(faults...)
}

package broker

import (
	"errors"
	"fmt"
	"net"
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
}

// Defaults returns the section as it is without a configuration: this machine
// alone, 1000 gateways.
func Defaults() Config { return Config{Listen: "127.0.0.1:1883", MaxClients: 1000} }

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
	if err == nil && c.CertFile == "" && !c.AllowPlain && !loopback(host) {
		faults = append(faults, fmt.Errorf("url %q: reachable from elsewhere without TLS: want cert and key, or plain", scheme+c.Listen))
	}
	if c.MaxClients < 1 || c.MaxClients > 100_000 {
		faults = append(faults, fmt.Errorf("max_clients %d: want 1 to 100000", c.MaxClients))
	}
	return errors.Join(faults...)
}

// loopback reports whether only this machine reaches host.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

package broker

import (
	"errors"
	"fmt"
	"net"
)

// Config is the embedded broker's section of the configuration.
type Config struct {
	Listen string `yaml:"listen"` // host:port; port 0 takes a free one

	// CertFile and KeyFile name a certificate chain and its key in PEM. With them
	// the broker speaks TLS 1.2 or later alone.
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`

	// AllowPlain lets the broker listen beyond this machine without TLS: secrets
	// and readings can then be read on the network.
	AllowPlain bool `yaml:"allow_plain"`

	MaxClients int `yaml:"max_clients"` // gateways connected at once
}

// Defaults returns the section as it is without a configuration: this machine
// alone, 1000 gateways.
func Defaults() Config { return Config{Listen: "127.0.0.1:1883", MaxClients: 1000} }

// Validate reports every fault of the section.
func (c Config) Validate() error {
	var faults []error
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		faults = append(faults, fmt.Errorf("listen %q: want host:port", c.Listen))
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		faults = append(faults, fmt.Errorf("cert_file %q, key_file %q: want both or none", c.CertFile, c.KeyFile))
	}
	if err == nil && c.CertFile == "" && !c.AllowPlain && !loopback(host) {
		faults = append(faults, fmt.Errorf("listen %q: reachable from elsewhere without TLS: want cert_file and key_file, or allow_plain", c.Listen))
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

package subscriber

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"foyer/internal/secret"
)

// Config is the section of an external broker.
type Config struct {
	// URL is mqtt://HOST:PORT or, with TLS, mqtts://HOST:PORT. The port may be left
	// out: 1883, or 8883 with TLS.
	URL string

	// ClientID names the session in the broker. Two processes never share one.
	ClientID string
	Username string
	Password secret.Value

	// Group lets several processes share the load: each message goes to one of
	// those that name the same group. "" for a single process.
	Group string

	// Queue is how many messages the broker keeps while nobody reads, mosquitto's
	// max_queued_messages. It tells when messages will be lost.
	Queue int

	CAFile   string // who vouches for the broker; "" for the machine's list
	CertFile string // of this client, with KeyFile; "" for none
	KeyFile  string
}

// Defaults returns the section as it is without a configuration. It has no URL.
func Defaults() Config { return Config{ClientID: "foyer", Username: "foyer", Queue: 1_000_000} }

// Validate reports every fault of the section, by the names of its keys in the
// configuration file.
func (c Config) Validate() error {
	var faults []error
	if _, _, err := c.server(); err != nil {
		faults = append(faults, err)
	}
	if c.ClientID == "" {
		faults = append(faults, errors.New(`user "": want a name, the broker keeps the session under it`))
	}
	if c.Queue < 1 {
		faults = append(faults, fmt.Errorf("queue %d: want how many messages the broker keeps, at least 1", c.Queue))
	}
	if strings.ContainsAny(c.Group, "/+#") {
		faults = append(faults, fmt.Errorf("shared %q: want a name without /, + and #", c.Group))
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		faults = append(faults, fmt.Errorf("cert %q, key %q: want both or none", c.CertFile, c.KeyFile))
	}
	return errors.Join(faults...)
}

// server returns host and port, and whether to speak TLS.
func (c Config) server() (address string, secure bool, err error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return "", false, errors.New("url: unreadable, want mqtt://HOST:PORT or mqtts://HOST:PORT")
	}
	port := map[string]string{"mqtt": "1883", "mqtts": "8883"}[u.Scheme]
	if port == "" || u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" {
		return "", false, fmt.Errorf("url %q: want mqtt://HOST:PORT or mqtts://HOST:PORT, user and password apart", u.Redacted())
	}
	if u.Port() != "" {
		port = u.Port()
	}
	return net.JoinHostPort(u.Hostname(), port), u.Scheme == "mqtts", nil
}

// tls reads the files that TLS needs.
func (c Config) tls() (*tls.Config, error) {
	address, _, err := c.server()
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	t := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, err
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate in PEM", c.CAFile)
		}
	}
	if c.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, err
		}
		t.Certificates = []tls.Certificate{pair}
	}
	return t, nil
}

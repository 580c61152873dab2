// Package listen keeps what others reach on the network behind TLS. It knows nothing of
// what is said there.
package listen

import (
	"crypto/tls"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// A Certificate is read from its files again when they have changed, so that a
// renewal needs no restart and ends no connection.
type Certificate struct {
	cert, key string // files
	log       *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	changed [2]time.Time // of the files, when last looked at
}

// OpenCertificate reads a certificate chain and its key, in PEM, once.
func OpenCertificate(cert, key string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{cert: cert, key: key, log: log}
	c.changed = c.times()
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	c.pair = &pair
	return c, nil
}

// get returns what the files hold, or last held while they do not match: one of
// them may be about to be replaced.
func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	times := c.times()
	if times == c.changed {
		return c.pair, nil
	}
	c.changed = times
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		c.log.Warn("the new certificate is not usable, keeping the old one", "err", err)
		return c.pair, nil
	}
	c.pair = &pair
	c.log.Info("the certificate was renewed")
	return c.pair, nil
}

func (c *Certificate) times() (changed [2]time.Time) {
	for i, name := range []string{c.cert, c.key} {
		if info, err := os.Stat(name); err == nil {
			changed[i] = info.ModTime()
		}
	}
	return changed
}

// Listener returns a listener that speaks TLS 1.2 or later alone on l.
func (c *Certificate) Listener(l net.Listener) net.Listener {
	return tls.NewListener(l, &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12})
}

// Loopback reports whether only this machine reaches a host.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

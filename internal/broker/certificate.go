package broker

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// A certificate is read from its files again when they have changed, so that a
// renewal needs no restart and ends no connection.
type certificate struct {
	cert, key string // files
	log       *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	changed [2]time.Time // of the files, when last looked at
}

// openCertificate reads the files once.
func openCertificate(cert, key string, log *slog.Logger) (*certificate, error) {
	c := &certificate{cert: cert, key: key, log: log}
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
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	times := c.times()
	if times == c.changed {
		return c.pair, nil
	}
	c.changed = times
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		c.log.Warn("the broker's new certificate is not usable, keeping the old one", "err", err)
		return c.pair, nil
	}
	c.pair = &pair
	c.log.Info("the broker's certificate was renewed")
	return c.pair, nil
}

func (c *certificate) times() (changed [2]time.Time) {
	for i, name := range []string{c.cert, c.key} {
		if info, err := os.Stat(name); err == nil {
			changed[i] = info.ModTime()
		}
	}
	return changed
}

package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Probe reports whether the broker still answers a CONNECT. An open port alone
// does not say so.
func (b *Broker) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := b.probe(ctx); err != nil {
		return fmt.Errorf("probe the broker: %w", err)
	}
	return nil
}

func (b *Broker) probe(ctx context.Context) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", b.Addr())
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // nothing is written that could be lost
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if b.tls {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // it asks itself, and tells no secret
	}
	// A CONNECT of MQTT 3.1.1 that names nobody, to be refused.
	if _, err := conn.Write([]byte("\x10\x0d\x00\x04MQTT\x04\x02\x00\x05\x00\x01-")); err != nil {
		return err
	}
	var answer [4]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return err
	}
	if answer[0] != 0x20 {
		return errors.New("it answers something else than MQTT")
	}
	return nil
}

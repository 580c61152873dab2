package broker

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func countOf(_ testing.TB, c prometheus.Collector) float64 { return testutil.ToFloat64(c) }

// issue writes cert.pem and key.pem of a serial number into a folder.
func issue(t *testing.T, dir string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serial), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: secret},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		// A file system may tell times apart by no less than a second.
		at := time.Unix(1_700_000_000+serial, 0)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
}

// secure connects with TLS and returns the serial number that the broker shows.
func (r *rig) secure() (*client, int64) {
	r.t.Helper()
	conn, err := tls.Dial("tcp", r.Addr(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return &client{Conn: conn, t: r.t, in: bufio.NewReader(conn)}, conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

func TestACertificateIsRenewedWithoutEndingAConnection(t *testing.T) {
	dir := t.TempDir()
	issue(t, dir, 1)
	r := start(t, func(c *Config) {
		c.CertFile, c.KeyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	})
	steady, serial := r.secure()
	if code := steady.connect(connectPacket("g1", "g1", "secret1")); code != 0 || serial != 1 {
		t.Fatal(code, serial)
	}
	issue(t, dir, 2)
	if _, serial := r.secure(); serial != 2 {
		t.Errorf("certificate %d after a renewal to 2", serial)
	}
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), []byte("half a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, serial := r.secure(); serial != 2 {
		t.Errorf("certificate %d while the new files do not match", serial)
	}
	issue(t, dir, 3)
	late, serial := r.secure()
	if code := late.connect(connectPacket("g2", "g2", "secret2")); code != 0 || serial != 3 {
		t.Error(code, serial)
	}
	steady.write(publishPacket("foyer/g1/x", 1, 1, "x"))
	steady.acked(1)
	if err := r.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	plain := r.dial()
	plain.write(connectPacket("g3", "g3", "secret3"))
	if p, err := plain.read(); err == nil {
		t.Errorf("a plain connection is answered %v", p)
	}
	old, err := tls.Dial("tcp", r.Addr(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10})
	if err == nil {
		old.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

// TestNothingListensBeyondThisMachineInClear is T29's matrix: address, certificate,
// consent of the operator.
func TestNothingListensBeyondThisMachineInClear(t *testing.T) {
	dir := t.TempDir()
	issue(t, dir, 1)
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for host, here := range map[string]bool{
		"127.0.0.1": true, "127.8.9.10": true, "[::1]": true, "localhost": true,
		"0.0.0.0": false, "": false, "[::]": false, "192.0.2.7": false, "example.org": false, "[::ffff:0.0.0.0]": false,
	} {
		for _, c := range []struct {
			secure, plain, want bool
		}{{false, false, here}, {false, true, true}, {true, false, true}, {true, true, true}} {
			cfg := Defaults()
			cfg.Listen, cfg.AllowPlain = host+":0", c.plain
			if c.secure {
				cfg.CertFile, cfg.KeyFile = cert, key
			}
			if err := cfg.Validate(); (err == nil) != c.want {
				t.Errorf("%s, TLS %v, plain %v: %v", cfg.Listen, c.secure, c.plain, err)
			}
			b, err := Listen(t.Context(), cfg, Parts{Wall: time.Now, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()})
			if err == nil {
				err = b.Close()
			}
			var op *net.OpError // an address that is not this machine's
			elsewhere := c.want && errors.As(err, &op)
			if c.want != (err == nil) && !elsewhere {
				t.Errorf("%s, TLS %v, plain %v: listening says %v", cfg.Listen, c.secure, c.plain, err)
			}
			if !c.want && !strings.Contains(err.Error(), "want cert and key, or plain") {
				t.Errorf("%v does not say what to do", err)
			}
		}
	}
	cfg := Defaults()
	cfg.Listen, cfg.CertFile, cfg.KeyFile = "127.0.0.1:0", key, cert
	if _, err := Listen(t.Context(), cfg, Parts{Wall: time.Now, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()}); err == nil {
		t.Error("a key for a certificate")
	}
}

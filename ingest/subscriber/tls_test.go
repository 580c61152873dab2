package subscriber

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"foyer/internal/testserver"
)

// An authority vouches for certificates. Its own is the file ca.pem of dir.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert, a.key = root, nil
	a.cert, a.key = a.issue(t, "ca", root)
	return a
}

// issue writes name.pem and name.key.
func (a *authority) issue(t *testing.T, name string, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer := a.key
	if signer == nil {
		signer = key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		name + ".pem": {Type: "CERTIFICATE", Bytes: der}, name + ".key": {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(a.file(file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return parsed, key
}

func (a *authority) leaf(t *testing.T, name string, ips ...net.IP) {
	t.Helper()
	a.issue(t, name, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, IPAddresses: ips,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	})
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

func TestTLSTrustsTheGivenAuthorityAlone(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	ours.leaf(t, "server", net.IPv4(127, 0, 0, 1))
	ours.leaf(t, "client")
	server := testserver.Mosquitto(t, testserver.Options{Users: users, ACL: acl, Extra: []string{
		"cafile " + ours.file("ca.pem"), "certfile " + ours.file("server.pem"), "keyfile " + ours.file("server.key"),
		"require_certificate true",
	}})
	secure := func(c *Config) {
		c.URL = "mqtts://" + server.Addr()
		c.CAFile, c.CertFile, c.KeyFile = ours.file("ca.pem"), ours.file("client.pem"), ours.file("client.key")
	}
	for _, x := range []struct {
		name, want string
		spoil      func(*Config)
	}{
		{"a broker nobody vouches for", "unknown authority", func(c *Config) { c.CAFile = other.file("ca.pem") }},
		{"a broker of another name", "localhost", func(c *Config) { c.URL = strings.Replace(c.URL, "127.0.0.1", "localhost", 1) }},
		{"no certificate of its own", "connect", func(c *Config) { c.CertFile, c.KeyFile = "", "" }},
		{"plain TCP", "connect", func(c *Config) { c.URL = server.URL() }},
	} {
		r := subscribe(t, server, newSink(), secure, x.spoil)
		n := r.newSession(t.Context())
		if err := n.open(t.Context()); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", x.name, err)
		}
		n.close(false)
		r.stop()
	}
	s := newSink()
	subscribe(t, server, s, secure).connected(t)
	cfg := Defaults()
	secure(&cfg)
	security, err := cfg.tls()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := tls.Dial("tcp", server.Addr(), security)
	if err != nil {
		t.Fatal(err)
	}
	greet(t, conn, "g1").send(false, "foyer/g1/x", numbers(0, 300)...)
	testserver.Wait(t, "300 messages", func() bool { return s.count() == 300 })
}

func TestABrokerThatTakesNothingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe() // holds nothing: a write waits for its reader
		defer far.Close()
		l, began := newLink(near, time.Now), time.Now()
		if _, err := l.Write([]byte("acknowledged")); err != nil {
			t.Error(err)
		}
		<-l.down
		if time.Since(began) != writeFor {
			t.Errorf("given up after %v", time.Since(began))
		}
		if _, err := l.Write([]byte("acknowledged")); err == nil {
			t.Error("writing goes on")
		}
		if _, err := l.Read(make([]byte, 1)); err == nil {
			t.Error("still open")
		}
	})
}

func TestTheLastWordsReachABrokerThatIsStillTalking(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	heard := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			heard <- err.Error()
			return
		}
		defer conn.Close()
		_, _ = conn.Write(make([]byte, 1<<20)) // unread by the client when it closes
		b := make([]byte, 64)
		n, err := conn.Read(b)
		heard <- string(b[:n])
		_ = err
	}()
	l, err := dial(t.Context(), listener.Addr().String(), nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Write([]byte("acknowledged")); err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	_ = l.Close() // paho closes twice
	for {
		if _, err := l.Read(make([]byte, 4096)); err != nil {
			break
		}
	}
	if got := <-heard; got != "acknowledged" {
		t.Errorf("the broker heard %q", got)
	}
	<-l.down
}

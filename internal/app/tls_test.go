package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/internal/config"
)

// certify writes cert.pem and key.pem for this machine into a folder.
func certify(t *testing.T, folder string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		text := pem.EncodeToMemory(block)
		pool.AppendCertsFromPEM(text)
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return pool
}

// TestThePagesSpeakTLSByThemselves gives the pages a certificate and listens beyond this
// machine.
func TestThePagesSpeakTLSByThemselves(t *testing.T) {
	c := config.Default()
	c.Data, c.Listen, c.Cert, c.Key = t.TempDir(), "0.0.0.0:0", "cert.pem", "key.pem"
	pool := certify(t, c.Data)
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	a := running(t, c, Roles{API: true})
	_, port, err := net.SplitHostPort(a.Web())
	if err != nil {
		t.Fatal(err)
	}
	// ask returns the status, and whether browsers are told to come back over HTTPS alone.
	ask := func(scheme string, how *tls.Config) (status int, strict bool, err error) {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: how, DisableKeepAlives: true}, Timeout: 30 * time.Second}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, scheme+"://127.0.0.1:"+port+"/healthz", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(r)
		if err != nil {
			return 0, false, err
		}
		return res.StatusCode, strings.HasPrefix(res.Header.Get("Strict-Transport-Security"), "max-age="), res.Body.Close()
	}
	if status, strict, err := ask("https", &tls.Config{RootCAs: pool}); err != nil || status != http.StatusOK || !strict {
		t.Fatalf("%d, %v, %v", status, strict, err)
	}
	if status, _, err := ask("http", nil); err == nil && status == http.StatusOK {
		t.Error("they answer in clear")
	}
	if _, _, err := ask("https", &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("they speak TLS 1.1")
	}
}

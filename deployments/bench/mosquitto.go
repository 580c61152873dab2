package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// reader is the name by which whoever is measured reads from mosquitto.
const (
	reader       = "foyer"
	readerSecret = "a password for the machine's own use"
)

// mosquittoConfig is that of deployments/mosquitto, without a file that is saved
// at each change: with it, one measures mosquitto's saving.
const mosquittoConfig = `per_listener_settings false
listener %[1]s 127.0.0.1
use_username_as_clientid true
allow_anonymous false
password_file %[2]s/passwords
acl_file %[2]s/acl
max_queued_messages 1000000
max_inflight_messages %[3]d
message_size_limit 16384
max_keepalive 3600
`

const mosquittoRights = `pattern write foyer/%u/#
user ` + reader + `
topic read foyer/#
topic read $SYS/broker/publish/messages/dropped
`

// A mosquitto is a running broker.
type mosquitto struct {
	*process
	address string // host:port
}

// startMosquitto starts a broker that knows the town's gateways and lets a reader
// have so many messages unacknowledged.
func startMosquitto(ctx context.Context, dir string, t *town, inflight int) (*mosquitto, error) {
	address, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	_, port, _ := strings.Cut(address, ":")
	text := fmt.Sprintf(mosquittoConfig, port, dir, inflight)
	if os.Geteuid() == 0 {
		text += "user root\n" // else it cannot read our folder
	}
	var passwords strings.Builder
	for _, g := range append(t.gateways[:len(t.gateways):len(t.gateways)], gateway{reader, readerSecret}) {
		passwords.WriteString(g.id + ":" + g.secret + "\n")
	}
	for name, text := range map[string]string{"mosquitto.conf": text, "passwords": passwords.String(), "acl": mosquittoRights} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"mosquitto", "mosquitto_passwd"} {
		if _, err := exec.LookPath(name); err != nil {
			return nil, fmt.Errorf("%w. On Debian: apt-get install mosquitto", err)
		}
	}
	hash := exec.CommandContext(ctx, "mosquitto_passwd", "-U", filepath.Join(dir, "passwords")) //nolint:gosec // in our own folder
	if printed, err := hash.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("hash the passwords: %w: %s", err, printed)
	}
	p, err := start(dir, "mosquitto", "mosquitto", "-c", filepath.Join(dir, "mosquitto.conf"))
	if err != nil {
		return nil, err
	}
	m := &mosquitto{p, address}
	if err := m.listens(ctx, address); err != nil {
		m.stop()
		return nil, err
	}
	return m, nil
}

package app_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"foyer/internal/testserver"
)

// A desk runs commands of the foyer binary with a configuration of its own.
type desk struct {
	t      *testing.T
	dir    string
	config string // file
}

func newDesk(t *testing.T, text string) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	d.config = d.file("foyer.yaml", fmt.Sprintf("data: %s\n%s", filepath.Join(d.dir, "data"), text))
	return d
}

func (d *desk) file(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

// try runs a command and returns what it prints on standard output, and the rest.
func (d *desk) try(args ...string) (out, rest string, err error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(binary(d.t), append(args, "--config", d.config)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return strings.TrimSpace(stdout.String()), stderr.String(), err
}

func (d *desk) run(args ...string) string {
	d.t.Helper()
	out, rest, err := d.try(args...)
	if err != nil {
		d.t.Fatalf("foyer %s: %v: %s", strings.Join(args, " "), err, rest)
	}
	return out
}

const mountedBroker = `broker:
  url: mqtt://127.0.0.1:1
  user: ingest-1
  password: of ingest-1
  mounts:
    - {topic: "shellies/#", gateway: gw-2}
    - {topic: "old meter/+/state", gateway: gw-2}
`

func TestMosquittoLetsInWhomTheRegistryKnows(t *testing.T) {
	d := newDesk(t, mountedBroker)
	other := d.file("other.yaml", "broker: {url: mqtt://127.0.0.1:1, user: ingest-2, password: of ingest-2}\n")
	secrets := map[string]string{"ingest-1": "of ingest-1", "ingest-2": "of ingest-2"}
	for _, gateway := range []string{"gw-1", "gw-2"} {
		secrets[gateway] = d.run("gateway", "add", gateway)
	}
	folder := filepath.Join(d.dir, "mosquitto")
	write := func() { d.run("broker", "config", "--out", folder, "--also", other) }
	write()
	server := testserver.Mosquitto(t, testserver.Options{Folder: folder})
	for user, secret := range secrets {
		signIn(t, server.Addr(), user, secret).Close()
		for _, wrong := range []string{"", secret + "x", secrets["gw-1"][1:], strings.ToUpper(secret)} {
			if _, code := dialWire(t, server.Addr(), user, wrong); code == 0 {
				t.Errorf("%s came in with another password", user)
			}
		}
	}
	if _, code := dialWire(t, server.Addr(), "", ""); code == 0 {
		t.Error("nobody came in")
	}

	reader := signIn(t, server.Addr(), "ingest-1", secrets["ingest-1"])
	reader.subscribe("foyer/#", "shellies/#", "old meter/#", "#")
	nosy := signIn(t, server.Addr(), "gw-1", secrets["gw-1"])
	nosy.subscribe("#", "foyer/#", "foyer/gw-1/#")
	second := signIn(t, server.Addr(), "gw-2", secrets["gw-2"])
	writer := signIn(t, server.Addr(), "ingest-2", secrets["ingest-2"])
	for _, topic := range []string{
		"foyer/gw-1/x", "foyer/gw-2/x", "foyer/gw-1x/x", "foyer/ingest-1/x", "foyer/ingest-2/x", "foyer/x", "foyer",
		"shellies/a/b", "old meter/1/state", "old meter/1/2/state", "x", "Foyer/gw-1/x",
	} {
		nosy.publish(topic, "gw-1 on "+topic)
		writer.publish(topic, "ingest-2 on "+topic)
		second.publish(topic, "gw-2 on "+topic)
	}
	second.publish("foyer/gw-2/last", "last")
	var got []string
	for len(got) == 0 || got[len(got)-1] != "last" {
		if m, ok := reader.next().(*packets.PublishPacket); ok && !slices.Contains(got, string(m.Payload)) {
			got = append(got, string(m.Payload))
		}
	}
	want := []string{"gw-1 on foyer/gw-1/x", "gw-2 on foyer/gw-2/x", "gw-2 on shellies/a/b", "gw-2 on old meter/1/state", "last"}
	if !slices.Equal(got, want) {
		t.Errorf("stored %q, want %q", got, want)
	}
	nosy.write(packets.NewControlPacket(packets.Pingreq))
	if _, ok := nosy.next().(*packets.PingrespPacket); !ok {
		t.Error("a gateway was served what it subscribed to")
	}

	// What the registry forgets is out once mosquitto has read its files again.
	d.run("gateway", "remove", "gw-1", "--yes")
	renewed := d.run("gateway", "add", "gw-2")
	write()
	server.Reload()
	if p, err := nosy.read(); err == nil {
		t.Errorf("a removed gateway stays connected and is told %v", p)
	}
	testserver.Wait(t, "the removed gateway to be refused", func() bool {
		_, code := dialWire(t, server.Addr(), "gw-1", secrets["gw-1"])
		return code != 0
	})
	if _, code := dialWire(t, server.Addr(), "gw-2", secrets["gw-2"]); code == 0 {
		t.Error("an old password still holds")
	}
	signIn(t, server.Addr(), "gw-2", renewed).publish("foyer/gw-2/x", "again")
	reader.publish("x", "the reader is still connected")
}

func TestTheDeployedAccessListIsTheCommands(t *testing.T) {
	d := newDesk(t, "broker: {url: mqtt://127.0.0.1:1, user: foyer, password: of foyer}\n")
	d.run("broker", "config", "--out", d.dir)
	got, err := os.ReadFile(filepath.Join(d.dir, "acl"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("..", "..", "deployments", "mosquitto", "acl"))
	if err != nil || string(got) != string(want) {
		t.Errorf("%v: the command writes\n%s", err, got)
	}
}

func TestMosquittosFilesTellNoPasswordAndNameEveryFault(t *testing.T) {
	d := newDesk(t, mountedBroker)
	secret := d.run("gateway", "add", "gw-1")
	out := d.run("broker", "config", "--json")
	var files struct{ Passwords, ACL string }
	if err := json.Unmarshal([]byte(out), &files); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(files.Passwords, "gw-1:$7$101$") || !strings.Contains(files.ACL, "pattern write foyer/%u/#") {
		t.Errorf("%+v", files)
	}
	if printed := d.run("broker", "config"); !strings.Contains(printed, files.ACL[:len(files.ACL)-1]) || strings.Contains(printed+out, secret) ||
		strings.Contains(printed+out, "of ingest-1") {
		t.Error(printed)
	}

	// Gateways of before hashes were kept for mosquitto.
	db, err := sql.Open("sqlite", "file:"+filepath.Join(d.dir, "data", "records.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE gateway SET mosquitto_hash = ''`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(d.dir, "m")
	if _, rest, err := d.try("broker", "config", "--out", folder); err == nil || !strings.Contains(rest, `gateway "gw-1"`) || !strings.Contains(rest, "foyer gateway add gw-1") {
		t.Error(err, rest)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	line := "gw-1:$7$101$abc$def"
	passwords := filepath.Join(folder, "passwords")
	if err := os.WriteFile(passwords, []byte("gone:$7$101$x$y\n"+line+"\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	d.run("broker", "config", "--out", folder)
	text, err := os.ReadFile(passwords)
	if err != nil || !strings.Contains(string(text), line+"\n") || strings.Contains(string(text), "gone") {
		t.Errorf("%s %v", text, err)
	}
	if info, err := os.Stat(passwords); err != nil || info.Mode().Perm() != 0o640 {
		t.Error("the file has other rights than before")
	}

	d.run("gateway", "add", "foyer")
	for want, broker := range map[string]string{
		`broker.user "foyer": a gateway has that name`: "{url: mqtt://x, user: foyer}",
		`broker.user "a b"`:                            "{url: mqtt://x, user: a b}",
		`broker.user "#"`:                              "{url: mqtt://x, user: '#'}",
		`broker.mounts[0].topic "a\n"`:                 `{url: mqtt://x, user: x, mounts: [{topic: "a\n", gateway: gw-1}]}`,
	} {
		d.config = d.file("bad.yaml", fmt.Sprintf("data: %s\nbroker: %s\n", filepath.Join(d.dir, "data"), broker))
		if _, rest, err := d.try("broker", "config", "--out", folder); err == nil || !strings.Contains(rest, want) {
			t.Errorf("%v: %s does not say %s", err, rest, want)
		}
	}
	d.config = d.file("embedded.yaml", fmt.Sprintf("data: %s\nbroker: {user: reader}\n", filepath.Join(d.dir, "data")))
	if _, rest, err := d.try("broker", "config", "--out", folder); err != nil || !strings.Contains(rest, "reader has no line: broker.password is empty") {
		t.Error(err, rest)
	}
}

package app_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // driver "sqlite"

	"foyer/internal/keyring"
	"foyer/internal/testserver"
)

// An ingester is a `foyer serve --role ingest` of its own.
type ingester struct {
	t     *testing.T
	desk  *desk
	log   string // file
	ready string // what it says once it takes messages in
	proc  *testserver.Process
}

// begin starts the process and returns once it takes messages in.
func (i *ingester) begin() {
	i.t.Helper()
	if err := os.WriteFile(i.log, nil, 0o600); err != nil {
		i.t.Fatal(err)
	}
	p, err := testserver.Launch(exec.Command(binary(i.t), "serve", "--role", "ingest", "--config", i.desk.config), i.log, syscall.SIGKILL)
	if err != nil {
		i.t.Fatal(err)
	}
	i.proc = p
	i.t.Cleanup(func() {
		p.End(syscall.SIGTERM)
		if i.t.Failed() {
			i.t.Log(i.said())
		}
	})
	testserver.Wait(i.t, "an ingester to take messages in", func() bool {
		if p.Ended() {
			i.t.Fatal(i.said())
		}
		return strings.Contains(i.said(), i.ready)
	})
}

func (i *ingester) said() string {
	b, _ := os.ReadFile(i.log)
	return string(b)
}

// appended returns how many rows its spool has ever had, and how many wait in it.
func (i *ingester) appended() (ever, waiting int) {
	i.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(i.desk.dir, "data", "spool.db")+"?_pragma=query_only(1)&_pragma=busy_timeout(5000)")
	if err != nil {
		i.t.Fatal(err)
	}
	defer db.Close()
	err = db.QueryRow(`SELECT (SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'spool'), (SELECT COUNT(*) FROM spool)`).Scan(&ever, &waiting)
	if err != nil {
		i.t.Fatal(err)
	}
	return ever, waiting
}

// A group is two ingesters that share what one mosquitto brings, on PostgreSQL and
// InfluxDB.
type group struct {
	t         *testing.T
	influx    *pilot // to look into InfluxDB
	db        *sql.DB
	mosquitto *testserver.Server
	all       [2]*ingester
	secrets   map[string]string // by gateway
	acked     atomic.Int64
}

func openGroup(t *testing.T, gateways int) *group {
	t.Helper()
	g := &group{t: t, influx: &pilot{t: t, influx: testserver.Influx(t)}, secrets: map[string]string{}}
	address := testserver.Postgres(t)
	var err error
	if g.db, err = sql.Open("pgx", address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.db.Close() })
	// A broker's port is known once it runs, and its files are written before.
	port := testserver.FreePort(t)
	keys := keyring.Defaults().In(t.TempDir())
	for i := range g.all {
		d := newDesk(t, fmt.Sprintf("broker: {url: 'mqtt://127.0.0.1:%d', user: ingest-%d, password: secret of %d, shared: ingesters}\nseries: {url: 'influx+%s'}\nrecords: {url: %q}\nkeys: {master: %q, url: %q}\n",
			port, i, i, g.influx.influx.URL(), address, keys.Master, keys.URL))
		g.all[i] = &ingester{t: t, desk: d, log: filepath.Join(d.dir, "log"), ready: "reading from the broker"}
	}
	office := g.all[0].desk
	office.run("household", "add", "--label", "Foyer 01", "--persons", "1", "--tariff", "fr-bleu-base", "--kva", "6", "--income", "18200")
	office.run("consent", "give", "Foyer 01", "--notice", "2026-11-26", "--purpose", "family_view", "--paper", "folder 1")
	for i := range gateways {
		name := fmt.Sprint("gw-", i)
		g.secrets[name] = office.run("gateway", "add", name)
		office.run("meter", "claim", name+"/zigbee2mqtt/"+addressOf(i), "--household", "Foyer 01", "--role", "electricity", "--kva", "6")
	}
	folder := filepath.Join(office.dir, "mosquitto")
	office.run("broker", "config", "--out", folder, "--also", g.all[1].desk.config)
	// It is never killed here, so it need not save at each message.
	g.mosquitto = testserver.Mosquitto(t, testserver.Options{Folder: folder, Extra: []string{"autosave_on_changes false"}})
	for _, i := range g.all {
		text, err := os.ReadFile(i.desk.config)
		if err != nil {
			t.Fatal(err)
		}
		moved := strings.Replace(string(text), fmt.Sprintf("mqtt://127.0.0.1:%d", port), g.mosquitto.URL(), 1)
		if err := os.WriteFile(i.desk.config, []byte(moved), 0o600); err != nil {
			t.Fatal(err)
		}
		i.begin()
	}
	return g
}

func addressOf(gateway int) string { return fmt.Sprintf("0x00158d000000%04x", gateway) }

// publish lets a gateway say who its device is, and then n readings of it under the
// name that people gave it, each at its own instant.
func (g *group) publish(gateway, n int, from time.Time) {
	name := fmt.Sprint("gw-", gateway)
	w := signIn(g.t, g.mosquitto.Addr(), name, g.secrets[name])
	topic := "foyer/" + name + "/zigbee2mqtt/"
	if err := w.try(topic+"bridge/devices", fmt.Sprintf(`[{"ieee_address":%q,"friendly_name":"kitchen","type":"Router"}]`, addressOf(gateway))); err != nil {
		g.t.Error(err)
		return
	}
	for i := range n {
		at := from.Add(time.Duration(i) * 100 * time.Millisecond).UTC().Format("2006-01-02T15:04:05.000Z")
		if err := w.try(topic+"kitchen", fmt.Sprintf(`{"energy":%d.%02d,"last_seen":%q,"linkquality":80}`, 100+i/100, i%100, at)); err != nil {
			g.t.Error(err)
			return
		}
		g.acked.Add(1)
	}
}

// TestTwoIngestersLoseNothingWhenOneIsKilled: what mosquitto acknowledged is stored
// once, by whichever ingester it was given to, under the meter that a birth given to
// the other one named.
func TestTwoIngestersLoseNothingWhenOneIsKilled(t *testing.T) {
	const gateways, each = 4, 1500
	g := openGroup(t, gateways)
	from := time.Now().Add(-time.Hour).Truncate(time.Second)
	var publishing sync.WaitGroup
	for i := range gateways {
		publishing.Go(func() { g.publish(i, each, from) })
	}
	testserver.Wait(t, "a quarter to be acknowledged", func() bool { return g.acked.Load() > gateways*each/4 || t.Failed() })
	g.all[0].proc.End(syscall.SIGKILL)
	testserver.Wait(t, "half to be acknowledged", func() bool { return g.acked.Load() > gateways*each/2 || t.Failed() })
	if _, _, err := g.all[1].desk.try("meter", "list"); err != nil {
		t.Error(err)
	}
	g.all[0].begin()
	publishing.Wait()
	if t.Failed() {
		return
	}
	stored := 0
	testserver.Wait(t, "every acknowledged reading to be in InfluxDB", func() bool {
		stored = g.influx.stored()
		return stored >= gateways*each
	})
	if stored != gateways*each {
		t.Errorf("%d readings are stored, %d were acknowledged", stored, gateways*each)
	}
	for _, s := range g.influx.query(`SELECT COUNT(*) FROM reading GROUP BY meter`) {
		for c, column := range s.Columns {
			if n, ok := s.Values[0][c].(json.Number); ok && strings.HasPrefix(column, "count_energy") && n.String() != strconv.Itoa(each) {
				t.Errorf("a meter has %s of %d readings", n, each)
			}
		}
	}
	for query, want := range map[string]int{
		`SELECT COUNT(*) FROM meter`:               gateways, // no device was taken for another
		`SELECT COUNT(*) FROM conflict`:            0,
		`SELECT COUNT(DISTINCT gateway) FROM fact`: gateways,
	} {
		var n int
		if err := g.db.QueryRow(query).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d, want %d (%v)", query, n, want, err)
		}
	}
	for n, i := range g.all {
		testserver.Wait(t, "its spool to be empty", func() bool { _, waiting := i.appended(); return waiting == 0 })
		if ever, _ := i.appended(); ever == 0 {
			t.Errorf("ingester %d took no part", n)
		}
	}
	g.leaves(from.Add(time.Hour / 2))
}

// leaves has one ingester go for good: what mosquitto held for it while it was away is
// taken in, and everything after that is the other one's.
func (g *group) leaves(from time.Time) {
	g.t.Helper()
	const first, then = 200, 100
	before := g.influx.stored()
	gone := g.all[0]
	gone.proc.End(syscall.SIGTERM)
	g.publish(0, first, from)
	leave := exec.Command(binary(g.t), "serve", "--role", "ingest", "--leave", "--config", gone.desk.config)
	if out, err := leave.CombinedOutput(); err != nil {
		g.t.Fatalf("%v: %s", err, out)
	}
	if _, waiting := gone.appended(); waiting != 0 {
		g.t.Errorf("%d rows are left in its spool", waiting)
	}
	testserver.Wait(g.t, "what the broker held to be stored", func() bool { return g.influx.stored() >= before+first })
	g.publish(0, then, from.Add(time.Minute))
	testserver.Wait(g.t, "the other one to get everything", func() bool { return g.influx.stored() >= before+first+then })
	if n := g.influx.stored(); n != before+first+then {
		g.t.Errorf("%d readings are stored, want %d", n, before+first+then)
	}
}

func TestNobodyLeavesABrokerThatHoldsNothing(t *testing.T) {
	d := newDesk(t, "broker: {url: embedded://127.0.0.1:0}\n")
	if _, rest, err := d.try("serve", "--role", "ingest", "--leave"); err == nil || !strings.Contains(rest, "holds nothing for anybody") {
		t.Error(err, rest)
	}
}

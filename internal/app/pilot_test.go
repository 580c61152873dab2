package app_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/app"
	"foyer/internal/config"
	"foyer/internal/energy"
	"foyer/internal/testserver"
	"foyer/simulators"
)

// A pilot is a Foyer as a town runs it, a process of its own, between a real
// mosquitto, a real InfluxDB and a real PostgreSQL.
type pilot struct {
	t         *testing.T
	town      *simulators.Town
	settled   app.Settlement
	config    string // file
	influx    *testserver.Server
	mosquitto *testserver.Server
	foyer     *testserver.Server
	db        *sql.DB // beside Foyer, to look at what it keeps
	hook      *receiver

	mu    sync.Mutex
	acked map[place]int64 // every reading of every acknowledged message
}

// A place is where a value of a register stands.
type place struct {
	meter    energy.MeterID
	register energy.Register
	at       int64 // UTC ms
}

// world is the clock of the rehearsals: noon of the day after the last reading.
func world(town *simulators.Town) *config.World {
	_, to := town.Span()
	return &config.World{Start: to.Add(12 * time.Hour), Anchor: app.Wall(), Speed: 1}
}

// openPilot enrols the homes of a scenario and starts Foyer. The past of the
// homes is imported and their sensors' samples wait in the spool.
func openPilot(t *testing.T, s simulators.Scenario) *pilot {
	t.Helper()
	town, err := simulators.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	p := &pilot{t: t, town: town, acked: map[place]int64{}, hook: newReceiver(t)}
	p.influx = testserver.Influx(t)
	address := testserver.Postgres(t)
	if p.db, err = sql.Open("pgx", address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.db.Close() })
	p.configure(address)
	p.enrol()
	users := map[string]string{"foyer": "of foyer"}
	for gateway, password := range p.settled.Passwords {
		users[gateway] = password
	}
	// It is never killed here, so it need not save at each message.
	p.mosquitto = testserver.Mosquitto(t, testserver.Options{Users: users, Extra: []string{"autosave_on_changes false"}})
	p.start()
	testserver.Wait(t, "Foyer to be ready", func() bool { return strings.HasPrefix(p.status("/readyz"), "200") })
	return p
}

// configure writes the configuration of everything but the addresses that are
// only known later.
func (p *pilot) configure(records string) {
	p.t.Helper()
	dir := p.t.TempDir()
	p.config = filepath.Join(dir, "foyer.yaml")
	w := world(p.town)
	text := fmt.Sprintf(`data: %s
series: {url: "influx+%s"}
records: {url: %q}
jobs: {rollup: "@every 2s"}
log: {level: debug, format: json}
world: {start: %s, anchor: %s, speed: 1}
channels:
  webhook:
    allow: [%q]
    endpoints: [{name: coop, url: "http://%s/hook", secret: %q}]
`, dir, p.influx.URL(), records, w.Start.Format(time.RFC3339Nano), w.Anchor.Format(time.RFC3339Nano),
		p.hook.addr, p.hook.addr, p.hook.secret)
	p.write(text)
}

func (p *pilot) write(text string) {
	p.t.Helper()
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// office opens the records as a command does.
func (p *pilot) office() *app.Office {
	p.t.Helper()
	c, err := config.Load(p.config)
	if err != nil {
		p.t.Fatal(err)
	}
	office, err := app.OpenOffice(p.t.Context(), c, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		p.t.Fatal(err)
	}
	return office
}

// enrol settles the town and brings in its past, as `foyer simulate --enrol` does.
func (p *pilot) enrol() {
	p.t.Helper()
	office := p.office()
	defer office.Close()
	var err error
	if p.settled, err = office.Rehearse(p.t.Context(), p.town); err != nil {
		p.t.Fatal(err)
	}
	for _, r := range p.settled.Samples(p.town) {
		p.acked[place{r.Meter, r.Register, r.At.UnixMilli()}] = r.Value
	}
}

// start starts Foyer.
func (p *pilot) start() {
	p.t.Helper()
	rest, err := os.ReadFile(p.config)
	if err != nil {
		p.t.Fatal(err)
	}
	p.foyer = testserver.Program(p.t, "foyer", func(port int) (*exec.Cmd, error) {
		p.write(fmt.Sprintf("listen: 127.0.0.1:%d\nbroker: {url: %q, user: foyer, password: of foyer}\n%s", port, p.mosquitto.URL(), rest))
		return exec.Command(binary(p.t), "serve", "--config", p.config), nil
	}, "/healthz")
}

// status returns the status of what Foyer answers to a GET.
func (p *pilot) status(path string) string {
	p.t.Helper()
	resp, err := http.Get(p.foyer.URL() + path)
	if err != nil {
		return err.Error()
	}
	resp.Body.Close()
	return resp.Status
}

// publish lets the homes' gateways publish all they have and returns once the
// broker has acknowledged it, with how many messages that was. During is called at
// each tenth of the way.
func (p *pilot) publish(during func(tenth int)) int {
	p.t.Helper()
	began := time.Now()
	defer func() { p.t.Logf("published in %v", time.Since(began).Round(time.Millisecond)) }()
	from, _ := p.town.Span()
	total := 0
	for range p.town.Emissions(from, time.Time{}) {
		total++
	}
	done := 0
	fleet := simulators.Fleet{
		Broker: p.mosquitto.URL(), Passwords: p.settled.Passwords, Hello: p.town.Hello,
		Logger: slog.New(slog.DiscardHandler), Now: app.Wall,
		Acked: func(e simulators.Emission) error {
			p.keep(e)
			if done++; during != nil && done*10/total != (done-1)*10/total {
				during(done * 10 / total)
			}
			return nil
		},
	}
	if err := fleet.Run(p.t.Context(), p.town.Emissions(from, time.Time{})); err != nil {
		p.t.Fatal(err)
	}
	if done != total {
		p.t.Fatalf("%d of %d messages were acknowledged", done, total)
	}
	return done
}

// keep notes what an acknowledged message states.
func (p *pilot) keep(e simulators.Emission) {
	meter := p.settled.Meter(e.Device)
	if e.Device.Role == simulators.Appliance {
		return // heard and ignored: the meter of the home counts it
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range e.Values {
		p.acked[place{meter, v.Register, e.At.UnixMilli()}] = v.Value
	}
}

// until waits for a condition that real servers may take a while for.
func (p *pilot) until(what string, cond func() bool) {
	p.t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	for !cond() {
		if time.Now().After(deadline) {
			p.t.Fatalf("waited 3 minutes for %s", what)
		}
		if p.t.Context().Err() != nil {
			p.t.FailNow()
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// settle waits until every acknowledged reading is kept and everything that
// follows from it is computed.
func (p *pilot) settle() {
	p.t.Helper()
	began := time.Now()
	defer func() { p.t.Logf("settled after %v", time.Since(began).Round(time.Millisecond)) }()
	p.until("every acknowledged reading to be in InfluxDB", func() bool { return p.stored() >= len(p.acked) })
	p.until("the jobs to have nothing left to do", func() bool {
		return p.count(`SELECT (SELECT COUNT(*) FROM stale) + (SELECT COUNT(*) FROM dirty_day)`) == 0
	})
	passes := p.count(`SELECT COUNT(*) FROM run WHERE job = 'alerts' AND finished_at > 0`)
	p.until("a pass of the jobs after that", func() bool {
		return p.count(`SELECT COUNT(*) FROM run WHERE job = 'alerts' AND finished_at > 0`) >= passes+2
	})
}

// count returns the number a query gives.
func (p *pilot) count(query string, args ...any) int {
	p.t.Helper()
	var n int
	if err := p.db.QueryRowContext(p.t.Context(), query, args...).Scan(&n); err != nil {
		p.t.Fatal(err)
	}
	return n
}

var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "foyer-test-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "foyer")
	out, err := exec.Command("go", "build", "-o", bin, "foyer/cmd/foyer").CombinedOutput()
	if err != nil {
		return dir, fmt.Errorf("build foyer: %w: %s", err, out)
	}
	return bin, nil
})

// binary returns Foyer, built once for all tests.
func binary(t *testing.T) string {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

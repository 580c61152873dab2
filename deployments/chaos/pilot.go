package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"foyer/internal/testserver"
)

// A Pilot is one Foyer under trial: its data, its process, its addresses.
type Pilot struct {
	*nursery
	t      *Trial
	data   string // its data folder
	config string
	log    string
	web    int // ports
	broker int
	proc   *testserver.Process
	client http.Client
}

// Settle makes a pilot in a folder that exists. Lines are added to its
// configuration, which is else the default one on the embedded broker and SQLite.
func (t *Trial) Settle(data string, lines ...string) *Pilot {
	return t.raise().settle(t, data, lines...)
}

// settle makes a pilot as Settle does, of a nursery of its own.
func (n *nursery) settle(t *Trial, data string, lines ...string) *Pilot {
	dir := t.TempDir()
	p := &Pilot{
		nursery: n, t: t, data: data, config: filepath.Join(dir, "foyer.yaml"), log: filepath.Join(dir, "foyer.log"),
		web: testserver.FreePort(t), broker: testserver.FreePort(t), client: http.Client{Timeout: 10 * time.Second},
	}
	text := fmt.Sprintf("listen: 127.0.0.1:%d\ndata: %s\n", p.web, data)
	if !strings.Contains(strings.Join(lines, "\n"), "broker:") {
		text += fmt.Sprintf("broker: {url: \"embedded://127.0.0.1:%d\"}\n", p.broker)
	}
	t.must(os.WriteFile(p.config, []byte(text+strings.Join(lines, "\n")+"\n"), 0o600), "configure")
	t.Cleanup(func() {
		if p.proc != nil {
			p.proc.End(syscall.SIGKILL)
		}
	})
	return p
}

// start starts Foyer and does not wait for it.
func (p *Pilot) start() {
	cmd := exec.Command(p.t.binary, "serve", "--config", p.config) //nolint:gosec,noctx // the foyer under trial; it ends with the trial
	var err error
	p.proc, err = testserver.Launch(cmd, p.log, syscall.SIGKILL)
	p.t.must(err, "start foyer")
}

// alive ends the trial when Foyer ended by itself.
func (p *Pilot) alive() {
	if p.proc.Ended() {
		p.t.Fatalf("foyer ended by itself with code %d:\n%s", p.proc.ExitCode(), p.tail())
	}
}

// ready waits until Foyer itself, nobody else, serves and reaches all it needs.
func (p *Pilot) ready() {
	p.t.await("foyer to be ready", func() bool {
		p.alive()
		return p.proc.Listens(p.web) && p.get("/readyz") == http.StatusOK
	})
}

// kill ends Foyer at once.
func (p *Pilot) kill() { p.proc.End(syscall.SIGKILL) }

// stop asks Foyer to end, which it must do cleanly.
func (p *Pilot) stop() {
	p.proc.Signal(syscall.SIGTERM)
	if !p.t.within(30*time.Second, 10*time.Millisecond, p.proc.Ended) {
		p.t.Fatalf("foyer does not end within 30 s of SIGTERM:\n%s", p.tail())
	}
	if code := p.proc.ExitCode(); code != 0 {
		p.t.Errorf("foyer ended with code %d after SIGTERM:\n%s", code, p.tail())
	}
}

// get returns the status of a page, 0 when nobody answers.
func (p *Pilot) get(path string) int {
	status, _ := p.read(path)
	return status
}

// read returns the status and the body of a page or an answer of the API, asked for
// as a machine of the cooperative.
func (p *Pilot) read(path string) (status int, body string) {
	ctx, cancel := context.WithTimeout(p.t.Context, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+strconv.Itoa(p.web)+path, http.NoBody)
	p.t.must(err, "ask foyer")
	if strings.HasPrefix(path, "/api/") {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	res, err := p.client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, string(b)
}

// metric returns a metric without labels, -1 when it cannot be had.
func (p *Pilot) metric(name string) float64 {
	status, body := p.read("/metrics")
	if status != http.StatusOK {
		return -1
	}
	for line := range strings.Lines(body) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			if v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64); err == nil {
				return v
			}
		}
	}
	return -1
}

// drained waits until nothing is on its way to the series store any more.
func (p *Pilot) drained() {
	p.t.await("the spool to be empty", func() bool {
		p.alive()
		return p.metric("foyer_spool_readings") == 0
	})
}

// tail returns the last lines Foyer printed.
func (p *Pilot) tail() string {
	b, _ := os.ReadFile(p.log)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

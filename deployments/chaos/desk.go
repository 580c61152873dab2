package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"time"
)

// homes is how many families a desk has. Each agreed to everything, and is cold.
const homes = 10

// A Desk is a pilot whose families are helped: they have figures, alerts and phones.
type Desk struct {
	*Pilot
	families []*Family
}

// A Family is one of a desk.
type Family struct {
	id, label string
	phone     *http.Client // signed in
	withdrew  bool         // once already: what was queued of it is gone
}

// marks are what an answer that knows of a family has in it.
func (f *Family) marks() []string { return []string{f.id, f.label} }

// known reports whether something tells of a family.
func (f *Family) known(says []byte) bool {
	for _, m := range f.marks() {
		if bytes.Contains(says, []byte(m)) {
			return true
		}
	}
	return false
}

// everything are the arguments that say that a family agrees to all it is asked at a desk.
var everything = []string{"--purpose", "family_view", "--purpose", "cooperative_summary", "--purpose", "alert", "--hourly", "--paper", "folder 1"}

// sit makes a pilot of cold homes with a past, starts it, and waits until it tells of
// every home that it is cold. Lines are added to its configuration.
func (t *Trial) sit(lines ...string) *Desk {
	dir := t.TempDir()
	scenario, config := filepath.Join(dir, "scenario.yaml"), append([]string{`jobs: {rollup: "@every 1s"}`}, lines...)
	text := fmt.Appendf(nil, "seed: %d\nhalf_hours: 60\nhomes:\n", t.Seed)
	for i := range homes {
		text = fmt.Appendf(text, "- {label: Maison-%02d, situation: cold, dialect: shelly_gen2}\n", i)
	}
	t.must(os.WriteFile(scenario, text, 0o600), "write the scenario")
	d := &Desk{Pilot: (&nursery{}).settle(t, t.TempDir(), config...)}
	t.command("simulate", "--enrol", "--config", d.config, "--scenario", scenario, "--credentials", filepath.Join(dir, "gateways"))
	d.token = t.command("token", "add", "chaos", "--config", d.config, "--scope", "families:read,alerts:read,alerts:write")
	d.start()
	d.ready()
	t.await("every family to be told of", func() bool { d.alive(); return len(d.list()) == homes })
	for id, label := range d.list() {
		d.families = append(d.families, &Family{id: id, label: label, phone: d.connect(label)})
	}
	t.await("every home to be told cold", func() bool {
		_, alerts := d.read("/api/v1/alerts?limit=200")
		for _, f := range d.families {
			if !f.known([]byte(alerts)) {
				return false
			}
		}
		return true
	})
	return d
}

// list returns the labels of the families that the machine is told of, by id.
func (d *Desk) list() map[string]string {
	_, body := d.read("/api/v1/families")
	var page struct{ Items []struct{ ID, Label string } }
	all := map[string]string{}
	if json.Unmarshal([]byte(body), &page) == nil {
		for _, f := range page.Items {
			all[f.ID] = f.Label
		}
	}
	return all
}

// connect lets a family's phone in with the code of a letter.
func (d *Desk) connect(label string) *http.Client {
	jar, err := cookiejar.New(nil)
	d.t.must(err, "keep cookies")
	code := d.t.command("invite", label, "--config", d.config)
	phone := &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := phone.Post(d.address("/i/"+code), "application/x-www-form-urlencoded", nil) //nolint:noctx // it has a timeout
	d.t.must(err, "connect a phone")
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		d.t.Fatalf("a phone of %s is answered %s", label, res.Status)
	}
	return phone
}

func (p *Pilot) address(path string) string { return fmt.Sprintf("http://127.0.0.1:%d%s", p.web, path) }

// say writes down what a family says at the desk.
func (d *Desk) say(verb string, f *Family, args ...string) {
	d.t.command(append([]string{"consent", verb, f.label, "--config", d.config}, args...)...)
}

// machine returns a client of the cooperative's machine, which keeps so many connections.
func (d *Desk) machine(connections int) *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
}

// ask asks as the machine and returns the whole answer, but its date.
func (d *Desk) ask(c *http.Client, path string) (status int, says []byte, err error) {
	req, err := http.NewRequestWithContext(d.t.Context, http.MethodGet, d.address(path), http.NoBody)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+d.token)
	res, err := c.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	res.Header.Del("Date")
	var b bytes.Buffer
	_ = res.Header.Write(&b)
	_, err = io.Copy(&b, res.Body)
	return res.StatusCode, b.Bytes(), err
}

package app_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/app"
	"foyer/internal/config"
	"foyer/internal/household"
	"foyer/internal/permission"
	"foyer/internal/registry"
	"foyer/internal/testserver"
	"foyer/simulators"
)

// The labels of families. The last two must not be found anywhere.
const (
	witness  = "CANARI-TEMOIN" // agreed to everything, and does so still
	never    = "CANARI-JAMAIS" // never agreed to anything
	withdrew = "CANARI-RETIRE" // agreed to everything, and took it back a moment ago
)

// everything is each box that there is.
var everything = []string{"family_view", "hourly", "cooperative_summary", "alert", "survey", "evaluation", "open_statistics", "research"}

// TestCanary walks every exit of a running Foyer, as everybody there is, and finds
// families there that agreed, and nothing of those that did not or no longer do: not
// their names, nor their devices, nor anything that is kept about them.
func TestCanary(t *testing.T) {
	s := simulators.Scenario{Seed: seed(t), Start: "2026-11-10", Days: 3, Homes: []simulators.Home{
		{Label: witness, Situation: simulators.Cold, Dialect: "linky_tasmota_teleinfo", Contract: simulators.Base, Consents: everything},
		{Label: withdrew, Situation: simulators.Cold, Dialect: "linky_zlinky_z2m", Contract: simulators.Base, Consents: everything},
		{Label: never, Situation: simulators.Cold, Dialect: "shelly_gen2", Contract: simulators.Base, Consents: []string{}},
	}}
	p := openPilot(t, s)
	v := p.visit()
	for _, label := range []string{witness, withdrew, never} {
		v.plant(label)
	}
	v.together(witness, withdrew)
	p.publish(nil)
	stream := v.follow()
	p.until("the alerts of those who agreed", func() bool {
		list := v.get("/api/v1/alerts")
		return strings.Contains(list, witness) && strings.Contains(list, withdrew)
	})
	exits := v.exits()
	for _, e := range exits { // a canary that never sings proves nothing
		if said := e.says(); e.shows && !strings.Contains(said, withdrew) && !strings.Contains(said, string(v.family(withdrew))) {
			t.Errorf("%s does not show a family that agreed: %s", e.name, said)
		} else if e.sums && !slices.ContainsFunc(totals, func(s string) bool { return shows(said, s) }) {
			t.Errorf("%s does not show what a family that agreed is counted in: %s", e.name, said)
		}
	}
	p.until("a webhook about the family", func() bool { return p.hook.names(withdrew, 0) })
	p.until("the stream to tell of the family", func() bool { return strings.Contains(stream.String(), withdrew) })

	p.hook.leave(1_000_000) // a message is on its way when the family takes its consent back
	closed := v.closeAlerts()
	p.until("the stream to tell of each", func() bool { // or one is on its way still
		said := slices.Collect(strings.Lines(stream.String()))
		return !slices.ContainsFunc(closed, func(id string) bool {
			return !slices.ContainsFunc(said, func(line string) bool {
				return strings.Contains(line, id) && strings.Contains(line, `"step":"resolved"`)
			})
		})
	})
	p.until("a message waiting", func() bool {
		return p.count(`SELECT COUNT(*) FROM outbox o JOIN alert a ON a.id = o.alert WHERE o.done_at = 0 AND a.family = $1`, string(v.family(withdrew))) > 0
	})
	gone := v.alertsOf(withdrew)
	v.withdraw(v.family(withdrew))
	told, streamed := len(p.hook.deliveries()), len(stream.String())

	for _, e := range exits {
		said := e.says()
		v.silent(e.name, said, e.names)
		if !e.lists {
			v.silentMeters(e.name, said)
		}
	}
	for _, path := range gone {
		v.sameAsUnknown(path)
	}
	v.sameAsUnknown("/api/v1/families/" + string(v.family(withdrew)))
	v.sameAsUnknown("/api/v1/families/" + string(v.family(never)) + "/usage?by=day&from=2026-11-01&to=2026-11-12")

	p.hook.leave(0)
	p.until("the waiting message to be dealt with", func() bool {
		return p.count(`SELECT COUNT(*) FROM outbox o JOIN alert a ON a.id = o.alert WHERE o.done_at = 0 AND a.family = $1`, string(v.family(withdrew))) == 0
	})
	if p.hook.names(withdrew, told) || p.hook.names(never, 0) {
		t.Error("a webhook names a family that does not agree")
	}
	for _, d := range p.hook.deliveries()[told:] {
		v.silent("a webhook", d.body, false)
		v.silentMeters("a webhook", d.body)
	}
	v.silent("the open stream", stream.String()[streamed:], false)
	v.silentMeters("the open stream", stream.String()[streamed:])
	if strings.Contains(stream.String(), never) {
		t.Error("the stream names a family that never agreed")
	}
	if n := v.kept(never); n != 0 {
		t.Errorf("%d readings are kept of a family that never agreed", n)
	}
	v.silentQuarantine()
	v.silentBackup()
	v.silentLog()
}

// A visitor is a caseworker with a browser and a machine with a token.
type visitor struct {
	*pilot
	office *app.Office
	bearer string
	staff  *http.Client
	nadia  string // id of the caseworker
	ids    map[string]household.FamilyID
}

func (p *pilot) visit() *visitor {
	p.t.Helper()
	ctx := p.t.Context()
	c, err := config.Load(p.config)
	if err != nil {
		p.t.Fatal(err)
	}
	v := &visitor{pilot: p, ids: map[string]household.FamilyID{}}
	if v.office, err = app.OpenOffice(ctx, c, slog.New(slog.DiscardHandler), prometheus.NewRegistry()); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { v.office.Close() })
	for i, h := range p.town.Homes() {
		v.ids[h.Label] = p.settled.Families[i]
	}
	if _, v.bearer, err = v.office.Accounts.AddToken(ctx, c.Pilot.ID, "crm", 0, permission.Scopes...); err != nil {
		p.t.Fatal(err)
	}
	password := rand.Text()
	v.nadia, err = v.office.Accounts.AddStaff(ctx, household.Staff{Pilot: c.Pilot.ID, Email: "nadia@coop.example", Name: "Nadia", Role: "caseworker"}, password)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range v.ids { // even where a family is in somebody's case-load, it is what it agreed to that is seen
		if _, err := v.office.Registry.Assign(ctx, c.Pilot.ID, f, v.nadia); err != nil {
			p.t.Fatal(err)
		}
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	v.staff = &http.Client{Jar: jar, Timeout: 30 * time.Second}
	setup := v.send(p.foyer.URL()+"/console/sign-in", url.Values{"email": {"nadia@coop.example"}, "password": {password}})
	secret := regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`).FindStringSubmatch(setup)
	if secret == nil {
		p.t.Fatal("the caseworker is not asked for a second factor")
	}
	code := testserver.Authenticator(p.t, strings.ReplaceAll(secret[1], " ", ""), time.Now())
	if spares := v.send(p.foyer.URL()+"/console/second", url.Values{"code": {code}}); !strings.Contains(spares, `href="/console/account"`) {
		p.t.Fatal("the caseworker is not let in")
	}
	return v
}

// send posts a form and returns the page that it leads to.
func (v *visitor) send(address string, form url.Values) string {
	v.t.Helper()
	resp, err := v.staff.PostForm(address, form)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return string(page)
}

func (v *visitor) family(label string) household.FamilyID { return v.ids[label] }

// get returns what an address answers to the machine.
func (v *visitor) get(path string) string {
	v.t.Helper()
	_, body := v.ask(path)
	return body
}

func (v *visitor) ask(path string) (http.Header, string) {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.foyer.URL()+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+v.bearer)
	return v.do(http.DefaultClient, req)
}

func (v *visitor) do(c *http.Client, req *http.Request) (http.Header, string) {
	v.t.Helper()
	resp, err := c.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	h := resp.Header.Clone()
	h.Set("Status", resp.Status)
	return h, string(b)
}

// alertsOf returns the addresses of a family's alerts.
func (v *visitor) alertsOf(label string) (all []string) {
	v.t.Helper()
	for _, id := range v.column(`SELECT id FROM alert WHERE family = $1 AND state <> 'pending'`, string(v.family(label))) {
		all = append(all, "/api/v1/alerts/"+id)
	}
	return all
}

// follow opens a stream of events from the first on and reads it until the test ends.
func (v *visitor) follow() *testserver.Log {
	v.t.Helper()
	l := &testserver.Log{}
	body := v.stream(v.t.Context())
	go func() {
		lines := bufio.NewScanner(body)
		for lines.Scan() {
			_, _ = fmt.Fprintln(l, lines.Text())
		}
	}()
	return l
}

func (v *visitor) stream(ctx context.Context) io.ReadCloser {
	v.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.foyer.URL()+"/api/v1/events", nil)
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+v.bearer)
	req.Header.Set("Last-Event-ID", "0")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { resp.Body.Close() })
	return resp.Body
}

// replay returns what a new stream tells within a few looks.
func (v *visitor) replay() string {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.t.Context(), 4*time.Second)
	defer cancel()
	b, _ := io.ReadAll(v.stream(ctx)) // ends with the context
	return string(b)
}

// withdraw takes back everything a family agreed to, as a person at a desk would.
func (v *visitor) withdraw(id household.FamilyID) {
	v.t.Helper()
	if err := v.office.Registry.WithdrawAll(v.t.Context(), id, registry.Form{Notice: "2026-11/test"}); err != nil {
		v.t.Fatal(err)
	}
}

// closeAlerts closes the alerts of the family as dealt with, so that messages are queued,
// and returns their ids.
func (v *visitor) closeAlerts() (closed []string) {
	v.t.Helper()
	for _, id := range v.column(`SELECT id FROM alert WHERE family = $1 AND state IN ('open', 'acknowledged')`, string(v.family(withdrew))) {
		path := "/api/v1/alerts/" + id
		tag, _ := v.ask(path)
		req, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.foyer.URL()+path+"/resolve", strings.NewReader(`{"outcome":"contacted","note":""}`))
		if err != nil {
			v.t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+v.bearer)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("If-Match", tag.Get("ETag"))
		if h, body := v.do(http.DefaultClient, req); !strings.HasPrefix(h.Get("Status"), "200") {
			v.t.Fatalf("resolve an alert: %s %s", h.Get("Status"), body)
		}
		closed = append(closed, id)
	}
	return closed
}

// silent wants neither family in what an exit says, nor what it was counted in, except
// for who they are where that is told.
func (v *visitor) silent(name, says string, names bool) {
	v.t.Helper()
	for _, label := range []string{withdrew, never} {
		marks := slices.Concat(v.devices(label), []string{trace(label)}, totals, sums)
		if !names {
			marks = append(marks, label, string(v.family(label)))
		}
		for _, mark := range marks {
			if shows(says, mark) {
				v.t.Errorf("%s tells of %s: %s", name, label, mark)
			}
		}
	}
}

// silentMeters wants no meter of either family in what an exit says.
func (v *visitor) silentMeters(name, says string) {
	v.t.Helper()
	for _, meter := range slices.Concat(v.meters(withdrew), v.meters(never)) {
		if strings.Contains(says, meter) {
			v.t.Errorf("%s tells of the meter %s", name, meter)
		}
	}
}

// sameAsUnknown wants the answer that somebody who never existed gets.
func (v *visitor) sameAsUnknown(path string) {
	v.t.Helper()
	head, body := v.ask(path)
	id, _, _ := strings.Cut(strings.Split(path, "/")[4], "?")
	other := id[:1] + strings.Repeat("a", len(id)-1)
	unknownHead, unknownBody := v.ask(strings.Replace(path, id, other, 1))
	for _, h := range []http.Header{head, unknownHead} {
		h.Del("Date")
	}
	if body != unknownBody || fmt.Sprint(head) != fmt.Sprint(unknownHead) || !strings.HasPrefix(head.Get("Status"), "404") {
		v.t.Errorf("%s: withheld and unknown differ:\n%v %s\n%v %s", path, head, body, unknownHead, unknownBody)
	}
}

// kept returns how many rows InfluxDB has of a family's meters.
func (v *visitor) kept(label string) int {
	n := 0
	for i, h := range v.town.Homes() {
		if h.Label != label || v.settled.Families[i] == "" {
			continue
		}
		for _, d := range h.Devices {
			for _, s := range v.query(fmt.Sprintf(`SELECT * FROM reading WHERE meter = '%s'`, v.settled.Meter(d))) {
				n += len(s.Values)
			}
		}
	}
	return n
}

// silentLog wants no family, meter, gateway or secret in anything Foyer logged.
func (v *visitor) silentLog() {
	v.t.Helper()
	log := v.foyer.Log()
	if !strings.Contains(log, `"level":"DEBUG"`) {
		v.t.Error("the log holds no debug lines")
	}
	marks := append([]string{v.bearer, trace(withdrew), trace(never), trace(witness)}, sums[:4]...)
	for i, h := range v.town.Homes() {
		marks = append(marks, h.Label, string(v.settled.Families[i]), h.Gateway, v.settled.Passwords[h.Gateway])
		for _, d := range h.Devices {
			marks = append(marks, string(v.settled.Meter(d)), `"`+d.ID+`"`)
		}
	}
	for _, m := range marks {
		if at := strings.Index(log, m); at >= 0 && shows(log, m) {
			v.t.Errorf("the log says %q: …%s…", m, log[max(0, at-120):min(len(log), at+80)])
		}
	}
}

// names reports whether a message from the n-th on names a family.
func (r *receiver) names(label string, n int) bool {
	for _, d := range r.deliveries()[n:] {
		if strings.Contains(d.body, label) {
			return true
		}
	}
	return false
}

// leave makes the receiver refuse messages.
func (r *receiver) leave(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.away = n
}

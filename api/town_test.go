package api

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/crypto/argon2"
	_ "modernc.org/sqlite" // driver "sqlite"

	"foyer/api/pages"
	"foyer/internal/account"
	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/keyring"
	"foyer/internal/permission"
	"foyer/internal/records"
	"foyer/internal/registry"
	"foyer/internal/testserver"
	"foyer/internal/text"
)

// A town is a server over real records, with families in different situations.
type town struct {
	t        testing.TB
	now      time.Time
	zone     *time.Location
	registry *registry.Registry
	accounts *account.Accounts
	gate     *disclosure.Gate
	options  Options
	server   *Server
	url      string
	log      *testserver.Log // for what must not be in it

	records  *records.DB
	db       *sql.DB // beside the store, to put figures in as jobs would
	postgres bool    // the dialect of db

	token    string             // bearer of the cooperative's machine
	operator string             // id of a staff member who runs the machines
	staff    string             // id of Nadia, a caseworker
	cold     household.FamilyID // agreed to everything; its home is cold
	calm     household.FamilyID // agreed to everything but half-hours
	mute     household.FamilyID // agreed to nothing; canary figures
	coldID   string             // alert of cold, urgent
	spendID  string             // alert of calm
	muteID   string             // alert of mute
}

// canary is what a family that agreed to nothing would be known by.
const canary = "Foyer CANARI"

func newTown(t testing.TB) *town {
	t.Helper()
	dir := empty.Copy(t)
	return newTownIn(t, sqliteIn(dir), dir)
}

// newTownAt is newTown in the records of an address.
func newTownAt(t testing.TB, address string) *town {
	t.Helper()
	return newTownIn(t, address, t.TempDir())
}

// empty holds records of which nothing is known yet, and their keys.
var empty = testserver.Prepare(func(tb testing.TB, dir string) {
	tb.Helper()
	keys, err := keyring.Open(tb.Context(), keyring.Defaults().In(dir), time.Now)
	if err != nil {
		tb.Fatal(err)
	}
	defer keys.Close()
	store, err := records.Open(tb.Context(), sqliteIn(dir), keys)
	if err != nil {
		tb.Fatal(err)
	}
	if err := store.Close(); err != nil {
		tb.Fatal(err)
	}
})

func sqliteIn(dir string) string { return "sqlite://" + filepath.Join(dir, "records.db") }

// newTownIn is newTownAt with the keys of a folder.
func newTownIn(t testing.TB, address, folder string) *town {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	v := &town{t: t, zone: zone, now: time.Now().In(zone).Truncate(time.Minute), log: &testserver.Log{}}
	keys, err := keyring.Open(t.Context(), keyring.Defaults().In(folder), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keys.Close() })
	store, err := records.Open(t.Context(), address, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	v.records = store
	if path, ok := strings.CutPrefix(address, "sqlite://"); ok {
		v.db, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(30000)&_pragma=synchronous(OFF)")
	} else {
		v.postgres = true
		v.db, err = sql.Open("pgx", address)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.db.Close() })

	reg := prometheus.NewRegistry()
	log := slog.New(slog.NewTextHandler(v.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	world := func() time.Time { return v.now }
	v.registry = registry.New(store, world, time.Now, log)
	v.accounts = account.New(store, time.Now, reg)
	v.gate = disclosure.New(store, world, reg)
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	v.options = Options{
		Gate: v.gate, Accounts: v.accounts, Registry: v.registry, Writes: store, Texts: texts,
		Now: time.Now, World: world, Zone: zone, Plain: true, Log: log, Registerer: reg,
		Contact:    pages.Contact{Name: "Nadia", Phone: "05 55 00 00 00", Hours: "Du lundi au vendredi, de 9 h à 17 h."},
		Tariff:     func(id string) string { return "tarif " + id },
		Controller: consent.Controller{ID: "ville", Name: "La Ville", Address: "12 rue du Port, 17000 La Ville"},
		Version:    Version{Version: "v0", Go: "go1"},
		Checks:     map[string]Check{"records": func(ctx context.Context) error { return store.Ping(ctx) }},
		Metrics:    http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "foyer_up 1\n") }),
	}
	v.people()
	v.figures()
	v.start()
	return v
}

// start serves the town as its options say.
func (v *town) start() {
	v.t.Helper()
	v.options.Registerer = prometheus.NewRegistry()
	var err error
	if v.server, err = New(v.options); err != nil {
		v.t.Fatal(err)
	}
	s := httptest.NewServer(v.server)
	v.t.Cleanup(func() { v.server.Close(); s.Close() })
	v.url = s.URL
}

func (v *town) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// person adds a member of staff who has no password.
func (v *town) person(s household.Staff) {
	v.t.Helper()
	v.keeps(s, "kept")
}

// signer adds one who signs in with a password, which is cheap to guess here.
func (v *town) signer(s household.Staff, password string) {
	v.t.Helper()
	salt := make([]byte, 16)
	key := argon2.IDKey([]byte(password), salt, 1, 8, 1, 32)
	b := base64.RawStdEncoding
	v.keeps(s, fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version, b.EncodeToString(salt), b.EncodeToString(key)))
}

// keeps adds a member of staff with what is kept of a password.
func (v *town) keeps(s household.Staff, kept string) {
	v.t.Helper()
	if added, err := v.records.AddStaff(v.t.Context(), s, kept); !added || err != nil {
		v.t.Fatalf("add %s: %t, %v", s.Email, added, err)
	}
}

func (v *town) people() {
	v.t.Helper()
	ctx := v.t.Context()
	v.must(v.registry.AddPilot(ctx, household.Pilot{ID: "ville", Name: "La Ville", Zone: "Europe/Paris", Shared: true}))
	v.staff, v.operator = "snadia", "solga"
	v.signer(household.Staff{ID: v.staff, Pilot: "ville", Email: "nadia@example.org", Name: "Nadia", Role: "caseworker"}, "chaud comme la braise")
	v.signer(household.Staff{ID: "skarim", Pilot: "ville", Email: "karim@example.org", Name: "Karim", Role: "caseworker"}, "froid comme la pierre")
	v.signer(household.Staff{ID: v.operator, Pilot: "ville", Email: "ops@example.org", Name: "Olga", Role: "operator"}, "machines qui tournent")
	var err error
	_, v.token, err = v.accounts.AddToken(ctx, "ville", "tableau de bord", 0, permission.Scopes...)
	v.must(err)

	day := energy.DayOf(v.now, v.zone)
	add := func(label string) household.FamilyID {
		v.t.Helper()
		id, err := v.registry.AddFamily(ctx, household.File{
			Family:    household.Family{Pilot: "ville", Label: label, Language: "fr", Since: v.now.AddDate(-2, 0, 0)},
			Dwellings: []household.Dwelling{{From: day.Add(-400), Persons14: 2}},
			Contracts: []household.Contract{{From: day.Add(-400), Tariff: "fr-bleu-base", PowerKVA: 6, Instalment: 7500}},
		})
		v.must(err)
		return id
	}
	v.cold, v.calm, v.mute = add("Foyer 07"), add("Foyer 01"), add(canary)
	form := registry.Form{Notice: "test", DataFrom: v.now.AddDate(-2, 0, 0)}
	v.must(v.registry.Bundle(ctx, v.cold, form, true, consent.FamilyView, consent.Alert, consent.CooperativeSummary))
	v.must(v.registry.Bundle(ctx, v.calm, form, false, consent.FamilyView, consent.Alert, consent.CooperativeSummary))
}

func (v *town) exec(query string, args ...any) {
	v.t.Helper()
	if v.postgres { // "?" is the mark of SQLite alone
		for n := 1; strings.Contains(query, "?"); n++ {
			query = strings.Replace(query, "?", fmt.Sprintf("$%d", n), 1)
		}
	}
	if _, err := v.db.ExecContext(v.t.Context(), query, args...); err != nil {
		v.t.Fatalf("%s: %v", query, err)
	}
}

// figures puts in what jobs and rules would have.
func (v *town) figures() {
	v.t.Helper()
	for i, f := range []household.FamilyID{v.cold, v.calm, v.mute} {
		v.figuresOf(i, f)
	}
	v.coldID = v.alert(v.cold, "cold_home", "indoor_climate", "urgent", `{"key":"alert.cold_home.mean","args":{"mean_c":"14.83","days":"2","limit_c":"16"}}`)
	v.spendID = v.alert(v.calm, "spending", "cost", "normal", `{"key":"alert.spending.no_weather","args":{"days":"3","cost_eur":"6.42","usual_eur":"4.10"}}`)
	v.muteID = v.alert(v.mute, "cold_home", "indoor_climate", "urgent", `{"key":"alert.cold_home.mean","args":{"mean_c":"9.99","days":"2","limit_c":"16"}}`)
}

// figuresOf puts in those of one family, the i-th.
func (v *town) figuresOf(i int, f household.FamilyID) {
	v.t.Helper()
	today := energy.DayOf(v.now, v.zone)
	meter := fmt.Sprintf("m%d", i)
	v.exec(`INSERT INTO meter (id, gateway, state, role, first_seen) VALUES (?, 'g', 'claimed', 'electricity', 0)`, meter)
	v.exec(`INSERT INTO attachment (meter, family, from_at) VALUES (?, ?, 0)`, meter, f)
	v.exec(`INSERT INTO latest (meter, register, at, value) VALUES (?, 'energy_import/base', ?, 1)`, meter, v.now.Add(-4*time.Minute).UnixMilli())
	v.exec(`INSERT INTO meter_pulse (meter, interval_ms) VALUES (?, 600000)`, meter)
	var filed []household.Filed
	file := func(indicator string, from, to energy.Day, value, category string, granularity int, detail any) {
		filed = append(filed, v.filed(indicator, from, to, value, category, granularity, detail))
	}
	for n := -40; n <= 0; n++ {
		d := today.Add(n)
		wh := int64(7_000_000 + 100_000*((n+40)%7))
		v.exec(`INSERT INTO usage_day (family, day, register, start_at, energy, seen, length, estimated, provision) VALUES (?, ?, 'energy_import/base', ?, ?, 86400000, 86400000, 0, 0)`,
			f, d.String(), d.Start(v.zone).UnixMilli(), wh)
		file("cost_day", d, d.Add(1), fmt.Sprintf("2.%02d", 31+n%7), "cost", 3, household.CostDay{
			Energy: "7.1", Standing: "0.5", Seen: 86400000, Of: 86400000, Usual: new("2.40"),
			Until: new(v.now.Add(-4 * time.Minute).UnixMilli()), UsualByNow: new("2.19"),
		})
		file("cold_day", d, d.Add(1), "9.5", "indoor_climate", 3, household.ColdDay{
			Threshold: "18", Share: "0.4", Mean: new("17.1"), Last: new("15.3"), LastAt: new(v.now.Add(-4 * time.Minute).UnixMilli()), Seen: 86400000, Of: 86400000,
		})
	}
	v.exec(`INSERT INTO usage_slot (family, start_at, register, energy, seen, length, estimated, provision) VALUES (?, ?, 'energy_import/base', 150000, 1800000, 1800000, 0, 0)`, f, today.Start(v.zone).UnixMilli())
	first := energy.Day{Year: today.Year, Month: today.Month, Date: 1}
	before := energy.DayOf(first.Add(-1).Start(v.zone), v.zone)
	before.Date = 1
	for _, m := range []energy.Day{before, first} {
		end := m.Add(31)
		end.Date = 1
		v.exec(`INSERT INTO usage_month (family, month, register, start_at, energy, seen, length, estimated, provision) VALUES (?, ?, 'energy_import/base', ?, 231400000, 1, 1, 0, 0)`,
			f, m.String()[:7], m.Start(v.zone).UnixMilli())
		file("cost_month", m, end, "52.40", "cost", 2, household.CostMonth{Energy: "231.4", Seen: 1, Of: 1, DaysLeft: 8, Forecast: new("71.10")})
	}
	file("tee", today.Add(-365), today, "0.10440", "indicators", 2, household.Rate{Days: 365})
	v.must(v.records.FileResults(v.t.Context(), household.Filing{Family: f, At: v.now, Results: filed}))
}

func (v *town) result(f household.FamilyID, indicator string, from, to energy.Day, value, category string, granularity int, detail any) {
	v.t.Helper()
	one := v.filed(indicator, from, to, value, category, granularity, detail)
	v.must(v.records.FileResults(v.t.Context(), household.Filing{Family: f, At: v.now, Results: []household.Filed{one}}))
}

// filed returns a result that a job would file.
func (v *town) filed(indicator string, from, to energy.Day, value, category string, granularity int, detail any) household.Filed {
	v.t.Helper()
	b, err := json.Marshal(detail)
	v.must(err)
	return household.Filed{
		Result: household.Result{Indicator: indicator, From: from, To: to, Version: "1", Status: household.OK, Value: value, Unit: "EUR", Detail: b, At: v.now},
		Start:  from.Start(v.zone), Category: category, Granularity: granularity,
	}
}

// alert opens an alert of a family and returns its id.
func (v *town) alert(f household.FamilyID, rule, category, severity, reason string) string {
	v.t.Helper()
	var n int
	v.must(v.db.QueryRowContext(v.t.Context(), `SELECT COUNT(*) FROM alert`).Scan(&n))
	id := fmt.Sprintf("a%016d", n)
	at := v.now.Add(-40 * time.Minute).UnixMilli()
	v.exec(`INSERT INTO alert (id, pilot, family, rule, category, severity, state, reason, since, opened_at, changed_at, version) VALUES (?, 'ville', ?, ?, ?, ?, 'open', ?, ?, ?, ?, 1)`,
		id, f, rule, category, severity, reason, at, at, at)
	v.exec(`INSERT INTO alert_event (alert, seq, step, at, wall_at, state, severity, reason) VALUES (?, 1, 'opened', ?, ?, 'open', ?, ?)`, id, at, at, severity, reason)
	return id
}

// A browser keeps cookies and shows where it is led.
type browser struct {
	*http.Client
	town *town
}

func (v *town) browser() browser {
	v.t.Helper()
	jar, err := cookiejar.New(nil)
	v.must(err)
	return browser{&http.Client{Jar: jar}, v}
}

// as puts a session into a browser.
func (b browser) as(cookie, session string) browser {
	u, err := url.Parse(b.town.url)
	b.town.must(err)
	b.Jar.SetCookies(u, []*http.Cookie{{Name: cookie, Value: session, Path: "/"}})
	return b
}

// caseworker returns a browser Nadia is signed in on.
func (v *town) caseworker() browser {
	v.t.Helper()
	session, err := v.accounts.OpenStaff(v.t.Context(), v.staff)
	v.must(err)
	return v.browser().as("foyer-c", session)
}

// setupKey is the key of a second factor on the page that sets it up.
var setupKey = regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`)

// signIn goes through the console's door as a person does the first time, and
// returns the page it leads to.
func (b browser) signIn(email, password string) reply {
	b.town.t.Helper()
	setup := b.post("/console/sign-in", url.Values{"email": {email}, "password": {password}})
	secret := setupKey.FindStringSubmatch(setup.Text)
	if secret == nil {
		b.town.t.Fatalf("no second factor is asked for at %s: %s", setup.Request.URL.Path, setup.Text)
	}
	code := testserver.Authenticator(b.town.t, strings.ReplaceAll(secret[1], " ", ""), time.Now())
	spares := b.post("/console/second", url.Values{"code": {code}})
	if spares.StatusCode != http.StatusOK || !strings.Contains(spares.Header.Get("Cache-Control"), "no-store") {
		b.town.t.Fatalf("the second factor is answered %s", spares.Status)
	}
	return b.get("/console")
}

// phone returns a browser on a phone of a family.
func (v *town) phone(f household.FamilyID) browser {
	v.t.Helper()
	session, err := v.accounts.ConnectPhone(v.t.Context(), f)
	v.must(err)
	return v.browser().as("foyer-m", session)
}

// A reply is an answer, read to its end.
type reply struct {
	*http.Response
	Text string
}

func (b browser) send(r *http.Request) reply {
	b.town.t.Helper()
	res, err := b.Do(r)
	b.town.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	b.town.must(err)
	out := reply{res, string(body)}
	if strings.HasPrefix(r.URL.Path, "/api/v1/") || r.URL.Path == "/readyz" {
		b.town.conforms(r, out)
	}
	return out
}

func (b browser) get(path string, headers ...string) reply {
	b.town.t.Helper()
	r, err := http.NewRequestWithContext(b.town.t.Context(), http.MethodGet, b.town.url+path, nil)
	b.town.must(err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(r)
}

func (b browser) post(path string, form url.Values) reply {
	b.town.t.Helper()
	r, err := http.NewRequestWithContext(b.town.t.Context(), http.MethodPost, b.town.url+path, strings.NewReader(form.Encode()))
	b.town.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(r)
}

// api sends a request of the cooperative's machine. Headers are names and values.
func (v *town) api(method, path, body string, headers ...string) reply {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.url+path, strings.NewReader(body))
	v.must(err)
	if body == "" {
		r.Body, r.ContentLength = nil, 0
	}
	r.Header.Set("Authorization", "Bearer "+v.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return v.browser().send(r)
}

// conforms holds an answer against openapi.yaml.
func (v *town) conforms(r *http.Request, got reply) {
	v.t.Helper()
	route, params, err := v.router().FindRoute(r)
	if err != nil {
		return // an address the specification does not have
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: got.StatusCode, Header: got.Header,
		Body: io.NopCloser(strings.NewReader(got.Text)), Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateResponse(context.WithoutCancel(v.t.Context()), out); err != nil {
		v.t.Errorf("%s %s does not conform: %v\n%s", r.Method, r.URL.Path, err, got.Text)
	}
}

var router = sync.OnceValues(func() (routers.Router, error) {
	spec, err := GetSpec()
	if err != nil {
		return nil, err
	}
	spec.Servers = nil
	return gorillamux.NewRouter(spec)
})

func (v *town) router() routers.Router {
	v.t.Helper()
	r, err := router()
	v.must(err)
	return r
}

// decode reads JSON.
func decode[T any](t testing.TB, got reply) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(got.Text), &v); err != nil {
		t.Fatalf("%d %s: %v", got.StatusCode, got.Text, err)
	}
	return v
}

package api

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"foyer/internal/household"
	"foyer/internal/registry"
)

// due counts what waits to be carried out.
func (v *town) due() []household.DueErasure {
	v.t.Helper()
	due, err := v.records.DueErasures(v.t.Context(), "")
	v.must(err)
	return due
}

func TestAFamilyHasItselfErasedThroughTheInterface(t *testing.T) {
	v := newTown(t)
	b, other := v.phone(v.calm), v.phone(v.calm)
	got := b.say("/api/v1/me/erasure", "", "Accept-Language", "fr")
	asked := decode[ErasureAsked](t, got)
	if got.StatusCode != http.StatusCreated || len(asked.Goes) != 3 || len(asked.Stays) != 4 || asked.Language != "fr" || !asked.Until.After(time.Now()) {
		t.Fatalf("%d %s", got.StatusCode, got.Text)
	}
	code := `{"code":"` + asked.Code + `"}`
	state := func() Erasure {
		t.Helper()
		got := v.browser().say("/api/v1/erasure", `{"code":"`+strings.ToLower(strings.ReplaceAll(asked.Code, "-", " "))+`"}`)
		if got.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", got.StatusCode, got.Text)
		}
		return decode[Erasure](t, got)
	}
	if s := state(); s.State != Asked || s.Until == nil || s.ConfirmedAt != nil {
		t.Errorf("%+v", s)
	}
	if got := b.get("/api/v1/me/consents"); got.StatusCode != http.StatusOK || len(v.due()) != 0 {
		t.Errorf("what is only asked for did something: %s", got.Status)
	}
	// A code is of one family.
	if got := v.phone(v.cold).say("/api/v1/me/erasure/confirm", code); got.StatusCode != http.StatusNotFound || len(v.due()) != 0 {
		t.Errorf("another family confirmed it: %d %s", got.StatusCode, got.Text)
	}
	v.exec(`INSERT INTO outbox (id, alert, seq, channel, recipient, due_at) SELECT 'o1', id, 1, 'log', 'cooperative', 0 FROM alert WHERE id = ?`, v.spendID)
	if got := b.say("/api/v1/me/erasure/confirm", code, "Idempotency-Key", "yes"); got.StatusCode != http.StatusNoContent {
		t.Fatalf("%d %s", got.StatusCode, got.Text)
	}
	// At once nobody of it is signed in, nothing is agreed to and nothing waits to be told.
	for _, x := range []browser{b, other} {
		if got := x.get("/api/v1/me"); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("a phone is still let in: %s", got.Status)
		}
	}
	var waiting int
	if v.must(v.db.QueryRow(`SELECT COUNT(*) FROM outbox WHERE id = 'o1'`).Scan(&waiting)); waiting != 0 {
		t.Error("somebody is told yet")
	}
	if held, err := v.registry.Grants(t.Context(), v.calm); err != nil || len(held) != 0 {
		t.Errorf("%v, %v", held, err)
	}
	if got := v.api("GET", "/api/v1/families/"+string(v.calm), ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("the cooperative still sees it: %s", got.Status)
	}
	due := v.due()
	if len(due) != 1 || due[0].Family != v.calm {
		t.Fatalf("%+v", due)
	}
	if s := state(); s.State != Confirmed || s.Until != nil || s.Certificate != nil {
		t.Errorf("%+v", s)
	}
	v.must(v.records.EndErasure(t.Context(), due[0].Code, "signed\n", registry.ErasureProven))
	if s := state(); s.State != Erased || *s.Certificate != "signed\n" || s.ErasedAt == nil || len(v.due()) != 0 {
		t.Errorf("%+v", s)
	}
	if log := v.log.String(); strings.Contains(log, asked.Code) || strings.Contains(log, string(v.calm)) {
		t.Error("the log names the code or the family")
	}
	for _, wrong := range []string{strings.Repeat("A", 26), strings.Repeat("-", 30)} {
		if got := v.browser().say("/api/v1/erasure", `{"code":"`+wrong+`"}`); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", wrong, got.Status)
		}
	}
}

func TestTheTownLeadHasAFamilyErased(t *testing.T) {
	v := newTown(t)
	v.person(household.Staff{ID: "slead", Pilot: "ville", Email: "lead@ville", Name: "Line", Role: "lead"})
	session, err := v.accounts.OpenStaff(t.Context(), "slead")
	v.must(err)
	b := v.browser().as("foyer-c", session)
	at := "/api/v1/households/" + string(v.mute) + "/erasure"
	asked := decode[ErasureAsked](t, b.say(at, ""))
	if got := b.say("/api/v1/households/"+string(v.cold)+"/erasure/confirm", `{"code":"`+asked.Code+`"}`); got.StatusCode != http.StatusNotFound {
		t.Errorf("a code of another family: %s", got.Status)
	}
	for range 2 { // twice is once
		if got := b.say(at+"/confirm", `{"code":"`+asked.Code+`"}`, "Idempotency-Key", "yes"); got.StatusCode != http.StatusNoContent {
			t.Fatalf("%d %s", got.StatusCode, got.Text)
		}
		if got := b.say(at+"/confirm", `{"code":"`+asked.Code+`"}`); got.StatusCode != http.StatusNoContent {
			t.Fatalf("%d %s", got.StatusCode, got.Text)
		}
	}
	if due := v.due(); len(due) != 1 || due[0].Family != v.mute {
		t.Errorf("%+v", due)
	}
	if got := v.caseworker().say(at, ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("a caseworker may: %s", got.Status)
	}
}

// A request that nobody confirms is nothing after a day.
func TestARequestToEraseEndsByItself(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.calm)
	asked := decode[ErasureAsked](t, b.say("/api/v1/me/erasure", ""))
	v.exec(`UPDATE erasure SET ends_at = ends_at - ?`, registry.ErasureAsked.Milliseconds())
	if got := b.say("/api/v1/me/erasure/confirm", `{"code":"`+asked.Code+`"}`); got.StatusCode != http.StatusNotFound {
		t.Errorf("%s", got.Status)
	}
	var left int
	v.due()
	if v.must(v.db.QueryRow(`SELECT COUNT(*) FROM erasure`).Scan(&left)); left != 0 {
		t.Errorf("%d are left", left)
	}
}

func TestAFamilyHasItselfErasedOnItsPage(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.calm)
	if home := b.get("/m/"); !strings.Contains(home.Text, `href="/m/erase"`) {
		t.Error("the page does not lead there")
	}
	if got := b.get("/m/erase"); !strings.Contains(got.Text, "Ce qui part") || !strings.Contains(got.Text, "Ce qui reste") {
		t.Error(got.Text)
	}
	got := b.post("/m/erase", nil)
	code := regexp.MustCompile(`name="code" value="([A-Z2-7-]+)"`).FindStringSubmatch(got.Text)
	if code == nil || got.Header.Get("Cache-Control") != "no-store" || len(v.due()) != 0 {
		t.Fatalf("%v %s", got.Header, got.Text)
	}
	if got := b.post("/m/erase/confirm", map[string][]string{"code": {"AAAA"}}); !strings.Contains(got.Text, "Ce qui part") || len(v.due()) != 0 {
		t.Error(got.Text)
	}
	got = b.post("/m/erase/confirm", map[string][]string{"code": {code[1]}})
	if !strings.Contains(got.Text, "Votre demande est reçue") || got.Header.Get("Clear-Site-Data") == "" || len(v.due()) != 1 {
		t.Error(got.Text)
	}
	if home := b.get("/m/"); strings.Contains(home.Text, "Mes données") {
		t.Error("the phone is still connected")
	}
	v.must(v.records.EndErasure(t.Context(), v.due()[0].Code, "the certificate\n", registry.ErasureProven))
	got = v.browser().post("/erasure", map[string][]string{"code": {code[1]}})
	if !strings.Contains(got.Text, "the certificate") || got.Header.Get("Cache-Control") != "no-store" {
		t.Error(got.Text)
	}
	if got := v.browser().post("/erasure", map[string][]string{"code": {"7K4M"}}); got.StatusCode != http.StatusNotFound || !strings.Contains(got.Text, "Nous ne connaissons pas ce code") {
		t.Errorf("%s %s", got.Status, got.Text)
	}
}

func TestTheTownLeadHasAFamilyErasedInTheConsole(t *testing.T) {
	v := newTown(t)
	v.person(household.Staff{ID: "slead", Pilot: "ville", Email: "lead@ville", Name: "Line", Role: "lead"})
	session, err := v.accounts.OpenStaff(t.Context(), "slead")
	v.must(err)
	b := v.browser().as("foyer-c", session)
	at := "/console/households/" + string(v.mute) + "/erase"
	if got := b.get("/console/households"); !strings.Contains(got.Text, `href="`+at+`"`) {
		t.Error("nothing leads there")
	}
	if got := b.get(at); !strings.Contains(plainText(got.Text), "Effacer "+canary) || !strings.Contains(got.Text, "Ce qui part") || !strings.Contains(got.Text, "Ce qui reste") {
		t.Error(got.Status, plainText(got.Text))
	}
	got := b.post(at, nil)
	code := regexp.MustCompile(`name="code" value="([A-Z2-7-]+)"`).FindStringSubmatch(got.Text)
	if code == nil || got.Header.Get("Cache-Control") != "no-store" || len(v.due()) != 0 {
		t.Fatalf("%v %s", got.Header, got.Text)
	}
	// A code that is none, or another family's, leads back to the first step.
	for _, wrong := range []string{"AAAA", decode[ErasureAsked](t, b.say("/api/v1/households/"+string(v.cold)+"/erasure", "")).Code} {
		if got := b.post(at+"/confirm", map[string][]string{"code": {wrong}}); !strings.Contains(got.Text, "Ce qui part") || len(v.due()) != 0 {
			t.Error(got.Status, got.Text)
		}
	}
	// Who has no right, and whom there is not, are answered alike, at each step.
	stranger := v.caseworker()
	unknown := "/console/households/faaaaaaaaaaaaaaaa/erase"
	for _, step := range []func(browser, string) reply{
		func(b browser, at string) reply { return b.get(at) },
		func(b browser, at string) reply { return b.post(at, nil) },
		func(b browser, at string) reply {
			return b.post(at+"/confirm", map[string][]string{"code": {code[1]}})
		},
	} {
		want := step(b, unknown)
		if got := step(stranger, at); got.StatusCode != http.StatusNotFound || want.StatusCode != http.StatusNotFound || got.Text != want.Text {
			t.Errorf("%s for a caseworker, %s for who there is not", got.Status, want.Status)
		}
	}
	if len(v.due()) != 0 {
		t.Fatal("somebody else had it erased")
	}
	got = b.post(at+"/confirm", map[string][]string{"code": {code[1]}})
	if !strings.Contains(got.Text, "La demande est reçue") || got.Header.Get("Cache-Control") != "no-store" || len(v.due()) != 1 || v.due()[0].Family != v.mute {
		t.Error(got.Text, v.due())
	}
	v.must(v.records.EndErasure(t.Context(), v.due()[0].Code, "the certificate\n", registry.ErasureProven))
	for _, reader := range []browser{b, v.browser()} { // the family has the code too
		path := map[bool]string{true: "/console/erasure", false: "/erasure"}[reader == b]
		if got := reader.post(path, map[string][]string{"code": {code[1]}}); !strings.Contains(got.Text, "the certificate") || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s %s", path, got.Status, got.Text)
		}
	}
	if got := b.post("/console/erasure", map[string][]string{"code": {"7K4M"}}); got.StatusCode != http.StatusNotFound {
		t.Error(got.Status)
	}
	if got := stranger.post("/console/erasure", map[string][]string{"code": {code[1]}}); got.StatusCode != http.StatusNotFound || strings.Contains(got.Text, "the certificate") {
		t.Error(got.Status)
	}
	if log := v.log.String(); strings.Contains(log, code[1]) || strings.Contains(log, string(v.mute)) {
		t.Error("the log names the code or the family")
	}
}

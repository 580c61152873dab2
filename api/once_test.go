package api

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"foyer/internal/household"
	"foyer/internal/registry"
)

const key = "3c1f9f0e-8d2b-4b7e-9a54-1d2f8f6f0c11"

func TestAWriteSentAgainIsMadeOnce(t *testing.T) {
	v := newTown(t)
	take := "/api/v1/alerts/" + v.coldID + "/acknowledge"
	first := v.api("POST", take, "", "If-Match", `"1"`, keyHeader, key)
	again := v.api("POST", take, "", "If-Match", `"1"`, keyHeader, key)
	if first.StatusCode != http.StatusOK || again.StatusCode != http.StatusOK || first.Text != again.Text || again.Header.Get("ETag") != first.Header.Get("ETag") {
		t.Errorf("%s %s\n%s %s", first.Status, first.Text, again.Status, again.Text)
	}
	// Without the key it is another write, and too late.
	if got := v.api("POST", take, "", "If-Match", `"1"`); got.StatusCode != http.StatusPreconditionFailed {
		t.Error(got.Status)
	}
	for what, got := range map[string]reply{
		"another version": v.api("POST", take, "", "If-Match", `"2"`, keyHeader, key),
		"another alert":   v.api("POST", "/api/v1/alerts/"+v.spendID+"/acknowledge", "", "If-Match", `"1"`, keyHeader, key),
		"another act":     v.api("POST", "/api/v1/alerts/"+v.coldID+"/resolve", `{"outcome":"visit"}`, "If-Match", `"1"`, keyHeader, key),
	} {
		if p := decode[Problem](t, got); got.StatusCode != http.StatusUnprocessableEntity || p.Type != "/api/docs#key-taken" {
			t.Errorf("%s: %s %s", what, got.Status, got.Text)
		}
	}
	// The key of one is not that of another.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.url+take, nil)
	v.must(err)
	r.Header.Set("If-Match", `"1"`)
	r.Header.Set(keyHeader, key)
	if got := v.caseworker().send(r); got.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("another's key: %s", got.Status)
	}
}

// What was answered is not kept: who sends a write again reads what may be read now.
func TestAWriteSentAgainAfterAWithdrawalTellsNothing(t *testing.T) {
	v := newTown(t)
	take := "/api/v1/alerts/" + v.coldID + "/acknowledge"
	if got := v.api("POST", take, "", "If-Match", `"1"`, keyHeader, key); got.StatusCode != http.StatusOK {
		t.Fatal(got.Status)
	}
	v.must(v.registry.WithdrawAll(t.Context(), v.cold, registry.Form{Notice: "test"}))
	again := v.api("POST", take, "", "If-Match", `"1"`, keyHeader, key)
	unknown := v.api("GET", "/api/v1/alerts/a9999999999999999", "")
	if again.StatusCode != http.StatusNotFound || whole(again) != whole(unknown) {
		t.Errorf("%s\n%s", whole(again), whole(unknown))
	}
	var kept string
	v.must(v.db.QueryRowContext(t.Context(), `SELECT subject || key || request || location FROM written`).Scan(&kept))
	if strings.Contains(kept, key) || strings.Contains(kept, "Foyer") {
		t.Errorf("kept: %s", kept)
	}
}

// What takes no key is answered anew each time: a code is given, and read, whoever sends
// which key.
func TestWhatTakesNoKeyIsAnsweredEachTime(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.calm)
	for range 2 {
		asked := b.say("/api/v1/me/erasure", "", keyHeader, key)
		code := decode[ErasureAsked](t, asked).Code
		if asked.StatusCode != http.StatusCreated || code == "" {
			t.Fatalf("%s %s", asked.Status, asked.Text)
		}
		for range 2 {
			if got := v.browser().say("/api/v1/erasure", `{"code":"`+code+`"}`, keyHeader, key); got.StatusCode != http.StatusOK || decode[Erasure](t, got).State != Asked {
				t.Errorf("%s %s", got.Status, got.Text)
			}
		}
	}
}

func TestAWriteThatFailedMayBeTriedAgain(t *testing.T) {
	v := newTown(t)
	resolve := "/api/v1/alerts/" + v.coldID + "/resolve"
	for range 2 {
		if got := v.api("POST", resolve, `{"outcome":"visit"}`, "If-Match", `"7"`, keyHeader, key); got.StatusCode != http.StatusPreconditionFailed {
			t.Fatal(got.Status)
		}
	}
	if got := v.api("POST", resolve, `{"outcome":"visit"}`, "If-Match", `"1"`, keyHeader, key); got.StatusCode != http.StatusOK {
		t.Fatal(got.Status, got.Text)
	}
	// A day later the key is forgotten.
	v.exec(`UPDATE written SET at = at - 86400000`)
	if got := v.api("POST", resolve, `{"outcome":"visit"}`, "If-Match", `"1"`, keyHeader, key); got.StatusCode != http.StatusPreconditionFailed {
		t.Error("a key holds for longer than a day:", got.Status)
	}
	if got := v.api("POST", resolve, `{"outcome":"visit"}`, "If-Match", `"1"`, keyHeader, strings.Repeat("k", 129)); got.StatusCode != http.StatusBadRequest {
		t.Errorf("a key of 129 characters: %s", got.Status)
	}
}

func TestTheSameWriteTwiceAtOnceIsOne(t *testing.T) {
	v := newTown(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[int]int{}
	for range 8 {
		wg.Go(func() {
			got := v.api("POST", "/api/v1/alerts/"+v.coldID+"/acknowledge", "", "If-Match", `"1"`, keyHeader, key)
			mu.Lock()
			defer mu.Unlock()
			seen[got.StatusCode]++
		})
	}
	wg.Wait()
	if seen[http.StatusOK] == 0 || seen[http.StatusOK]+seen[http.StatusConflict] != 8 {
		t.Errorf("answers are %v", seen)
	}
	var version int
	v.must(v.db.QueryRowContext(t.Context(), `SELECT version FROM alert WHERE id = $1`, v.coldID).Scan(&version))
	if version != 2 {
		t.Errorf("the alert moved %d times", version-1)
	}
}

func TestACaseLoadIsHandedOver(t *testing.T) {
	v := newTown(t)
	ctx := t.Context()
	v.must(v.registry.ShareCaseLoads(ctx, "ville", false))
	v.person(household.Staff{ID: "slea", Pilot: "ville", Email: "lea@ville.example", Name: "Léa", Role: "lead"})
	v.person(household.Staff{ID: "skim", Pilot: "ville", Email: "kim@coop.example", Name: "Kim", Role: "caseworker"})
	session, err := v.accounts.OpenStaff(ctx, "slea")
	v.must(err)
	lead := v.browser().as("foyer-c", session)
	nadia := v.caseworker()
	send := func(b browser, path, body string) reply {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, v.url+path, strings.NewReader(body))
		v.must(err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(keyHeader, key+path+body)
		return b.send(r)
	}
	sees := func(b browser) int { return len(decode[FamilyList](t, b.get("/api/v1/families")).Items) }
	if n := sees(nadia); n != 0 {
		t.Errorf("nothing is assigned and %d families are seen", n)
	}
	give := `{"family":"` + string(v.cold) + `","staff":"` + v.staff + `"}`
	made := send(lead, "/api/v1/case-load", give)
	entry := decode[Assignment](t, made)
	if made.StatusCode != http.StatusCreated || made.Header.Get("Location") != "/api/v1/case-load/"+entry.Id || *entry.By != "Léa" || entry.Staff.Name != "Nadia" {
		t.Fatalf("%s %s", made.Status, made.Text)
	}
	if again := send(lead, "/api/v1/case-load", give); again.StatusCode != http.StatusCreated || again.Text != made.Text || again.Header.Get("Location") != made.Header.Get("Location") {
		t.Errorf("sent again: %s %s", again.Status, again.Text)
	}
	if got := send(nadia, "/api/v1/case-load", give); got.StatusCode != http.StatusOK || decode[Assignment](t, got).Id != entry.Id {
		t.Errorf("had already: %s %s", got.Status, got.Text)
	}
	if n := sees(nadia); n != 1 {
		t.Errorf("one is assigned and %d families are seen", n)
	}
	// A caseworker hands on what it has, and nothing else.
	if got := send(nadia, "/api/v1/case-load", `{"family":"`+string(v.calm)+`","staff":"skim"}`); got.StatusCode != http.StatusNotFound {
		t.Error(got.Status)
	}
	if got := send(lead, "/api/v1/case-load", `{"family":"`+string(v.calm)+`","staff":"slea"}`); got.StatusCode != http.StatusBadRequest || !strings.Contains(got.Text, "/body/staff") {
		t.Errorf("a lead helps: %s %s", got.Status, got.Text)
	}
	if got := send(nadia, "/api/v1/case-load", `{"family":"`+string(v.cold)+`","staff":"skim"}`); got.StatusCode != http.StatusCreated {
		t.Errorf("%s %s", got.Status, got.Text)
	}
	if got := send(nadia, "/api/v1/case-load/"+entry.Id+"/end", ""); got.StatusCode != http.StatusOK || decode[Assignment](t, got).To == nil {
		t.Errorf("%s %s", got.Status, got.Text)
	}
	if n := sees(nadia); n != 0 {
		t.Errorf("what was handed over is seen: %d", n)
	}
	households := decode[HouseholdList](t, lead.get("/api/v1/households?limit=200"))
	if len(households.Items) != 3 {
		t.Fatalf("%+v", households)
	}
	for _, h := range households.Items {
		if h.Id == string(v.cold) && (len(h.CaseLoad) != 1 || h.CaseLoad[0].Staff.Name != "Kim") {
			t.Errorf("%+v", h)
		}
	}
	first := decode[HouseholdList](t, lead.get("/api/v1/households?limit=2"))
	rest := decode[HouseholdList](t, lead.get("/api/v1/households?limit=2&cursor="+first.NextCursor.MustGet()))
	if len(first.Items) != 2 || len(rest.Items) != 1 || !rest.NextCursor.IsNull() || rest.Items[0].Id != households.Items[2].Id {
		t.Errorf("pages are %+v and %+v", first, rest)
	}
	if got := lead.get("/api/v1/case-load?cursor=made-up"); got.StatusCode != http.StatusBadRequest {
		t.Error(got.Status)
	}
	phone := v.phone(v.calm)
	if got := send(lead, "/api/v1/households/"+string(v.calm)+"/disconnect", ""); got.StatusCode != http.StatusNoContent {
		t.Errorf("%s %s", got.Status, got.Text)
	}
	if got := phone.get("/m/"); got.StatusCode != http.StatusUnauthorized {
		t.Error("a phone stays connected:", got.Status)
	}
	for _, s := range decode[StaffList](t, lead.get("/api/v1/staff")).Items {
		if s.Name == "" || s.Role == "" || strings.Contains(s.Name, "@") {
			t.Errorf("%+v", s)
		}
	}
	if got := lead.get("/console"); got.Request.URL.Path != "/console/households" || got.StatusCode != http.StatusOK || !strings.Contains(got.Text, "Foyer 07") {
		t.Errorf("a lead lands on %s: %s", got.Request.URL.Path, got.Status)
	}
	letter := lead.post("/console/households/"+string(v.calm)+"/letter", nil)
	code := regexp.MustCompile(`<strong class="code">([0-9A-Z-]{14})</strong>`).FindStringSubmatch(letter.Text)
	if code == nil || letter.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%s %s", letter.Status, letter.Text)
	}
	if got := v.browser().post("/i/"+code[1], nil); got.Request.URL.Path != "/m/" {
		t.Errorf("the letter leads to %s", got.Request.URL.Path)
	}
}

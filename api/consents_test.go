package api

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/internal/text"
)

// say posts JSON, as no form of a page does.
func (b browser) say(path, body string, headers ...string) reply {
	b.town.t.Helper()
	r, err := http.NewRequestWithContext(b.town.t.Context(), http.MethodPost, b.town.url+path, strings.NewReader(body))
	b.town.must(err)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(r)
}

func (b browser) consents() (Consents, string) {
	b.town.t.Helper()
	got := b.get("/api/v1/me/consents")
	return decode[Consents](b.town.t, got), got.Header.Get("ETag")
}

func noticeOf(t *testing.T, c Consents, about string) string {
	t.Helper()
	for _, o := range c.Offers {
		if string(o.About) == about {
			return *o.Notice.Sha256
		}
	}
	t.Fatalf("no box %s", about)
	return ""
}

func TestAFamilySaysItsConsentsThroughTheInterface(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.mute)
	before, tag := b.consents()
	if len(before.Offers) != 8 || len(before.Holds) != 0 || tag != `"none"` || before.Offers[0].State != "unsaid" {
		t.Fatalf("%+v %s", before, tag)
	}
	const me = "/api/v1/me/consents"
	alert := noticeOf(t, before, "alert")
	if got := b.say(me, `{"action":"give","about":"alert","notice":"`+strings.Repeat("0", 64)+`"}`); got.StatusCode != http.StatusConflict {
		t.Errorf("a text nobody was shown: %s", got.Text)
	}
	given := b.say(me, `{"action":"give","about":"alert","notice":"`+alert+`"}`, "Idempotency-Key", "one")
	if c := decode[Consents](t, given); given.StatusCode != http.StatusOK || len(c.Holds) != 6 || c.Offers[2].State != "agreed" {
		t.Fatalf("%d %s", given.StatusCode, given.Text)
	}
	if again := b.say(me, `{"action":"give","about":"alert","notice":"`+alert+`"}`, "Idempotency-Key", "one"); again.StatusCode != http.StatusOK || again.Header.Get("ETag") != given.Header.Get("ETag") {
		t.Errorf("the same again: %d %s", again.StatusCode, again.Text)
	}
	narrow := `{"action":"narrow","purpose":"alert","keep":{"categories":["indoor_climate"],"recipients":["cooperative"]}}`
	if got := b.say(me, narrow); got.StatusCode != http.StatusPreconditionRequired {
		t.Errorf("without If-Match: %d", got.StatusCode)
	}
	if got := b.say(me, narrow, "If-Match", tag); got.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("with what was seen before: %d", got.StatusCode)
	}
	less := decode[Consents](t, b.say(me, narrow, "If-Match", given.Header.Get("ETag")))
	if len(less.Holds) != 1 || less.Holds[0].Category != "indoor_climate" || less.Holds[0].Recipient != "cooperative" {
		t.Errorf("left is %+v", less.Holds)
	}
	if got := v.api("GET", "/api/v1/alerts/"+v.muteID, ""); got.StatusCode != http.StatusOK {
		t.Errorf("an alert that is agreed to: %s", got.Text)
	}
	if c := decode[Consents](t, b.say(me, `{"action":"withdraw"}`)); len(c.Holds) != 0 || c.Offers[2].State != "withdrawn" {
		t.Errorf("after everything was withdrawn: %+v", c)
	}
	if got := v.api("GET", "/api/v1/alerts/"+v.muteID, ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("an alert that is agreed to no more: %s", got.Status)
	}
	for body, at := range map[string]string{
		`{"action":"give"}`:   "/body/about",
		`{"action":"narrow"}`: "/body/keep",
		`{"action":"narrow","keep":{"data_from":"2026-02-01T00:00:00Z","data_to":"2026-01-01T00:00:00Z"}}`: "/body/keep",
		`{"action":"give","about":"alert","notice":"` + alert + `","until":"2020-01-01T00:00:00Z"}`:        "/body/until",
		`{"action":"refuse","about":"income"}`:                                                             "/body/about",
		`{"action":"shout"}`:                                                                               "/body/action",
	} {
		got := b.say(me, body, "If-Match", `"x"`)
		if p := decode[Problem](t, got); got.StatusCode != http.StatusBadRequest || p.Errors == nil || (*p.Errors)[0].Pointer != at {
			t.Errorf("%s: %d %s", body, got.StatusCode, got.Text)
		}
	}
	list := decode[ReceiptList](t, b.get("/api/v1/me/receipts?limit=2"))
	if len(list.Items) != 2 || list.Items[0].Events[0].Action != consent.Withdraw || list.Items[1].Events[0].Action != consent.Narrow {
		t.Fatalf("receipts %+v", list)
	}
	cursor, err := list.NextCursor.Get()
	v.must(err)
	rest := decode[ReceiptList](t, b.get("/api/v1/me/receipts?cursor="+cursor))
	if len(rest.Items) != 1 || rest.Items[0].Processing[0].Notice.SHA256 != alert || rest.Items[0].Processing[0].Notice.Version != text.NoticeVersion {
		t.Errorf("the rest is %+v", rest)
	}
	id := rest.Items[0].ReceiptID
	one, same := b.get("/api/v1/me/receipts/"+id), b.get("/api/v1/me/receipts/"+id)
	if one.StatusCode != http.StatusOK || one.Text != same.Text {
		t.Errorf("a receipt is not the same twice: %s", one.Text)
	}
	schema, err := jsonschema.NewCompiler().Compile("../docs/reference/receipt.schema.json")
	v.must(err)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(one.Text))
	v.must(err)
	v.must(schema.Validate(value))
	other := v.phone(v.calm)
	if a, none := other.get("/api/v1/me/receipts/"+id), other.get("/api/v1/me/receipts/caaaaaaaaaaaaaaaa"); a.StatusCode != http.StatusNotFound || whole(a) != whole(none) {
		t.Error("another family's receipt is not as one there is not")
	}
}

func TestAPaperIsWrittenDownAndItsReceiptPrinted(t *testing.T) {
	v := newTown(t)
	v.person(household.Staff{ID: "slea", Pilot: "ville", Email: "lea@example.org", Name: "Léa", Role: "lead"})
	session, err := v.accounts.OpenStaff(t.Context(), "slea")
	v.must(err)
	lea := v.browser().as("foyer-c", session)
	at := "/api/v1/households/" + string(v.mute) + "/consents"
	body := `{"action":"give","about":"cooperative_summary","granularity":"annual","language":"fr","witness":"` + v.staff + `","paper":"classeur 3"}`
	for _, witness := range []string{"Mme Martin", "sfromelsewhere"} { // a name would rest in clear
		if got := lea.say(at, strings.Replace(body, v.staff, witness, 1)); got.StatusCode != http.StatusBadRequest || !strings.Contains(got.Text, "/body/witness") {
			t.Errorf("a witness %q: %d %s", witness, got.StatusCode, got.Text)
		}
	}
	got := lea.say(at, body, "Idempotency-Key", "k")
	r := decode[Receipt](t, got)
	if got.StatusCode != http.StatusCreated || got.Header.Get("Location") != "/api/v1/receipts/"+r.ReceiptID {
		t.Fatalf("%d %s", got.StatusCode, got.Text)
	}
	e, i := r.Events[0], r.Processing[0].Information[0]
	if e.Medium != "paper" || e.Witness != v.staff || e.Assisted != "slea" || e.Paper != "classeur 3" || i.Granularity != "annual" || r.Processing[0].Notice.SHA256 == "" {
		t.Errorf("%s", got.Text)
	}
	if again := lea.say(at, body, "Idempotency-Key", "k"); again.StatusCode != http.StatusCreated || again.Text != got.Text {
		t.Errorf("again: %d %s", again.StatusCode, again.Text)
	}
	said, err := v.registry.Said(t.Context(), v.mute)
	v.must(err)
	if len(consent.Acts(said)) != 1 || len(said) != 4 {
		t.Errorf("%d events of %d acts", len(said), len(consent.Acts(said)))
	}
	if got := v.caseworker().get("/api/v1/receipts/" + r.ReceiptID); got.StatusCode != http.StatusNotFound {
		t.Errorf("who did not write it down reads it: %s", got.Status)
	}
	// Years alone were agreed to: the years that are over, and no month.
	year := v.api("GET", "/api/v1/families/"+string(v.mute)+"/usage?by=year", "")
	if u := decode[Usage](t, year); year.StatusCode != http.StatusOK || len(u.Items) > 1 {
		t.Errorf("years: %d %s", year.StatusCode, year.Text)
	}
	if got := v.api("GET", "/api/v1/families/"+string(v.mute)+"/usage?by=month", ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("months: %s", got.Status)
	}
	for _, c := range []struct {
		body string
		want int
	}{
		{`{"action":"give","about":"alert","language":"xx","paper":"x"}`, http.StatusBadRequest},
		{`{"action":"give","about":"alert","language":"fr","notice":"2020-01","paper":"x"}`, http.StatusBadRequest},
		{`{"action":"give","about":"alert","granularity":"half_hourly","language":"fr","paper":"x"}`, http.StatusBadRequest},
		{`{"action":"withdraw","language":"fr","paper":"` + strings.Repeat("x", 201) + `"}`, http.StatusBadRequest},
		{`{"action":"narrow","language":"fr","paper":"x","keep":{"granularity":"annual"}}`, http.StatusNoContent},
		{`{"action":"withdraw","about":"cooperative_summary","language":"fr","paper":"x"}`, http.StatusCreated},
	} {
		if got := lea.say(at, c.body); got.StatusCode != c.want {
			t.Errorf("%s: %d %s", c.body, got.StatusCode, got.Text)
		}
	}
}

// What ends soon is shown to the family and, of those that agree, to the caseworker.
// Who refused is not reminded.
func TestWhatEndsSoonIsShown(t *testing.T) {
	v := newTown(t)
	ends := time.Now().Add(10 * 24 * time.Hour).Truncate(time.Second)
	form := registry.Form{Notice: "test", Expires: ends}
	v.must(v.registry.Bundle(t.Context(), v.calm, form, false, consent.CooperativeSummary, consent.FamilyView))
	if c, _ := v.phone(v.calm).consents(); len(c.Reminders) != 2 || c.Reminders[0].Ended || !c.Reminders[0].Until.Equal(ends) {
		t.Errorf("reminders %+v", c.Reminders)
	}
	page := plainText(v.phone(v.calm).get("/m/consent").Text)
	if strings.Count(page, "Votre accord se termine le") != 2 {
		t.Errorf("the page: %s", page)
	}
	f := decode[Family](t, v.api("GET", "/api/v1/families/"+string(v.calm), ""))
	if f.ConsentUntil == nil || !f.ConsentUntil.Equal(ends) {
		t.Errorf("the caseworker's list: %+v", f)
	}
	if console := plainText(v.caseworker().get("/console/families").Text); strings.Count(console, "se termine : à redemander") != 1 {
		t.Errorf("the console: %s", console)
	}
	if f := decode[Family](t, v.api("GET", "/api/v1/families/"+string(v.cold), "")); f.ConsentUntil != nil {
		t.Errorf("what lasts a year: %+v", f.ConsentUntil)
	}
	v.must(v.registry.WithdrawAll(t.Context(), v.calm, registry.Form{Notice: "test"}))
	if c, _ := v.phone(v.calm).consents(); len(c.Reminders) != 0 {
		t.Errorf("who withdrew is reminded: %+v", c.Reminders)
	}
	// At the end the page says so; the cooperative sees nothing any more.
	past := registry.Form{Notice: "test", Expires: time.Now().Add(-time.Hour)}
	v.must(v.registry.Bundle(t.Context(), v.mute, past, false, consent.CooperativeSummary))
	if page := plainText(v.phone(v.mute).get("/m/consent").Text); !strings.Contains(page, "Votre accord s’est terminé le") {
		t.Errorf("after the end: %s", page)
	}
	if got := v.api("GET", "/api/v1/families/"+string(v.mute), ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("after the end: %s", got.Status)
	}
}

func TestAFamilySharesLessOnItsPage(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.cold)
	page := b.get("/m/consent")
	seen := hidden(page.Text, "seen")[0]
	less := func(seen string) reply {
		return b.post("/m/consent/less", map[string][]string{
			"about": {"cooperative_summary"}, "seen": {seen}, "finest": {"monthly"}, "drop": {"cost", "indoor_climate"},
		})
	}
	if got := less("c-before"); strings.Contains(got.Text, "enregistré") {
		t.Error("what rests on an old page was written")
	}
	if got := plainText(less(seen).Text); !strings.Contains(got, "Votre choix est enregistré") || !strings.Contains(got, "oui, en partie") {
		t.Errorf("%s", got)
	}
	grants, err := v.registry.Grants(t.Context(), v.cold)
	v.must(err)
	for _, g := range grants {
		if s := g.Scope; s.Purpose == consent.CooperativeSummary && (s.Category == consent.Cost || s.Category == consent.IndoorClimate || s.Granularity > consent.Monthly) {
			t.Errorf("still holds %+v", s)
		}
	}
	if len(grants) != 4+1+6+2 {
		t.Errorf("%d grants", len(grants))
	}
	receipts := plainText(b.get("/m/receipts").Text)
	if !strings.Contains(receipts, "Vous partagez moins") || !strings.Contains(receipts, "C’est fini.") {
		t.Errorf("%s", receipts)
	}
	if got := b.post("/m/consent/less", map[string][]string{"about": {"alert"}, "finest": {"hourly"}}); got.StatusCode != http.StatusBadRequest {
		t.Errorf("%s", got.Status)
	}
}

// Every example of a request is one that the specification takes, and every example
// of a receipt is one of its schema.
func TestTheExamplesOfConsentsHold(t *testing.T) {
	spec, err := GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("../docs/reference/receipt.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	receipts := jsonschema.NewCompiler()
	if err := receipts.AddResource("receipt", document); err != nil {
		t.Fatal(err)
	}
	schema, err := receipts.Compile("receipt")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	hold := func(where string, media *openapi3.MediaType) {
		if media == nil {
			return
		}
		all := []any{media.Example}
		for _, e := range media.Examples {
			all = append(all, e.Value.Value)
		}
		for _, e := range all {
			if e == nil {
				continue
			}
			checked++
			if err := media.Schema.Value.VisitJSON(e); err != nil {
				t.Errorf("%s: %v", where, err)
			}
			if strings.HasSuffix(media.Schema.Ref, "/Receipt") {
				if err := schema.Validate(e); err != nil {
					t.Errorf("%s: %v", where, err)
				}
			}
		}
	}
	for path, item := range spec.Paths.Map() {
		for method, o := range item.Operations() {
			if !strings.Contains(path, "/consents") && !strings.Contains(path, "/receipts") {
				continue
			}
			if o.RequestBody != nil {
				hold(method+" "+path, o.RequestBody.Value.Content.Get("application/json"))
			}
			for status, r := range o.Responses.Map() {
				hold(method+" "+path+" "+status, r.Value.Content.Get("application/json"))
			}
		}
	}
	if checked < 10 {
		t.Errorf("%d examples", checked)
	}
}

func TestWhoWroteAPaperDownPrintsItsReceipt(t *testing.T) {
	v := newTown(t)
	form := registry.Form{Notice: text.NoticeVersion, Hash: strings.Repeat("9", 64), Medium: "paper", By: v.staff, Witness: "skarim", Paper: "classeur 3", Pilot: "ville"}
	id, err := v.registry.Say(t.Context(), v.calm, consent.Withdraw, consent.Offer(consent.Alert), form)
	v.must(err)
	page := plainText(v.caseworker().get("/console/receipts/" + id).Text)
	for _, want := range []string{"Vous avez arrêté", "sur papier", "classeur 3", "skarim", form.Hash, id, "05 55 00 00 00"} {
		if !strings.Contains(page, want) {
			t.Errorf("the receipt does not say %q: %s", want, page)
		}
	}
	if got := v.caseworker().get("/console/receipts/caaaaaaaaaaaaaaaa"); got.StatusCode != http.StatusNotFound {
		t.Errorf("%s", got.Status)
	}
}

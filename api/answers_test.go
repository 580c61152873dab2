package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// asks has a family agree to be asked.
func (v *town) asks(f household.FamilyID) {
	v.t.Helper()
	v.must(v.registry.Give(v.t.Context(), f, consent.Questions(), registry.Form{Notice: "test"}))
}

func TestAFamilySaysCorrectsAndTakesBack(t *testing.T) {
	v := newTown(t)
	phone := v.phone(v.calm)
	const path = "/api/v1/me/answers"
	say := func(body string, headers ...string) reply {
		t.Helper()
		return phone.say(path, `{"answers":[`+body+`]}`, headers...)
	}
	if got := decode[Answers](t, phone.get(path)); got.Agreed || len(got.Questions)+len(got.Answers) != 0 {
		t.Errorf("asked without an agreement: %+v", got)
	}
	if got := say(`{"question":"unable_warm","answer":"yes"}`); got.StatusCode != http.StatusNotFound {
		t.Errorf("kept without an agreement: %s", got.Text)
	}
	v.asks(v.calm)
	got := decode[Answers](t, say(`{"question":"unable_warm","answer":"yes"},{"question":"felt_cold","answer":"poor_insulation+cost_restriction"},{"question":"arrears","answer":"declined"}`))
	if !got.Agreed || len(got.Answers) != 3 || got.Answers[0].Question != "arrears" || got.Answers[0].SaidBy != "" {
		t.Fatalf("%+v", got)
	}
	for _, q := range got.Questions {
		if q.Text == "" || q.Id == "heating_need" || q.Id == "works" && q.Declinable {
			t.Errorf("%+v", q)
		}
	}
	if got := decode[Answers](t, say(`{"question":"unable_warm","answer":"no"},{"question":"felt_cold","answer":""}`)); len(got.Answers) != 2 || got.Answers[1].Answer != "no" {
		t.Errorf("corrected to %+v", got.Answers)
	}
	tomorrow := energy.DayOf(v.now, v.zone).Add(1).String()
	for body, says := range map[string]string{
		`{"question":"unable_warm","answer":"perhaps"}`:                           "want one of yes, no",
		`{"question":"works","answer":"declined"}`:                                "want one of done",
		`{"question":"shoe_size","answer":"42"}`:                                  "no such answer",
		`{"question":"heating_need","answer":"9000"}`:                             "the cooperative looks it up",
		`{"question":"housing_cost","answer":"-1"}`:                               "want an amount",
		`{"question":"unable_warm","answer":"yes","day":"` + tomorrow + `"}`:      "has not begun",
		`{"question":"arrears","answer":"once"},{"question":"away","answer":"x"}`: "away",
	} {
		if got := say(body); got.StatusCode != http.StatusBadRequest || !strings.Contains(got.Text, says) {
			t.Errorf("%s: %s", body, got.Text)
		}
	}
	if got := decode[Answers](t, phone.get(path)); len(got.Answers) != 2 {
		t.Errorf("of what was refused something was kept: %+v", got.Answers)
	}
	once := func() reply { return say(`{"question":"away","answer":"yes"}`, "Idempotency-Key", "k1") }
	if a, b := once(), once(); a.StatusCode != http.StatusOK || a.Text != b.Text {
		t.Errorf("%s\n%s", a.Text, b.Text)
	}
	all, err := v.registry.Answers(t.Context(), v.calm)
	v.must(err)
	if len(all) != 6 {
		t.Errorf("%d answers were kept, want 6: %+v", len(all), all)
	}
}

func TestAFamilyAnswersOnItsPage(t *testing.T) {
	v := newTown(t)
	phone := v.phone(v.calm)
	if got := phone.get("/m/answers"); strings.Contains(got.Text, "<form method=\"post\" action=\"/m/answers\"") || !strings.Contains(got.Text, `href="/m/consent#survey"`) {
		t.Errorf("asked without an agreement: %s", plainText(got.Text))
	}
	v.asks(v.calm)
	today := energy.DayOf(v.now, v.zone).String()
	fill := func(question, day string, more url.Values) reply {
		t.Helper()
		form := url.Values{"question": {question}, "day": {day}}
		for k, all := range more {
			form[k] = all
		}
		return phone.post("/m/answers", form)
	}
	for _, one := range []struct {
		question string
		form     url.Values
		says     string
	}{
		{"felt_cold", url.Values{"answer": {"poor_insulation", "cost_restriction"}}, "chauffer coûte trop cher"},
		{"housing_cost", url.Values{"amount": {"5 400,50 €"}}, "5 400,50 € par an"},
		{"arrears", url.Values{"answer": {household.Declined}}, "Je préfère ne pas répondre"},
		{"works", url.Values{"answer": {"done"}}, "Des travaux se sont-ils terminés"},
	} {
		got := fill(one.question, today, one.form)
		said, _, _ := strings.Cut(got.Text, `<section class="card choice"`)
		if got.StatusCode != http.StatusOK || !strings.Contains(plainText(said), one.says) || !strings.Contains(plainText(said), "C’est noté.") {
			t.Errorf("%s: %s", one.question, plainText(said))
		}
	}
	for name, got := range map[string]reply{
		"nothing":            fill("arrears", today, nil),
		"no and yes":         fill("felt_cold", today, url.Values{"answer": {"no", "other"}}),
		"no amount":          fill("housing_cost", today, url.Values{"amount": {"beaucoup"}}),
		"a day to come":      fill("away", energy.DayOf(v.now, v.zone).Add(1).String(), url.Values{"answer": {"yes"}}),
		"no day":             fill("away", "", url.Values{"answer": {"yes"}}),
		"no question at all": fill("shoe_size", today, url.Values{"answer": {"42"}}),
	} {
		if got.StatusCode != http.StatusBadRequest || !strings.Contains(got.Text, `role="alert"`) {
			t.Errorf("%s: %s", name, got.Status)
		}
	}
	fill("works", today, url.Values{"do": {"erase"}})
	if got := decode[Answers](t, phone.get("/api/v1/me/answers")); len(got.Answers) != 3 {
		t.Errorf("%+v", got.Answers)
	}
}

// A caseworker reads and writes what the family agreed to tell, and from the request on
// that follows a withdrawal nothing.
func TestACaseworkerSeesAnswersWhileTheFamilyAgrees(t *testing.T) {
	v := newTown(t)
	nadia, page := v.caseworker(), "/console/families/"+string(v.calm)+"/answers"
	form := url.Values{"question": {"heating_need"}, "amount": {"9500"}, "day": {energy.DayOf(v.now, v.zone).String()}}
	out := func(name string) {
		t.Helper()
		if got, post := nadia.get(page), nadia.post(page, form); got.StatusCode != http.StatusNotFound || post.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s, %s", name, got.Status, post.Status)
		}
		if got := nadia.get("/console/families"); strings.Contains(got.Text, page) {
			t.Errorf("%s: a link leads there", name)
		}
	}
	out("never agreed")
	v.asks(v.calm)
	phone := v.phone(v.calm)
	phone.say("/api/v1/me/answers", `{"answers":[{"question":"unable_warm","answer":"yes"}]}`)
	if got := nadia.get("/console/families"); !strings.Contains(got.Text, page) {
		t.Error("no link leads to the answers")
	}
	got := nadia.post(page, form)
	if text := plainText(got.Text); got.StatusCode != http.StatusOK || !strings.Contains(text, "Manquez-vous de moyens") || !strings.Contains(text, "9 500 kWh") || !strings.Contains(text, "par la famille") {
		t.Fatalf("%s %s", got.Status, text)
	}
	own := decode[Answers](t, phone.get("/api/v1/me/answers"))
	if len(own.Answers) != 2 || own.Answers[0].SaidBy != "Nadia" {
		t.Errorf("%+v", own.Answers)
	}
	for _, want := range []string{"Vos réponses aux questions", "Une réponse, pour la noter"} {
		if text := plainText(phone.get("/m/access").Text); !strings.Contains(text, want) {
			t.Errorf("the family does not read %q: %s", want, text)
		}
	}
	v.must(v.registry.Withdraw(t.Context(), v.calm, consent.Questions()[1:], registry.Form{}))
	out("withdrawn")
	if got := decode[Answers](t, phone.get("/api/v1/me/answers")); !got.Agreed || len(got.Answers) != 2 {
		t.Errorf("the family lost its own: %+v", got)
	}
	// What it agreed to of some days covers no answer of others.
	v.must(v.registry.Give(t.Context(), v.calm, consent.Questions(), registry.Form{Notice: "test", DataFrom: v.now.Add(-24 * time.Hour)}))
	form.Set("day", energy.DayOf(v.now, v.zone).Add(-30).String())
	if got := nadia.post(page, form); got.StatusCode != http.StatusNotFound {
		t.Errorf("an answer of a day that was not agreed to: %s", got.Status)
	}
}

// Who agreed to nothing but questions is not measured.
func TestQuestionsMeasureNothing(t *testing.T) {
	v := newTown(t)
	meter, err := v.registry.Lookup(t.Context(), registry.DeviceRef{Gateway: "g", Scheme: "tasmota", ID: "1"})
	v.must(err)
	v.must(v.registry.Claim(t.Context(), registry.Claim{Meter: meter.ID, Family: v.mute, Role: household.Electricity, From: v.now.Add(-time.Hour)}))
	v.asks(v.mute)
	m, known, err := v.records.Meter(t.Context(), meter.ID)
	if err != nil || !known || m.State != household.Stopped {
		t.Errorf("%+v, %v", m, err)
	}
	if got := v.phone(v.mute).get("/m/"); !strings.Contains(plainText(got.Text), "Vos chiffres sont cachés") {
		t.Errorf("%s", plainText(got.Text))
	}
}

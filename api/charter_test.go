package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/internal/charter"
	"foyer/internal/consent"
	"foyer/internal/registry"
	"foyer/internal/text"
)

// ask gets a path with headers.
func (b browser) ask(path string, headers ...string) reply {
	b.town.t.Helper()
	r, err := http.NewRequestWithContext(b.town.t.Context(), http.MethodGet, b.town.url+path, nil)
	b.town.must(err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(r)
}

// amend writes a decision on the town's charter.
func (v *town) amend(name, value string, from time.Time) {
	v.t.Helper()
	_, _, err := v.registry.Amend(v.t.Context(), charter.Change{Name: name, Value: value, By: "conseil municipal", Why: "pourquoi pas", From: from})
	v.must(err)
}

func TestAnybodyReadsTheCharter(t *testing.T) {
	v := newTown(t)
	anybody := v.browser()
	first := anybody.get("/api/v1/charter")
	c := decode[Charter](t, first)
	tag := first.Header.Get("ETag")
	if len(c.Parameters) != len(charter.Parameters) || c.Parameters[0].Name != "k" || c.Parameters[0].Value != "11" || c.Parameters[0].Since != nil || len(c.Changes) > 0 || len(tag) < 10 {
		t.Fatalf("%+v %q", c, tag)
	}
	v.amend(charter.Homes, "20", time.Time{})
	v.amend(charter.Homes, "30", time.Now().AddDate(0, 1, 0))
	v.must(v.registry.NoteRules(t.Context(), map[string]string{"spending": "days=3"}, "configuration", "alerts"))
	second := anybody.ask("/api/v1/charter", "If-None-Match", tag)
	c = decode[Charter](t, second)
	if second.StatusCode != http.StatusOK || c.Parameters[0].Value != "20" || *c.Parameters[0].By != "conseil municipal" || len(c.Changes) != 3 || c.Changes[1].Value != "30" || c.Alerts[0].Thresholds != "days=3" {
		t.Errorf("%d %+v", second.StatusCode, c)
	}
	tag = second.Header.Get("ETag")
	for header, want := range map[string]int{tag: 304, `"x", W/` + tag: 304, "*": 304, `"x"`: 200} {
		got := anybody.ask("/api/v1/charter", "If-None-Match", header)
		if got.StatusCode != want || got.Header.Get("ETag") != tag || want == 304 && got.Text != "" {
			t.Errorf("%s: %d %q %s", header, got.StatusCode, got.Header.Get("ETag"), got.Text)
		}
	}
}

// The page says the same, in both languages, to who is not signed in.
func TestThePageOfTheCharterSaysWhoDecided(t *testing.T) {
	v := newTown(t)
	v.amend(charter.Homes, "20", time.Time{})
	keeper, key := v.keeper()
	v.must(keeper.Keep(t.Context()))
	for language, words := range map[string][]string{
		"fr": {"au moins 20 logements", "Décidé par", "conseil municipal", "pourquoi pas", "Règle de départ"},
		"en": {"at least 20 homes", "Decided by", "conseil municipal", "The rule from the start"},
	} {
		got := v.browser().ask("/charter", "Accept-Language", language)
		page := strings.ReplaceAll(got.Text, "\u00a0", " ")
		for _, w := range append(words, "foyer/ville<br>", strings.ReplaceAll(key, "+", "&#43;")) {
			if got.StatusCode != http.StatusOK || !strings.Contains(page, w) {
				t.Errorf("%s: %s without %q:\n%s", language, got.Status, w, page)
			}
		}
		if strings.Count(got.Text, "<script") != 1 { // the way out
			t.Error("it has a script of its own")
		}
	}
	if got := v.browser().get("/accessibility"); !strings.Contains(got.Text, `href="/charter"`) {
		t.Error("no page leads there")
	}
}

// What the charter does not offer nobody is asked for; what was agreed to can be taken back.
func TestTheCharterSaysWhatFamiliesAreAskedFor(t *testing.T) {
	v := newTown(t)
	v.must(v.registry.Bundle(t.Context(), v.mute, registry.Form{Notice: "test"}, false, consent.Research))
	v.amend(charter.PurposeList, "family_view alert", time.Time{})
	v.amend(charter.Consents, "60", time.Time{})
	abouts := func(phone browser) string {
		var all []string
		for _, o := range decode[Consents](t, phone.get("/api/v1/me/consents")).Offers {
			all = append(all, string(o.About))
		}
		return strings.Join(all, " ")
	}
	phone := v.phone(v.mute)
	if got := abouts(phone); got != "family_view hourly alert research" {
		t.Errorf("asked for %s", got)
	}
	give := func(about, more string) reply {
		hash, _ := text.NoticeHash(text.NoticeVersion, "fr", about)
		return phone.say("/api/v1/me/consents", `{"action":"give","about":"`+about+`","notice":"`+hash+`"`+more+`}`)
	}
	if got := give("evaluation", ""); got.StatusCode != http.StatusBadRequest || !strings.Contains(got.Text, "/body/about") {
		t.Errorf("%s", got.Text)
	}
	in := func(days int) string {
		return `,"until":"` + time.Now().UTC().AddDate(0, 0, days).Format(time.RFC3339) + `"`
	}
	if got := give("alert", in(61)); got.StatusCode != http.StatusBadRequest || !strings.Contains(got.Text, "60 days") {
		t.Errorf("%s", got.Text)
	}
	if got := give("alert", ""); got.StatusCode != http.StatusOK {
		t.Fatalf("%s", got.Text)
	}
	for _, h := range decode[Consents](t, phone.get("/api/v1/me/consents")).Holds {
		if held := h.Until.Sub(h.Since); h.Purpose == "alert" && held != 60*24*time.Hour {
			t.Errorf("an agreement holds %s", held)
		}
	}
	if got := phone.say("/api/v1/me/consents", `{"action":"withdraw","about":"research"}`); got.StatusCode != http.StatusOK {
		t.Errorf("%s", got.Text)
	}
	if got := abouts(phone); got != "family_view hourly alert" {
		t.Errorf("asked for %s", got)
	}
}

func TestTheExamplesOfTheCharterHold(t *testing.T) {
	spec, err := GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	m := spec.Paths.Value("/api/v1/charter").Get.Responses.Value("200").Value.Content.Get("application/json")
	if err := m.Schema.Value.VisitJSON(m.Example); err != nil {
		t.Error(err)
	}
}

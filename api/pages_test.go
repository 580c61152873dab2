package api

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/text"
)

// plainText is a page without its tags.
func plainText(s string) string {
	s = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(s, " ")
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\u00a0", " ")), " ")
}

// values of the hidden fields of a page's forms, by name.
func hidden(page, name string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`name="`+name+`" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestAFamilySeesItsEuros(t *testing.T) {
	v := newTown(t)
	got := v.phone(v.calm).get("/m/")
	text := plainText(got.Text)
	for _, want := range []string{"À regarder", "Depuis 3 jours", "52,40 €", "sur 75 € prévus", "2,31 €", "15,3 °C", "Appeler Nadia", "05 55 00 00 00", "Téléphone connecté : 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in: %s", want, text)
		}
	}
	if strings.Contains(text, "Foyer 01") || strings.Contains(got.Text, string(v.calm)) {
		t.Error("the page names the family")
	}
	cold := plainText(v.phone(v.cold).get("/m/").Text)
	if !strings.Contains(cold, "Il fait froid chez vous") || strings.Contains(cold, "Une idée pour vous") {
		t.Errorf("a cold home reads: %s", cold)
	}
	stopped := plainText(v.phone(v.mute).get("/m/").Text)
	if !strings.Contains(stopped, "Suivi arrêté") || regexp.MustCompile(`\d €`).MatchString(stopped) {
		t.Errorf("a family that agreed to nothing reads: %s", stopped)
	}
}

func TestNobodyComesInWithoutACode(t *testing.T) {
	v := newTown(t)
	got := v.browser().get("/m/")
	if got.StatusCode != http.StatusUnauthorized || !strings.Contains(got.Text, `name="code"`) {
		t.Errorf("%s %s", got.Status, plainText(got.Text))
	}
	for _, path := range []string{"/m/demo", "/m/consent", "/m/stop", "/m/access"} {
		if got := v.browser().get(path); got.StatusCode != http.StatusUnauthorized && got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
	for _, path := range []string{"/console", "/console/families", "/console/alerts/" + v.coldID} {
		if got := v.browser().get(path); got.Request.URL.Path != "/console/sign-in" {
			t.Errorf("%s leads to %s", path, got.Request.URL.Path)
		}
	}
}

func TestALetterIsUsedOnceAndOnlyByItsButton(t *testing.T) {
	v := newTown(t)
	code, err := v.accounts.Invite(t.Context(), v.mute)
	v.must(err)
	b := v.browser()
	for range 3 { // previews and scanners fetch links
		if got := b.get("/i/" + code); got.StatusCode != http.StatusOK || !strings.Contains(got.Text, "Oui, voir mes chiffres") {
			t.Fatalf("%s %s", got.Status, plainText(got.Text))
		}
	}
	got := b.post("/i/"+code, nil)
	if got.Request.URL.Path != "/m/consent" || got.StatusCode != http.StatusOK {
		t.Errorf("the button leads to %s: %s", got.Request.URL.Path, got.Status)
	}
	if got := v.browser().post("/i/"+code, nil); got.StatusCode != http.StatusNotFound || !strings.Contains(got.Text, "Ce code ne marche plus") {
		t.Errorf("second use: %s %s", got.Status, plainText(got.Text))
	}
	// Typed in by hand, with small letters.
	second, err := v.accounts.Invite(t.Context(), v.calm)
	v.must(err)
	typed := v.browser().post("/i", url.Values{"code": {" " + strings.ToLower(second)}})
	if typed.StatusCode != http.StatusOK || !strings.Contains(typed.Text, "Oui, voir mes chiffres") {
		t.Errorf("typed: %s %s", typed.Status, plainText(typed.Text))
	}
	for _, odd := range []string{"nonsense", "////", "../../console", "<script>", strings.Repeat("A", 500)} {
		if got := v.browser().post("/i", url.Values{"code": {odd}}); got.StatusCode >= http.StatusInternalServerError || strings.Contains(got.Text, "<script>") {
			t.Errorf("%q: %s", odd, got.Status)
		}
	}
}

func TestGuessingCodesIsSlow(t *testing.T) {
	v := newTown(t)
	for i := range 11 {
		got := v.browser().post("/i/ZZZZ-ZZZZ-ZZZZ", nil)
		want := http.StatusNotFound
		if i == 10 {
			want = http.StatusTooManyRequests
		}
		if got.StatusCode != want {
			t.Fatalf("guess %d: %s", i+1, got.Status)
		}
		if i == 10 && got.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
}

func TestConsentIsGivenNarrowedAndWithdrawnOnThePage(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.mute)
	page := b.get("/m/consent")
	abouts, notices := hidden(page.Text, "about"), hidden(page.Text, "notice")
	if len(abouts) != 8 || len(notices) != 8 {
		t.Fatalf("asked about %v", abouts)
	}
	answer := func(i int, yes string) reply {
		t.Helper()
		return b.post("/m/consent", url.Values{"about": {abouts[i]}, "notice": {notices[i]}, "answer": {yes}})
	}
	saved := answer(0, "yes")
	if !strings.Contains(saved.Text, "Votre choix est enregistré") || !strings.Contains(plainText(saved.Text), "Votre choix : oui, depuis le") {
		t.Errorf("%s", plainText(saved.Text))
	}
	if got := plainText(b.get("/m/").Text); !strings.Contains(got, "52,40 €") {
		t.Errorf("no figures after consent: %s", got)
	}
	grants, err := v.registry.Grants(t.Context(), v.mute)
	v.must(err)
	for _, g := range grants {
		if g.Scope.Granularity == consent.HalfHourly || g.Scope.Recipient != consent.ToFamily {
			t.Errorf("the first box gave %+v", g.Scope)
		}
	}
	said, err := v.registry.Said(t.Context(), v.mute)
	v.must(err)
	if len(said) == 0 || said[0].Notice != text.NoticeVersion || said[0].Hash != notices[0] || said[0].Medium != "screen" || said[0].Language != "fr" {
		t.Errorf("kept %+v", said)
	}
	answer(0, "no")
	if got := plainText(b.get("/m/").Text); strings.Contains(got, "52,40 €") {
		t.Error("figures after withdrawal")
	}
	// A text that changed since it was shown is asked again.
	before := len(said)
	if got := b.post("/m/consent", url.Values{"about": {abouts[0]}, "notice": {"2020-01/000000000000"}, "answer": {"yes"}}); got.StatusCode != http.StatusOK || strings.Contains(got.Text, "enregistré") {
		t.Errorf("an old text was agreed to: %s", got.Status)
	}
	said, err = v.registry.Said(t.Context(), v.mute)
	v.must(err)
	if len(said) <= before {
		t.Error("the withdrawal was not written")
	}
	if grants, err := v.registry.Grants(t.Context(), v.mute); err != nil || len(grants) != 0 {
		t.Errorf("%d grants, %v", len(grants), err)
	}
	for _, bad := range []url.Values{{}, {"about": {"income"}, "answer": {"yes"}}, {"about": {abouts[0]}, "answer": {"perhaps"}}} {
		if got := b.post("/m/consent", bad); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %s", bad, got.Status)
		}
	}
}

func TestEverythingStopsInTwoTaps(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.cold)
	if home := b.get("/m/"); !strings.Contains(home.Text, `href="/m/stop"`) {
		t.Error("no way to stop on the first page")
	}
	got := b.post("/m/stop", nil)
	if text := plainText(got.Text); got.Request.URL.Path != "/m/" || !strings.Contains(text, "Suivi arrêté") || !strings.Contains(text, "Personne ne reçoit vos chiffres") {
		t.Errorf("after stopping: %s", text)
	}
	if grants, err := v.registry.Grants(t.Context(), v.cold); err != nil || len(grants) != 0 {
		t.Errorf("%d grants left, %v", len(grants), err)
	}
}

func TestBothAnswersLookAlike(t *testing.T) {
	v := newTown(t)
	page := v.phone(v.calm).get("/m/consent").Text
	buttons := regexp.MustCompile(`<button class="([^"]*)" name="answer" value="(yes|no)">`).FindAllStringSubmatch(page, -1)
	if len(buttons) != 16 {
		t.Fatalf("%d buttons", len(buttons))
	}
	for _, b := range buttons {
		if b[1] != buttons[0][1] {
			t.Errorf("%s is drawn as %q, another as %q", b[2], b[1], buttons[0][1])
		}
	}
	if strings.Contains(page, "checked") {
		t.Error("something is ticked beforehand")
	}
}

func TestAFamilySeesWhoReadItsData(t *testing.T) {
	v := newTown(t)
	v.api("GET", "/api/v1/families/"+string(v.calm), "")
	v.caseworker().get("/console/alerts/" + v.spendID)
	text := plainText(v.phone(v.calm).get("/m/access").Text)
	for _, want := range []string{"Un logiciel de la coopérative", "Une personne de la coopérative", "Aujourd’hui à"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in: %s", want, text)
		}
	}
	if strings.Contains(text, "Nadia a vu") || strings.Contains(text, "tableau de bord") {
		t.Error("the list names people")
	}
}

func TestAPhoneIsDisconnected(t *testing.T) {
	v := newTown(t)
	one, two := v.phone(v.calm), v.phone(v.calm)
	if got := one.post("/m/signout", url.Values{"phones": {"this"}}); got.StatusCode != http.StatusOK || got.Header.Get("Clear-Site-Data") == "" {
		t.Errorf("%s", got.Status)
	}
	if one.get("/m/").StatusCode != http.StatusUnauthorized || two.get("/m/").StatusCode != http.StatusOK {
		t.Error("the wrong phone is disconnected")
	}
	three := v.phone(v.calm)
	two.post("/m/signout", url.Values{"phones": {"all"}})
	if two.get("/m/").StatusCode != http.StatusUnauthorized || three.get("/m/").StatusCode != http.StatusUnauthorized {
		t.Error("a phone stayed connected")
	}
}

func TestACaseworkerSignsInTakesAndCloses(t *testing.T) {
	v := newTown(t)
	b := v.browser()
	wrong := b.post("/console/sign-in", url.Values{"email": {"nadia@example.org"}, "password": {"guess"}})
	unknown := b.post("/console/sign-in", url.Values{"email": {"nobody@example.org"}, "password": {"guess"}})
	if wrong.StatusCode != http.StatusUnauthorized || unknown.StatusCode != http.StatusUnauthorized || !strings.Contains(wrong.Text, "Adresse ou mot de passe inconnu") ||
		strings.ReplaceAll(wrong.Text, "nadia", "") != strings.ReplaceAll(unknown.Text, "nobody", "") {
		t.Errorf("%s, %s", wrong.Status, unknown.Status)
	}
	list := b.signIn("nadia@example.org", "chaud comme la braise")
	if list.Request.URL.Path != "/console" || !strings.Contains(list.Text, "<title>(2) Alertes") {
		t.Fatalf("signed in at %s: %s", list.Request.URL.Path, plainText(list.Text))
	}
	if cold, spend := strings.Index(list.Text, "Foyer 07"), strings.Index(list.Text, "Foyer 01"); cold < 0 || spend < cold {
		t.Error("the cold home is not first")
	}
	versions := hidden(list.Text, "version")
	taken := b.post("/console/alerts/"+v.coldID+"/take", url.Values{"version": {versions[0]}})
	if text := plainText(taken.Text); !strings.Contains(text, "Prise en charge par Nadia") || !strings.Contains(taken.Text, "<title>(1) Alertes") {
		t.Errorf("after taking: %s\n%s", text, v.log)
	}
	// Karim clicks on a page he opened before.
	karim := v.browser()
	karim.signIn("karim@example.org", "froid comme la pierre")
	late := karim.post("/console/alerts/"+v.coldID+"/take", url.Values{"version": {versions[0]}})
	if late.StatusCode != http.StatusPreconditionFailed || !strings.Contains(late.Text, "Nadia s’en occupe déjà.") {
		t.Errorf("late: %s %s", late.Status, plainText(late.Text))
	}
	page := b.get("/console/alerts/" + v.coldID)
	version := hidden(page.Text, "version")[0]
	if got := b.post("/console/alerts/"+v.coldID+"/close", url.Values{"version": {version}, "note": {"Vue à l'accueil."}}); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got.Text, "Vue à l&#39;accueil.") {
		t.Errorf("without an outcome: %s", got.Status)
	}
	done := b.post("/console/alerts/"+v.coldID+"/close", url.Values{"version": {version}, "outcome": {"visit"}, "note": {"<script>alert(1)</script>"}})
	if done.Request.URL.Path != "/console" || strings.Contains(done.Text, "Foyer 07") {
		t.Errorf("after closing: %s", plainText(done.Text))
	}
	history := b.get("/console/alerts/" + v.coldID)
	if text := plainText(history.Text); !strings.Contains(text, "Visite faite ou prévue") || strings.Contains(history.Text, "<script>alert") || !strings.Contains(text, "Traitée par Nadia") {
		t.Errorf("history: %s", text)
	}
	if closed := b.get("/console?state=resolved"); !strings.Contains(closed.Text, "Foyer 07") {
		t.Error("the closed alert is not in the list of closed ones")
	}
	b.post("/console/signout", nil)
	if got := b.get("/console"); got.Request.URL.Path != "/console/sign-in" {
		t.Error("still signed in")
	}
}

func TestEveryPageIsProtected(t *testing.T) {
	v := newTown(t)
	b, p := v.caseworker(), v.phone(v.calm)
	for _, got := range []reply{
		b.get("/console"), b.get("/console/families"), b.get("/console/sign-in"), b.get("/console/alerts/" + v.coldID), b.get("/console/nothing"),
		p.get("/m/"), p.get("/m/consent"), p.get("/m/stop"), p.get("/m/access"), p.get("/i/AAAA"), p.get("/accessibility"), p.get("/nothing"), p.get("/api/docs"),
	} {
		h := got.Header
		csp := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" || !strings.Contains(h.Get("X-Robots-Tag"), "noindex") {
			t.Errorf("%s: %v", got.Request.URL.Path, h)
		}
		for _, inline := range []string{" style=", "<style", " onclick=", "javascript:", "<script>"} {
			if strings.Contains(got.Text, inline) {
				t.Errorf("%s has %q", got.Request.URL.Path, inline)
			}
		}
		for _, m := range regexp.MustCompile(`(?:src|href)="(https?:)?//`).FindAllString(got.Text, -1) {
			t.Errorf("%s loads from elsewhere: %s", got.Request.URL.Path, m)
		}
	}
}

func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.cold)
	for _, headers := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.url+"/m/stop", nil)
		v.must(err)
		for name, value := range headers {
			r.Header.Set(name, value)
		}
		if got := b.send(r); got.StatusCode != http.StatusForbidden || got.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%v: %s", headers, got.Status)
		}
	}
	if grants, err := v.registry.Grants(t.Context(), v.cold); err != nil || len(grants) == 0 {
		t.Error("another site withdrew a consent")
	}
}

func TestCookiesAreClosed(t *testing.T) {
	for _, plain := range []bool{true, false} {
		v := newTown(t)
		v.options.Plain = plain
		v.start()
		code, err := v.accounts.Invite(t.Context(), v.calm)
		v.must(err)
		b := v.browser()
		b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		for _, got := range []reply{
			b.post("/i/"+code, nil),
			b.post("/console/sign-in", url.Values{"email": {"nadia@example.org"}, "password": {"chaud comme la braise"}}),
		} {
			if len(got.Cookies()) == 0 && plain {
				t.Errorf("%s sets no cookie: %s", got.Request.URL.Path, got.Status)
			}
			for _, c := range got.Cookies() {
				if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure == plain || strings.HasPrefix(c.Name, "__Host-") == plain {
					t.Errorf("plain %v: %+v", plain, c)
				}
			}
			if hsts := got.Header.Get("Strict-Transport-Security"); (hsts == "") != plain {
				t.Errorf("plain %v: HSTS %q", plain, hsts)
			}
		}
	}
}

func TestThePageIsLightAndRemembered(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.calm)
	fetch := func(path, tag string) (status, size int, header http.Header, body string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.url+path, nil)
		v.must(err)
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("If-None-Match", tag)
		res, err := b.Do(r)
		v.must(err)
		defer res.Body.Close()
		raw, err := io.ReadAll(res.Body)
		v.must(err)
		if res.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(strings.NewReader(string(raw)))
			v.must(err)
			plain, err := io.ReadAll(z)
			v.must(err)
			body = string(plain)
		}
		return res.StatusCode, len(raw), res.Header, body
	}
	status, total, header, page := fetch("/m/", "")
	if status != http.StatusOK {
		t.Fatal(status)
	}
	requests := 1
	for _, m := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		_, size, h, _ := fetch(m[1], "")
		if !strings.Contains(h.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is not kept", m[1])
		}
		total += size
		requests++
	}
	if total > 15<<10 || requests > 5 {
		t.Errorf("first view is %d bytes in %d requests", total, requests)
	}
	t.Logf("first view: %d bytes in at most %d requests", total, requests)
	tag := header.Get("ETag")
	if status, size, _, _ := fetch("/m/", tag); status != http.StatusNotModified || size != 0 {
		t.Errorf("unchanged page: %d, %d bytes", status, size)
	}
	if status, _, _, _ := fetch("/m/", `W/"other", "more"`); status != http.StatusOK {
		t.Errorf("changed page: %d", status)
	}
}

func TestTheLanguageIsChosenAndKept(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.calm)
	got := b.post("/language", url.Values{"to": {"en"}, "back": {"/m/consent"}})
	if got.Request.URL.Path != "/m/consent" || !strings.Contains(got.Text, `<html lang="en">`) {
		t.Errorf("led to %s", got.Request.URL)
	}
	if got := b.get("/m/"); !strings.Contains(got.Text, "My electricity") {
		t.Error("the language was forgotten")
	}
	for _, back := range []string{"//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "", "/m/\r\nX: y"} {
		r := v.browser()
		r.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if got := r.post("/language", url.Values{"to": {"xx"}, "back": {back}}); got.Header.Get("Location") != "/m/" || len(got.Cookies()) != 0 {
			t.Errorf("%q leads to %q", back, got.Header.Get("Location"))
		}
	}
}

func TestTheDemoSignsInByItself(t *testing.T) {
	v := newTown(t)
	session, err := v.accounts.ConnectPhone(t.Context(), v.calm)
	v.must(err)
	v.options.DemoFamily = func(slug string) (disclosure.Credential, bool) {
		return disclosure.Credential{Session: session}, slug == "demo"
	}
	v.options.DemoConsole = func() (disclosure.Credential, bool) {
		s, err := v.accounts.OpenStaff(v.t.Context(), v.staff)
		return disclosure.Credential{Session: s}, err == nil
	}
	v.start()
	b := v.browser()
	if got := b.get("/m/demo"); !strings.Contains(plainText(got.Text), "52,40 €") || !strings.Contains(got.Text, "ce foyer n’existe pas") {
		t.Errorf("%s %s", got.Status, plainText(got.Text))
	}
	if got := b.get("/m/consent"); got.StatusCode != http.StatusOK {
		t.Errorf("the demo's other pages: %s", got.Status)
	}
	if got := b.get("/m/other"); got.StatusCode != http.StatusNotFound {
		t.Errorf("another home: %s", got.Status)
	}
	if got := b.get("/console/demo"); got.Request.URL.Path != "/console" || !strings.Contains(got.Text, "Foyer 07") {
		t.Errorf("%s at %s", got.Status, got.Request.URL.Path)
	}
}

func TestHeadAnswersLikeGet(t *testing.T) {
	v := newTown(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, v.url+"/accessibility", nil)
	v.must(err)
	if got := v.browser().send(r); got.StatusCode != http.StatusOK || got.Text != "" {
		t.Errorf("%s, %d bytes", got.Status, len(got.Text))
	}
}

func TestTheConsoleStaysQuickWithManyAlerts(t *testing.T) {
	v := newTown(t)
	for range 60 {
		v.exec(`UPDATE alert SET state = 'resolved' WHERE family = ?`, v.cold)
		v.alert(v.cold, "cold_home", "indoor_climate", string(household.Urgent), `{"key":"alert.cold_home.mean","args":{"mean_c":"14.83","days":"2","limit_c":"16"}}`)
	}
	got := v.caseworker().get("/console?state=resolved")
	if n := strings.Count(got.Text, `<li class="alert`); n != 60 {
		t.Errorf("%d alerts, want 60", n)
	}
}

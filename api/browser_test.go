package api

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"foyer/internal/testserver"
)

// A window is a real browser at the town's address, closed at the end of the test.
type window struct {
	*town
	ctx     context.Context
	console func(func(chromedp.ConsoleMessage, error) bool)
}

// chromium opens a browser the size of a phone, with nothing in it from before.
func (v *town) chromium(scripts bool, more ...chromedp.ExecAllocatorOption) *window {
	v.t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(testserver.Chromium(v.t)), chromedp.UserDataDir(v.t.TempDir()), chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true), chromedp.Flag("accept-lang", "fr"))
	options = append(options, more...)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	limit, stop := context.WithTimeout(context.WithoutCancel(v.t.Context()), 2*time.Minute)
	v.t.Cleanup(stop)
	ctx, end := chromedp.NewContext(limit, chromedp.WithAllocatorOptions(options...))
	v.t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			v.t.Errorf("close the browser: %v", err)
		}
		end()
	})
	w := &window{town: v, ctx: ctx}
	w.do(chromedp.EmulateViewport(360, 740))
	w.console = chromedp.Console(ctx)
	_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts})
	v.must(err)
	return w
}

func (w *window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	w.must(chromedp.Do(w.ctx, steps...))
}

func (w *window) open(path string) {
	w.t.Helper()
	w.do(chromedp.Navigate(w.url + path))
}

// leads clicks and waits for the page it leads to, which must say all of want.
func (w *window) leads(selector string, want ...string) {
	w.t.Helper()
	if _, err := chromedp.RunResponse(w.ctx, chromedp.Click(selector)); err != nil {
		w.t.Fatalf("%s: %v", selector, err)
	}
	w.says(want...)
}

func (w *window) says(want ...string) {
	w.t.Helper()
	text, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`document.title + "\n" + document.body.innerText`))
	w.must(err)
	text = strings.ReplaceAll(text, "\u00a0", " ")
	for _, one := range want {
		if !strings.Contains(text, one) {
			w.t.Errorf("the page does not say %q:\n%s", one, text)
		}
	}
}

// quiet ends the listening to the browser and fails for all it complained of, but
// that a page for who is not signed in has the status 401.
func (w *window) quiet() {
	w.t.Helper()
	const last = "nothing more"
	w.do(chromedp.Evaluate[chromedp.Void](`console.log("` + last + `")`))
	for m, err := range w.console {
		w.must(err)
		if m.Text == last {
			return
		}
		if strings.Contains(m.Text, "the server responded with a status of 401") {
			continue
		}
		if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.IsException() {
			w.t.Errorf("the browser complains: %s: %s", m.URL, m.Text)
		}
	}
}

// openStreams counts the streams of events that are open.
func (v *town) openStreams() (n int) {
	v.server.streams.mu.Lock()
	defer v.server.streams.mu.Unlock()
	for _, one := range v.server.streams.open {
		n += one
	}
	return n
}

func TestAFamilyNeedsNoScript(t *testing.T) {
	v := newTown(t)
	code, err := v.accounts.Invite(t.Context(), v.calm)
	v.must(err)
	w := v.chromium(false)
	w.open("/m/")
	w.says("Ce téléphone n’est pas connecté.")
	w.do(chromedp.SendKeys("#code", code))
	w.leads("main .button", "C’est bien chez vous ?")
	w.leads("main .button", "Mon électricité", "52,40 €", "Besoin d’aide ?")
	w.do(chromedp.Click(".week summary"))
	w.says("Électricité", "7,1 kWh") // the table behind the bars is open
	w.do(chromedp.Click(".lang summary"))
	w.leads("button[name=to][value=en]", "My electricity", "52,40 €")
	w.do(chromedp.Click(".lang summary"))
	w.leads("button[name=to][value=fr]", "Mon électricité")
	w.leads(`a[href="/m/access"]`, "Qui a vu mes chiffres", "Personne n’a encore vu vos chiffres.")
	w.leads(`a[href="/m/"]`, "Mon électricité")
	w.leads(`a[href="/m/consent"]`, "Être appelé s’il fait froid chez vous ?")
	w.leads("#alert button[value=no]", "Votre choix est enregistré.")
	w.leads(`.up a`, "Mon électricité")
	w.leads(`a[href="/m/stop"]`, "Arrêter le suivi ?")
	w.leads("main button", "Suivi arrêté")
	w.leads("button[name=phones][value=this]", "Téléphone déconnecté")
	w.quiet()
}

// setUp sends the password and sets the second factor up.
func (w *window) setUp() {
	w.t.Helper()
	w.leads("main .button", "Second contrôle")
	secret, err := chromedp.Run(w.ctx, chromedp.Text("main code"))
	w.must(err)
	w.do(chromedp.SendKeys("#code", testserver.Authenticator(w.t, strings.ReplaceAll(secret, " ", ""), time.Now())))
	w.leads("main .button", "Vos codes de secours")
}

func TestACaseworkerNeedsNoScript(t *testing.T) {
	v := newTown(t)
	w := v.chromium(false)
	w.open("/console")
	w.do(chromedp.SendKeys("#email", "nadia@example.org"), chromedp.SendKeys("#password", "chaud comme la braise"))
	w.setUp()
	w.leads("main .button", "(2) Alertes", "Foyer 07", "14,8 °C en moyenne")
	if n := v.openStreams(); n != 0 {
		t.Errorf("%d streams are open: a script runs", n)
	}
	w.leads(".alert .button", "C’est noté.", "Prise en charge par Nadia", "(1) Alertes")
	w.leads(`a[href^="/console/alerts/`+v.coldID+`"].plain`, "Comment cela s’est terminé")
	w.do(chromedp.Click("input[value=visit]"), chromedp.SendKeys("#note", "Le radiateur est en panne."))
	w.leads("#close .button", "C’est noté.", "Foyer 01")
	w.leads(`a[href="/console?state=resolved"]`, "Alertes traitées", "Foyer 07")
	w.leads(`a[href="/console/alerts/`+v.coldID+`"]`, "Visite faite ou prévue", "Le radiateur est en panne.")
	w.leads(`a[href="/console/families"]`, "Foyers", "10,4 %")
	w.leads(".who button", "Espace de la coopérative")
	w.quiet()
}

// The page never moves by itself: it says that there is news, and where.
func TestTheConsoleTellsOfNews(t *testing.T) {
	v := newTown(t)
	w := v.chromium(true)
	w.open("/console")
	w.do(chromedp.SendKeys("#email", "nadia@example.org"), chromedp.SendKeys("#password", "chaud comme la braise"))
	w.setUp()
	w.leads("main .button", "(2) Alertes")
	testserver.Wait(t, "the page to listen", func() bool { return v.openStreams() == 1 })
	before, err := chromedp.Run(w.ctx, chromedp.Evaluate[float64](`document.querySelector(".alert").getBoundingClientRect().top`))
	v.must(err)
	v.opened(v.calm, "cold_home")
	if _, err := chromedp.Run(w.ctx, chromedp.Poll[bool](`!document.getElementById("fresh").hidden`)); err != nil {
		t.Fatal(err)
	}
	w.says("(3) Alertes", "Du nouveau. Actualiser la liste")
	after, err := chromedp.Run(w.ctx, chromedp.Evaluate[float64](`document.querySelector(".alert").getBoundingClientRect().top`))
	v.must(err)
	if before != after {
		t.Errorf("the list moved by %.0f px", after-before)
	}
	w.leads("#fresh", "(3) Alertes", "3 nouvelles alertes")
	testserver.Wait(t, "the page left behind to stop listening", func() bool { return v.openStreams() == 1 })
	w.leads(".who button", "Espace de la coopérative")
	testserver.Wait(t, "nobody to listen", func() bool { return v.openStreams() == 0 })
	w.quiet()
}

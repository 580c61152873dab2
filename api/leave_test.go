package api

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// elsewhere is where who leaves in haste is led.
const elsewhere = "https://meteofrance.com/"

func TestLeavingInHasteClosesThePagesAndNotTheAccess(t *testing.T) {
	v := newTown(t)
	b := v.phone(v.calm)
	for _, path := range []string{"/m/", "/m/money", "/m/access", "/m/erase", "/charter", "/accessibility", "/erasure", "/i/AAAA", "/m/none"} {
		got := b.get(path)
		if !strings.Contains(got.Text, `href="/leave"`) || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: no way out, or a copy is kept: %q", path, got.Header.Get("Cache-Control"))
		}
	}
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	got := b.get("/leave")
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != elsewhere || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("%s to %q, %v", got.Status, got.Header.Get("Location"), got.Header)
	}
	for _, c := range got.Cookies() {
		if c.Name != "foyer-away" || c.MaxAge != 0 || !c.Expires.IsZero() {
			t.Errorf("a cookie that stays: %v", c)
		}
	}
	for _, path := range []string{"/m/", "/m/money", "/m/access", "/m/export"} {
		if text := plainText(b.get(path).Text); !strings.Contains(text, "Cette page est fermée.") || strings.Contains(text, "€") || strings.Contains(text, "Qui a vu") {
			t.Errorf("the way back leads to %s: %s", path, text)
		}
	}
	if got := b.post("/m/stop", nil); got.StatusCode != http.StatusOK {
		t.Errorf("a form behind the cover is answered %s", got.Status)
	}
	if grants, err := v.registry.Grants(t.Context(), v.calm); err != nil || len(grants) == 0 {
		t.Error("a form behind the cover does something")
	}
	b.CheckRedirect = nil
	if got := b.post("/m/open", nil); !strings.Contains(plainText(got.Text), "52,40 €") {
		t.Errorf("not opened again: %s", plainText(got.Text))
	}
	if !strings.Contains(plainText(b.get("/m/").Text), "52,40 €") {
		t.Error("it closed by itself")
	}
}

// In a real browser, with script and without: the page is gone at once, and the way
// back shows nothing of it.
func TestTheWayBackShowsNothing(t *testing.T) {
	for name, scripts := range map[string]bool{"with script": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			v := newTown(t)
			code, err := v.accounts.Invite(t.Context(), v.calm)
			v.must(err)
			w := v.chromium(scripts, v.weather()...)
			w.open("/i/" + code)
			w.leads("main .button", "52,40 €")
			w.leads(`a[href="/m/access"]`, "Qui a vu mes chiffres")
			w.leads("#leave", "Il fait beau")
			entries := w.history()
			if last := entries[len(entries)-1]; last != elsewhere {
				t.Errorf("led to %s", last)
			}
			if scripts && slices.Contains(entries, v.url+"/m/access") {
				t.Errorf("the page stays in the way back: %v", entries)
			}
			w.do(chromedp.NavigateBack())
			w.says("Cette page est fermée.")
			w.hides("52,40 €", "Qui a vu mes chiffres")
			w.leads("main .button", "52,40 €")
			w.quiet()
		})
	}
}

// weather has a browser find the page that who leaves is led to on this machine.
func (v *town) weather() []chromedp.ExecAllocatorOption {
	v.t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Referer() != "" {
			v.t.Errorf("it is told where somebody came from: %s", r.Referer())
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><link rel="icon" href="data:,"><title>Météo</title><p>Il fait beau</p>`))
	}))
	v.t.Cleanup(s.Close)
	return []chromedp.ExecAllocatorOption{
		chromedp.Flag("host-resolver-rules", "MAP meteofrance.com:443 "+s.Listener.Addr().String()),
		chromedp.Flag("ignore-certificate-errors", true),
	}
}

// history returns the addresses the way back leads through, the present one last.
func (w *window) history() (all []string) {
	w.t.Helper()
	found, err := chromedp.Call(w.ctx, page.GetNavigationHistory, cdp.Empty{})
	w.must(err)
	for _, e := range found.Entries {
		all = append(all, e.URL)
	}
	return all
}

// hides fails for each of words that is in sight.
func (w *window) hides(words ...string) {
	w.t.Helper()
	text, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	w.must(err)
	text = strings.ReplaceAll(text, "\u00a0", " ")
	for _, one := range words {
		if strings.Contains(text, one) {
			w.t.Errorf("the page says %q:\n%s", one, text)
		}
	}
}

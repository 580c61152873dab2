package pages

import (
	"context"
	_ "embed"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	tabpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"foyer/internal/testserver"
)

// axe finds what keeps people out of a page: axe-core 4.14.1 of Deque Systems,
// MPL-2.0 (testdata/axe.LICENSE), unchanged. These tests alone use it.
//
//go:embed testdata/axe.min.js
var axe string

// A tab is a window of a real browser, closed at the end of the test.
type tab struct {
	t        *testing.T
	ctx      context.Context
	console  func(func(chromedp.ConsoleMessage, error) bool)
	isolated runtime.ExecutionContextID // a world beside the page's, which its policy leaves alone
}

// chromium starts a browser for one test, with nothing in it from before.
func chromium(t *testing.T) *tab {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(testserver.Chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "fr"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	limit, stop := context.WithTimeout(context.WithoutCancel(t.Context()), 15*time.Minute) // a browser that hangs; one test looks at a hundred pages
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(limit, chromedp.WithAllocatorOptions(options...))
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("close the browser: %v", err)
		}
		end()
	})
	b := &tab{t: t, ctx: ctx}
	b.do() // starts it
	b.console = chromedp.Console(ctx)
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// run returns what an action found.
func run[T any](b *tab, a chromedp.Action[T]) T {
	b.t.Helper()
	found, err := chromedp.Run(b.ctx, a)
	if err != nil {
		b.t.Fatal(err)
	}
	return found
}

// call runs a command of the browser's protocol.
func call[P, R any](b *tab, c cdp.Command[P, R], params P) R {
	b.t.Helper()
	r, err := chromedp.Call(b.ctx, c, params)
	if err != nil {
		b.t.Fatalf("%s: %v", c.Method, err)
	}
	return r
}

// ask evaluates beside the page.
func ask[T any](b *tab, expression string) T {
	b.t.Helper()
	return run(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise, func(p *runtime.EvaluateParams) { p.ContextID = b.isolated }))
}

// open shows an address and puts axe beside it.
func (b *tab) open(address string) {
	b.t.Helper()
	b.do(chromedp.Navigate(address))
	frame := call(b, tabpage.GetFrameTree, cdp.Empty{}).FrameTree.Frame.ID
	b.isolated = call(b, tabpage.CreateIsolatedWorld, tabpage.CreateIsolatedWorldParams{FrameID: frame, WorldName: "beside"}).ExecutionContextID
	ask[bool](b, axe+";true")
}

func (b *tab) size(width, height int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
}

// media shows the page as on paper ("print") or on a screen ("").
func (b *tab) media(name string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name})
}

// complaints returns what the browser has complained of since it started: broken
// policies, missing files, errors of scripts. It can be asked once.
func (b *tab) complaints() []string {
	b.t.Helper()
	const last = "nothing more"
	ask[bool](b, `console.log("`+last+`"), true`)
	var all []string
	for m, err := range b.console {
		if err != nil {
			b.t.Fatal(err)
		}
		if m.Text == last {
			break
		}
		if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.IsException() {
			all = append(all, m.URL+": "+m.Text)
		}
	}
	return all
}

// gallery serves drawings at /d/{name}, with the policy pages have.
func gallery(t *testing.T, s *Site, all []drawing) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/", s.serveAsset)
	mux.HandleFunc("GET /d/{name}", func(w http.ResponseWriter, r *http.Request) {
		i := slices.IndexFunc(all, func(d drawing) bool { return d.Name == r.PathValue("name") })
		if i < 0 {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", Policy)
		_, _ = w.Write([]byte(all[i].Body))
	})
	// The console's script asks for news; here is none.
	mux.HandleFunc("GET /api/v1/events", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte("retry: 600000\n\n"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/d/"
}

package channel_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"foyer/alerts/channel"
	"foyer/alerts/channel/channeltest"
	"foyer/internal/outbound"
	"foyer/internal/secret"
)

func TestStatusesSayWhetherToTryAgain(t *testing.T) {
	r := newReceiver(t, key)
	ch := open(t, r.section(), deps(t, io.Discard)).Channel
	for status, want := range map[int]string{
		200: "sent", 202: "sent", 204: "sent",
		301: "refused", 400: "refused", 401: "refused", 404: "refused", 410: "gone",
		408: "soon", 425: "soon", 429: "soon", 500: "soon", 503: "soon",
	} {
		r.answer = func(int) int { return status }
		err := ch.Send(t.Context(), channeltest.Message("msg_1"))
		got := "soon"
		switch {
		case err == nil:
			got = "sent"
		case errors.Is(err, channel.ErrGone):
			got = "gone"
		case errors.Is(err, channel.ErrRefused):
			got = "refused"
		}
		if got != want {
			t.Errorf("%d is %s: %v", status, got, err)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var followed atomic.Bool
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer inside.Close()
	r := newReceiver(t)
	r.Config.Handler = http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect)
	s := r.section()
	s.Allow = append(s.Allow, strings.TrimPrefix(inside.URL, "http://"))
	if err := open(t, s, deps(t, io.Discard)).Channel.Send(t.Context(), channeltest.Message("msg_1")); !errors.Is(err, channel.ErrRefused) || followed.Load() {
		t.Errorf("%v, followed: %v", err, followed.Load())
	}
}

// TestANameThatLeadsInsideIsNotReached dials loopback through a name, which
// passes every check of the URL itself.
func TestANameThatLeadsInsideIsNotReached(t *testing.T) {
	addrs, err := net.DefaultResolver.LookupHost(t.Context(), "localhost")
	if err != nil || len(addrs) == 0 {
		t.Fatalf("localhost has no address here: %v", err)
	}
	s := &channel.WebhookSection{Endpoints: []channel.Endpoint{{Name: "coop", URL: "https://localhost/hook?token=CANARY", Secret: secret.New(key)}}}
	err = open(t, s, deps(t, io.Discard)).Channel.Send(t.Context(), channeltest.Message("msg_1"))
	if !errors.Is(err, outbound.ErrAddress) {
		t.Error(err)
	}
	if strings.Contains(err.Error(), "CANARY") {
		t.Errorf("the error holds the path: %v", err)
	}
}

func TestAProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	var used atomic.Bool
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { used.Store(true) }))
	defer proxy.Close()
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	r := newReceiver(t, key)
	if err := open(t, r.section(), deps(t, io.Discard)).Channel.Send(t.Context(), channeltest.Message("msg_1")); err != nil || used.Load() {
		t.Errorf("%v, proxy used: %v", err, used.Load())
	}
}

func TestAnAnswerWithoutEndIsCutOff(t *testing.T) {
	var written atomic.Int64
	r := newReceiver(t)
	r.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		for req.Context().Err() == nil && written.Load() < 64<<20 {
			n, err := w.Write(make([]byte, 32<<10))
			written.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	if err := open(t, r.section(), deps(t, io.Discard)).Channel.Send(t.Context(), channeltest.Message("msg_1")); err != nil {
		t.Error(err)
	}
	r.Close()
	if n := written.Load(); n > 32<<20 {
		t.Errorf("%d bytes were taken", n)
	}
}

func TestAReceiverThatSaysNothingIsLeft(t *testing.T) {
	r := newReceiver(t)
	release := make(chan struct{})
	r.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		select {
		case <-release:
		case <-req.Context().Done():
		}
	})
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := open(t, r.section(), deps(t, io.Discard)).Channel.Send(ctx, channeltest.Message("msg_1")); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestConfigurationReadsBackAndNamesItsFaults(t *testing.T) {
	written, err := yaml.Marshal(channel.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	var back channel.Config
	if err := yaml.UnmarshalWithOptions(written, &back, yaml.Strict()); err != nil || back.Validate() != nil {
		t.Fatalf("%v\n%s", err, written)
	}
	if all, err := back.Open(deps(t, io.Discard)); err != nil || len(all) != 0 {
		t.Errorf("by default %d channels are open: %v", len(all), err)
	}

	const text = `
webhook:
  allow: ["127.0.0.1:9000"]
  endpoints:
    - name: coop
      url: http://127.0.0.1:9000/hook
      secret: ` + key + `
    - name: coop
      url: http://10.0.0.1/hook
      secret: whsec_c2hvcnQ=
      old_secret: CANARY
      recipient: everybody
      tell: [pending]
    - url: https://example.org
log:
  enabled: true
  tell: []
`
	var c channel.Config
	if err := yaml.UnmarshalWithOptions([]byte(text), &c, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	err = c.Validate()
	for _, want := range []string{
		`webhook.endpoints[1].name "coop": stands twice`,
		`webhook.endpoints[1].url "http://10.0.0.1": want https on port 443, or an address in allow`,
		`webhook.endpoints[1].secret <secret>: want whsec_ and 24 to 64 random bytes in base64`,
		`webhook.endpoints[1].old_secret <secret>: want`,
		`webhook.endpoints[1].recipient "everybody": want one of`,
		`webhook.endpoints[1].tell "pending": want one of`,
		`webhook.endpoints[2].name "": want 1 to 32`,
		`webhook.endpoints[2].secret: want`,
		`log.tell []: want at least one step`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %s", err, want)
		}
	}
	if err != nil && (strings.Contains(err.Error(), "CANARY") || strings.Contains(err.Error(), "endpoints[0]")) {
		t.Error(err)
	}
	if _, err := c.Open(deps(t, io.Discard)); err == nil {
		t.Error("a faulty configuration opens")
	}
	if err := yaml.UnmarshalWithOptions([]byte("fax:\n  number: 1\n"), &c, yaml.Strict()); err == nil || !strings.Contains(err.Error(), `unknown field "fax"`) {
		t.Error(err)
	}
}

package channel_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"foyer/alerts/channel"
	"foyer/alerts/channel/channeltest"
	"foyer/internal/secret"
	"foyer/internal/text"
)

const (
	key    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	oldKey = "whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk"
)

// A receiver is a webhook's other side. It checks every signature with the
// reference library.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []received
	answer func(n int) int // status of the n-th request, from 1; 204 when nil
}

type received struct {
	ID   string
	Body string
}

func newReceiver(t *testing.T, secrets ...string) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return // cut off
		}
		for _, s := range secrets {
			wh, err := standardwebhooks.NewWebhook(s)
			if err != nil {
				t.Error(err)
				return
			}
			if err := wh.Verify(body, req.Header); err != nil {
				t.Errorf("signature: %v", err)
			}
		}
		r.mu.Lock()
		r.got = append(r.got, received{req.Header.Get("webhook-id"), string(body)})
		status := http.StatusNoContent
		if r.answer != nil {
			status = r.answer(len(r.got))
		}
		r.mu.Unlock()
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.got...)
}

func (r *receiver) host() string { return strings.TrimPrefix(r.URL, "http://") }

func (r *receiver) section() *channel.WebhookSection {
	return &channel.WebhookSection{
		Allow:     []string{r.host()},
		Endpoints: []channel.Endpoint{{Name: "coop", URL: r.URL + "/hook?token=CANARY", Secret: secret.New(key)}},
	}
}

func deps(t *testing.T, logs io.Writer) channel.Deps {
	t.Helper()
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return channel.Deps{Now: time.Now, Log: slog.New(slog.NewJSONHandler(logs, nil)), Texts: texts, Zone: zone}
}

func open(t *testing.T, s channel.Section, d channel.Deps) channel.Open {
	t.Helper()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	all, err := s.Open(d)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d channels: %v", len(all), err)
	}
	return all[0]
}

// sections opens a channel of every kind whose receiver is content. A new kind
// adds itself here, in the test beside it.
var sections = map[string]func(t *testing.T) channel.Section{
	"log":     func(*testing.T) channel.Section { return logSection() },
	"webhook": func(t *testing.T) channel.Section { return newReceiver(t, key).section() },
}

func logSection() *channel.LogSection {
	s, _ := channel.DefaultConfig()["log"].(*channel.LogSection)
	s.Enabled = true
	return s
}

// TestEveryChannelKeepsThePromises finds every kind there is.
func TestEveryChannelKeepsThePromises(t *testing.T) {
	for _, k := range channel.Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			section, there := sections[k.Name]
			if !there {
				t.Fatalf("no test opens a channel of kind %s", k.Name)
			}
			var logs bytes.Buffer
			channeltest.Exercise(t, open(t, section(t), deps(t, &logs)).Channel)
			for _, canary := range []string{channeltest.Label, "f2345672345672345", "a2345672345672345", "14.8", "CANARY", "whsec_"} {
				if strings.Contains(logs.String(), canary) {
					t.Errorf("the log holds %q", canary)
				}
			}
		})
	}
}

func TestTheLogPrintsOneLineForWhoeverWatches(t *testing.T) {
	var lines []string
	d := deps(t, io.Discard)
	d.Notify = func(line string) { lines = append(lines, line) }
	ch := open(t, logSection(), d).Channel
	m := channeltest.Message("msg_1")
	for _, label := range []string{channeltest.Label, "", "a\nb"} {
		m.Alert.Label = label
		if err := ch.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	want := "alert: logement froid, Foyer 07 -> console|alert: logement froid -> console|alert: logement froid, a b -> console"
	if got := strings.Join(lines, "|"); got != want {
		t.Error(got)
	}
}

func TestAWebhookSaysWhatTheGateGaveAndNoMore(t *testing.T) {
	r := newReceiver(t, key)
	ch := open(t, r.section(), deps(t, io.Discard))
	if ch.Name != "webhook:coop" || ch.Recipient != "cooperative" || len(ch.Steps) != 3 {
		t.Errorf("%+v", ch)
	}
	if err := ch.Channel.Send(t.Context(), channeltest.Message("msg_1")); err != nil {
		t.Fatal(err)
	}
	got := r.all()[0]
	var body struct {
		Type, Timestamp string
		Data            map[string]any
	}
	if err := json.Unmarshal([]byte(got.Body), &body); err != nil {
		t.Fatal(err)
	}
	data, _ := json.Marshal(body.Data)
	want := `{"alert":"a2345672345672345","family":"f2345672345672345","label":"Foyer 07","opened_at":"2026-11-25T06:00:00Z",` +
		`"reason":{"args":{"days":"2","limit_c":"16","mean_c":"14.8"},"key":"alert.cold_home.mean"},"rule":"cold_home","severity":"urgent",` +
		`"state":"open","text":"14,8 °C en moyenne par jour, 2 jours de suite. C’est moins de 16 °C.","title":"Logement froid"}`
	if got.ID != "msg_1" || body.Type != "alert.opened" || body.Timestamp != "2026-11-25T06:00:00Z" ||
		strings.ReplaceAll(string(data), "\u00a0", " ") != want {
		t.Errorf("%s %+v\n%s", got.ID, body, data)
	}
}

func TestBothSecretsSignWhileTheReceiverChangesOver(t *testing.T) {
	r := newReceiver(t, key, oldKey)
	s := r.section()
	s.Endpoints[0].OldSecret = secret.New(oldKey)
	if err := open(t, s, deps(t, io.Discard)).Channel.Send(t.Context(), channeltest.Message("msg_1")); err != nil {
		t.Fatal(err)
	}
}

func TestATrialIsSignedAndAboutNobody(t *testing.T) {
	r := newReceiver(t, key)
	trials, err := r.section().Try(t.Context(), "coop", deps(t, io.Discard))
	if err != nil || len(trials) != 1 || trials[0].Err != nil || trials[0].Status != 204 || trials[0].ID != r.all()[0].ID {
		t.Fatalf("%v %+v", err, trials)
	}
	if body := r.all()[0].Body; !strings.Contains(body, `"type":"webhook.test"`) {
		t.Error(body)
	}
	r.answer = func(int) int { return 500 }
	if trials, err := r.section().Try(t.Context(), "", deps(t, io.Discard)); err != nil || trials[0].Err == nil || trials[0].Status != 500 {
		t.Errorf("%v %+v", err, trials)
	}
	if _, err := r.section().Try(t.Context(), "nobody", deps(t, io.Discard)); err == nil {
		t.Error("an endpoint that is not there was tried")
	}
}

package channel

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/secret"
)

func init() {
	register(Kind{
		Name:    "webhook",
		Does:    "Posts signed JSON to an address, as Standard Webhooks 1.0 says.",
		Default: func() Section { return &WebhookSection{} },
	})
}

// WebhookSection configures the webhooks.
type WebhookSection struct {
	Allow     []string   `yaml:"allow" doc:"addresses IP:PORT that may be reached although they are not public on port 443, also by plain http"`
	Endpoints []Endpoint `yaml:"endpoints" doc:"who is told"`
}

// An Endpoint is one receiver of webhooks.
type Endpoint struct {
	Name      string           `yaml:"name" doc:"of the channel, webhook:NAME; 1 to 32 of [a-z0-9-]"`
	URL       string           `yaml:"url" doc:"https address, port 443"`
	Secret    secret.Value     `yaml:"secret" doc:"whsec_…, signs every message"`
	OldSecret secret.Value     `yaml:"old_secret" doc:"the one before, signs as well while the receiver changes over"`
	Recipient string           `yaml:"recipient" doc:"as whom it reads: what that recipient may not see is not sent; cooperative by default"`
	Tell      []household.Step `yaml:"tell" doc:"steps to send; opened, escalated and resolved by default"`
}

// complete fills in what an endpoint leaves out.
func (e Endpoint) complete() Endpoint {
	if e.Recipient == "" {
		e.Recipient = string(consent.ToCooperative)
	}
	if e.Tell == nil {
		e.Tell = usual()
	}
	return e
}

var endpointName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// Validate implements [Section].
func (s *WebhookSection) Validate() error {
	var faults []error
	allowed, err := parseAllow(s.Allow)
	faults = append(faults, err)
	var names []string
	for i, e := range s.Endpoints {
		e = e.complete()
		at := func(err error) {
			if err == nil {
				return
			}
			for line := range strings.SplitSeq(err.Error(), "\n") {
				faults = append(faults, fmt.Errorf("endpoints[%d].%s", i, line))
			}
		}
		if !endpointName.MatchString(e.Name) {
			at(fmt.Errorf("name %q: want 1 to 32 of [a-z0-9-]", e.Name))
		} else if slices.Contains(names, e.Name) {
			at(fmt.Errorf("name %q: stands twice", e.Name))
		}
		names = append(names, e.Name)
		_, err := allowed.target(e.URL)
		at(err)
		at(checkSecret("secret", e.Secret, true))
		at(checkSecret("old_secret", e.OldSecret, false))
		at(checkRoute(e.Recipient, e.Tell))
	}
	return errors.Join(faults...)
}

// checkSecret reports a secret that is none as Standard Webhooks writes it.
func checkSecret(field string, v secret.Value, needed bool) error {
	if v.Empty() {
		if needed {
			return fmt.Errorf("%s: want whsec_ and 24 to 64 random bytes in base64", field)
		}
		return nil
	}
	text, prefixed := strings.CutPrefix(v.Reveal(), "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if !prefixed || err != nil || len(key) < 24 || len(key) > 64 {
		return fmt.Errorf("%s <secret>: want whsec_ and 24 to 64 random bytes in base64", field)
	}
	return nil
}

// Open implements [Section].
func (s *WebhookSection) Open(d Deps) ([]Open, error) {
	var all []Open
	for _, e := range s.Endpoints {
		e = e.complete()
		w, err := s.webhook(e, d)
		if err != nil {
			return nil, err
		}
		all = append(all, Open{Name: "webhook:" + e.Name, Recipient: e.Recipient, Steps: e.Tell, Channel: w})
	}
	return all, nil
}

func (s *WebhookSection) webhook(e Endpoint, d Deps) (*Webhook, error) {
	allowed, err := parseAllow(s.Allow)
	if err != nil {
		return nil, err
	}
	target, err := allowed.target(e.URL)
	if err != nil {
		return nil, err
	}
	w := &Webhook{target: target, client: allowed.client(), deps: d}
	for _, v := range []secret.Value{e.Secret, e.OldSecret} {
		if v.Empty() {
			continue
		}
		signer, err := standardwebhooks.NewWebhook(v.Reveal())
		if err != nil {
			return nil, errors.New("a webhook secret is not whsec_ and base64")
		}
		w.signers = append(w.signers, signer)
	}
	return w, nil
}

// A Webhook posts signed messages to one address.
//
// Source: Standard Webhooks 1.0, https://www.standardwebhooks.com (headers
// webhook-id, webhook-timestamp, webhook-signature; 410 ends the subscription).
type Webhook struct {
	target  *url.URL
	client  *http.Client
	signers []*standardwebhooks.Webhook // the current secret, then the one before
	deps    Deps
}

// An envelope is the body of a webhook.
type envelope struct {
	Type      string    `json:"type"`      // "alert.opened"
	Timestamp time.Time `json:"timestamp"` // world clock of the step
	Data      any       `json:"data"`
}

// alertData is an alert in the body of a webhook: what the Gate gave, no more.
type alertData struct {
	Alert    string             `json:"alert"`
	Family   household.FamilyID `json:"family,omitempty"`
	Label    string             `json:"label,omitempty"`
	Rule     string             `json:"rule"`
	Severity household.Severity `json:"severity"`
	State    string             `json:"state"` // now; type says what happened
	OpenedAt time.Time          `json:"opened_at"`
	Title    string             `json:"title"`
	Text     string             `json:"text,omitempty"`
	Reason   any                `json:"reason"`
}

// Send implements [Channel].
func (w *Webhook) Send(ctx context.Context, m Message) error {
	a := m.Alert
	_, err := w.post(ctx, m.ID, envelope{"alert." + string(m.Step), m.At.UTC(), alertData{
		Alert: a.ID, Family: a.Family, Label: a.Label, Rule: a.Rule, Severity: a.Severity, State: string(a.State),
		OpenedAt: a.OpenedAt.UTC(), Title: w.deps.title(m), Text: w.deps.sentence(m), Reason: a.Reason,
	}})
	return err
}

// maxAnswer is how much of an answer is read, in bytes. Its content is ignored.
const maxAnswer = 64 << 10

// post sends one body and returns the status of the answer.
func (w *Webhook) post(ctx context.Context, id string, body envelope) (int, error) {
	payload, err := json.Marshal(body)
	if err != nil {
		return 0, fmt.Errorf("write webhook: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.target.String(), bytes.NewReader(payload))
	if err != nil {
		return 0, fmt.Errorf("post webhook: %w", withoutURL(err))
	}
	now := w.deps.Now()
	signatures := make([]string, 0, len(w.signers))
	for _, s := range w.signers {
		signature, err := s.Sign(id, now, payload)
		if err != nil {
			return 0, fmt.Errorf("sign webhook: %w", err)
		}
		signatures = append(signatures, signature)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "foyer")
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	resp, err := w.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("post webhook: %w", withoutURL(err))
	}
	// The status is the answer. What follows is read only to keep the connection.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	_ = resp.Body.Close()
	return resp.StatusCode, judge(resp.StatusCode)
}

// judge says what a status means for the message.
func judge(status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusGone:
		return fmt.Errorf("webhook answered %d: %w", status, ErrGone)
	case status == http.StatusRequestTimeout || status == http.StatusTooEarly || status == http.StatusTooManyRequests || status >= 500:
		return fmt.Errorf("webhook answered %d", status)
	default:
		return fmt.Errorf("webhook answered %d: %w", status, ErrRefused)
	}
}

// withoutURL takes the address out of an error: its path may hold a token.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest/decoder"
	"foyer/internal/energy"
)

// Why Handle itself sends a message to quarantine; decoders have reasons of their own.
const (
	reasonNobody  = "the topic is under no gateway"
	reasonForeign = "published by another gateway than the topic's"
	reasonOld     = "older than 35 days"
	reasonBounds  = "outside what the quantity can be: "
)

// Parts are what a [Handler] works with.
type Parts struct {
	Mounts     Mounts
	Decoders   *decoder.Set // nil for those that come with Foyer
	Known      Known        // what messages do not say
	Meters     Meters
	Spool      Spool
	Quarantine Quarantine
	Memory     Memory
	Zone       *time.Location // of devices whose own is not known yet: the pilot's
	Log        *slog.Logger
	Metrics    prometheus.Registerer
}

// A Handler takes messages in. It is safe for concurrent use.
type Handler struct {
	Parts
	log     *slog.Logger
	metrics *handlerMetrics
	sites   sites
	repeats repeats

	recalled recollection
	steps    steps
	patients patients
}

// NewHandler returns a handler that remembers what earlier messages taught.
func NewHandler(ctx context.Context, p Parts) (*Handler, error) {
	if p.Decoders == nil {
		p.Decoders = decoder.Builtin()
	}
	h := &Handler{Parts: p, log: p.Log.With("component", "ingest"), metrics: newHandlerMetrics(p.Metrics)}
	h.patients.clocks = h.metrics.clocks
	if err := h.recall(ctx); err != nil {
		return nil, err
	}
	return h, nil
}

// A Refused error says why a message that a person vouched for is still not taken in.
type Refused struct{ Dialect, Reason string }

// Error says which dialect was tried and why it refused.
func (r *Refused) Error() string {
	if r.Dialect == "" {
		return r.Reason
	}
	return r.Dialect + ": " + r.Reason
}

// Handle takes a message in. It returns nil only when the message is safe: its
// readings are on stable storage, or it is in quarantine, or it is known to carry
// none that anybody agreed to keep. A transport acknowledges after that, never before.
//
// Any other error means that the message could not be kept and has to come again.
// Handling a message twice is harmless. A message that a person vouched for is
// never sent to quarantine: its error is a [*Refused].
func (h *Handler) Handle(ctx context.Context, m Message) error {
	return h.count(h.handle(ctx, m))
}

// count counts a message and returns err.
func (h *Handler) count(f fate, err error) error {
	if err != nil {
		f = fateFailed
	}
	h.metrics.messages[f].Inc()
	return err
}

func (h *Handler) handle(ctx context.Context, m Message) (fate, error) {
	gateway, own, stranger := h.sender(m)
	if stranger != "" {
		return h.isolate(ctx, Case{Message: m, Gateway: m.Gateway, Device: m.Topic, Reason: stranger})
	}
	s := h.sites.of(gateway)
	got, err := h.read(ctx, m, gateway, own, s, true)
	if err != nil {
		return "", err
	}
	return h.keep(ctx, m, gateway, own, s, got)
}

// sender returns the gateway of a message and its device's own topic, or why nobody
// may have sent it.
func (h *Handler) sender(m Message) (gateway, own, stranger string) {
	gateway, own, ok := h.Mounts.Resolve(m.Topic)
	switch {
	case !ok:
		return "", "", reasonNobody
	case m.Gateway != "" && m.Gateway != gateway:
		return "", "", reasonForeign
	}
	return gateway, own, ""
}

// A harvest is what one message comes to.
type harvest struct {
	decoder.Result
	readings []energy.Reading
	dropped  Counts         // observations that are no readings
	reason   string         // why a person has to look, "" when nobody has
	meter    energy.MeterID // the last one heard, "" for none
	gone     bool           // a meter spoke whose readings are dropped
}

// errWanting says that a message should wait for a fact and was not let.
var errWanting = errors.New("in want of a fact")

// read decodes a message and judges each observation. Its error means that a
// meter could not be looked up, or, where it is not patient, is errWanting.
func (h *Handler) read(ctx context.Context, m Message, gateway, own string, s *site, patient bool) (harvest, error) {
	zone := s.zone.Load()
	if zone == nil {
		zone = h.Zone
	}
	for {
		res, refused, wanting := h.ask(ctx, m, gateway, own, s, zone, patient)
		if wanting {
			return harvest{}, errWanting
		}
		if refused != "" {
			return harvest{Result: res, reason: refused}, nil
		}
		got, other, err := h.judge(ctx, m, gateway, res, zone)
		if err != nil {
			return got, err
		}
		if other == nil {
			if got.meter != "" {
				s.senders.heard(own, got.meter)
			}
			return got, nil
		}
		// The meters live in another zone than the one their times were read in.
		zone = other
		s.zone.Store(other)
	}
}

// ask decodes a message. One that is in want of a fact is decoded again when there
// has been time to hear of it from another ingester, before it is refused or taken
// for another device's. What nobody has heard of by then is not waited for again.
// Where it is not patient it says that it would wait instead.
func (h *Handler) ask(ctx context.Context, m Message, gateway, own string, s *site, zone *time.Location, patient bool) (res decoder.Result, refused string, wanting bool) {
	q := question{site: s, note: h.following()}
	res, refused = h.decode(m, gateway, own, &q, zone)
	for range patience {
		wanting = len(q.missed) > 0 && (refused != "" || len(res.Observations) > 0) && h.mayWait(s)
		if wanting && !patient {
			return res, refused, true
		}
		if !wanting || !h.await(ctx) {
			return res, refused, false
		}
		q.missed = nil
		res, refused = h.decode(m, gateway, own, &q, zone)
	}
	if len(q.missed) > 0 {
		s.giveUp(q.missed)
		s.vain.Store(h.recalled.pass.Load())
	}
	return res, refused, false
}

// decode returns why the message is refused, "" when it is not.
func (h *Handler) decode(m Message, gateway, own string, context decoder.Context, zone *time.Location) (res decoder.Result, refused string) {
	msg := decoder.Message{
		Topic: own, Payload: m.Payload, Redelivered: m.Retained, ReceivedAt: m.At, Zone: zone, Context: context,
	}
	h.Known.Tell(gateway, &msg)
	res, err := h.Decoders.Decode(msg)
	var refusal *decoder.Refusal
	switch {
	case errors.As(err, &refusal):
		return res, refusal.Reason
	case err != nil:
		return res, "the decoder failed on it"
	}
	return res, ""
}

// drop counts an observation that is no reading, as of when it was made.
func (got *harvest) drop(m Message, meter Meter, o decoder.Observation, f energy.Fate) {
	at := m.At
	if own, _, verdict := instant(o.At, m, meter.Since); verdict == dated {
		at = own
	}
	got.dropped.Reading(energy.Reading{Meter: meter.ID, At: at}, f, 1)
}

// judge turns observations into readings. It returns a zone when the one that
// their times were read in is not the meters'.
func (h *Handler) judge(ctx context.Context, m Message, gateway string, res decoder.Result, zone *time.Location) (harvest, *time.Location, error) {
	got := harvest{Result: res, reason: res.Partly, readings: make([]energy.Reading, 0, len(res.Observations))}
	var meter Meter
	for i, o := range res.Observations {
		if i == 0 || !sameDevice(o.Device, res.Observations[i-1].Device) {
			var err error
			meter, err = h.Meters.Lookup(ctx, DeviceRef{Gateway: gateway, Scheme: o.Device.Scheme, ID: o.Device.ID, Aliases: o.Device.Aliases, Own: o.Device.Own, Heard: m.At})
			if err != nil {
				return got, nil, fmt.Errorf("look up the meter of a message: %w", err)
			}
			if i == 0 && meter.Zone != nil && meter.Zone.String() != zone.String() {
				return got, meter.Zone, nil
			}
			h.examine(m, meter, res, o)
		}
		got.meter = meter.ID
		h.judgeOne(m, meter, o, &got)
	}
	return got, nil, nil
}

// examine notes how a device speaks. A copy of unknown age and a message that a
// person replays tell nothing of its clock.
func (h *Handler) examine(m Message, meter Meter, res decoder.Result, o decoder.Observation) {
	if meter.State != Claimed && meter.State != Unclaimed || m.Retained || m.Vouched {
		return
	}
	own := o.At
	if own.IsZero() {
		own = res.Disbelieved
	}
	h.patients.see(meter.ID, res.Dialect, own, m.At)
}

// Health returns at most limit devices of which something changed that nobody has
// kept yet.
func (h *Handler) Health(limit int) []energy.Health { return h.patients.changed(limit) }

// HealthSaved notes that devices' health is kept.
func (h *Handler) HealthSaved(all []energy.Health) { h.patients.saved(all) }

func (h *Handler) judgeOne(m Message, meter Meter, o decoder.Observation, got *harvest) {
	at, source, verdict := instant(o.At, m, meter.Since)
	if !meter.keeps(at, verdict) {
		got.drop(m, meter, o, meter.State.fate())
		got.gone = true
		return
	}
	if q := o.Register.Quantity(); !plausible(q, o.Value, meter.MaxPower) {
		got.reason = reasonBounds + string(q)
		return
	}
	switch verdict {
	case tooOld:
		got.reason = reasonOld
		return
	case ageless:
		got.drop(m, meter, o, energy.FateAgeless)
		return
	case dated:
	}
	r := energy.Reading{Meter: meter.ID, Register: o.Register, At: at, Value: o.Value, Source: source}
	if source == energy.ArrivalTime {
		if h.repeats.again(r) {
			got.dropped.Reading(r, energy.FateRepeated, 1)
			return
		}
		r.At = h.repeats.apart(r)
	}
	h.steps.learn(r, o.Step)
	got.readings = append(got.readings, r)
}

// keep puts a harvest on stable storage.
func (h *Handler) keep(ctx context.Context, m Message, gateway, own string, s *site, got harvest) (fate, error) {
	if err := h.learn(ctx, gateway, s, got.Remember, m.Vouched); err != nil {
		return "", err
	}
	if err := h.spool(ctx, got); err != nil {
		return "", err
	}
	if got.reason == "" {
		return fateOf(got.Outcome), nil
	}
	if unwanted, err := h.unwanted(ctx, m, own, s, got); unwanted || err != nil {
		return fateIgnored, err
	}
	device := got.Device.ID
	if device == "" {
		device = own
	}
	return h.isolate(ctx, Case{
		Message: m, Gateway: gateway, Meter: got.meter, Device: device, Dialect: got.Dialect, Reason: got.reason,
	})
}

// spool puts readings on stable storage, and the counts of those that are dropped.
func (h *Handler) spool(ctx context.Context, got harvest) error {
	var err error
	dropped := got.dropped.List()
	switch {
	case len(dropped) > 0:
		err = h.Spool.Tally(ctx, got.readings, dropped)
	case len(got.readings) > 0:
		err = h.Spool.Append(ctx, got.readings)
	}
	if err != nil {
		return fmt.Errorf("append %d readings: %w", len(got.readings), err)
	}
	h.repeats.keep(got.readings)
	h.metrics.spooled.Add(float64(len(got.readings)))
	for _, c := range dropped {
		h.metrics.dropped[c.Fate].Add(float64(c.N))
	}
	return nil
}

// isolate sends a message to quarantine.
func (h *Handler) isolate(ctx context.Context, c Case) (fate, error) {
	if c.Message.Vouched {
		return "", &Refused{c.Dialect, c.Reason}
	}
	c.At = c.Message.At
	kept, err := h.Quarantine.Isolate(ctx, c)
	if err != nil {
		return "", fmt.Errorf("isolate a message: %w", err)
	}
	if !kept {
		return fateCounted, nil
	}
	h.log.InfoContext(ctx, "message quarantined", "dialect", c.Dialect, "reason", c.Reason)
	return fateQuarantined, nil
}

// Step returns by how much the display of a cumulative register moves, in
// thousandths of its base unit, as far as its messages have said.
func (h *Handler) Step(meter energy.MeterID, register energy.Register) int64 {
	return h.steps.of(meter, register)
}

func sameDevice(a, b decoder.Device) bool {
	return a.ID == b.ID && a.Scheme == b.Scheme && a.Own == b.Own && len(a.Aliases) == len(b.Aliases)
}

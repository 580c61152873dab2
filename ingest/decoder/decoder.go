// Package decoder reads what meters and gateways publish and says what they showed.
//
// A dialect is one payload shape of one sender. Most dialects are templates
// (*.yaml, with samples that run as tests); the hard ones are Go files. Both
// register themselves, and [Decode] takes the first, in a fixed order, whose
// topic and whose shape fit.
//
// A decoder is a pure function of one [Message]: no I/O, no clock, no store. It
// never learns who lives where, and its reasons never quote a payload.
package decoder

import (
	"errors"
	"fmt"
	"time"

	"foyer/internal/energy"
)

// A Message is one MQTT PUBLISH as it reached us.
type Message struct {
	Topic   string // the device's own topic, without the mount of its gateway
	Payload []byte // kept by nobody once Decode has returned

	// Redelivered says that the broker handed this copy over on subscribe
	// (retain=1), so that its age is unknown.
	Redelivered bool

	ReceivedAt time.Time      // arrival; zero when unknown
	Zone       *time.Location // of zone-less device times; nil when unknown
	Assume     map[string]any // what the site's configuration says of this device, see the dialects
	Context    Context        // what earlier messages of the same gateway said; nil recalls nothing
}

// A Device names the sender within a scheme, as far as this one message tells.
type Device struct {
	Scheme  string   // naming world: "tasmota", "zigbee2mqtt", "shelly"
	ID      string   // 1 to 256 bytes of UTF-8 without control characters
	Aliases []string // other ids of the same device in the same scheme
}

// An Observation is one number a device showed.
type Observation struct {
	Device   Device
	Register energy.Register
	Value    int64     // thousandths of the base unit of Register's quantity, rounded half away from zero
	Step     int64     // one display step of the sender in the same unit, at least 1
	At       time.Time // the device's own time, UTC, milliseconds; zero: the arrival
}

// An Outcome says what a message was.
type Outcome string

// What a message can be.
const (
	Readings Outcome = "readings" // it carries observations
	Status   Outcome = "status"   // health, last will, command replies
	Mapping  Outcome = "mapping"  // names and descriptions of devices
	Ignored  Outcome = "ignored"  // understood, and known to carry nothing to keep
	Refused  Outcome = "refused"  // malformed, or understood by no dialect
)

// A Result is what one message says.
type Result struct {
	Dialect      string // family/shape that read it or, when refused, was tried last; "" when none
	Outcome      Outcome
	Reason       string        // why there are no observations; a bounded set of texts without payload data
	Device       Device        // the sender, also without observations; zero when unknown
	Observations []Observation // at least one exactly when Outcome is Readings
	Remember     []Fact        // to recall later; only what Context does not already say
	Partly       string        // why a person should look although there are observations; "" when nothing is wrong
}

// A Refusal is the error of a message that was refused.
type Refusal struct {
	Dialect string // that was tried, "" when none fits the topic
	Reason  string // as in [Result]
}

// Error says which dialect refused and why.
func (r *Refusal) Error() string {
	if r.Dialect == "" {
		return r.Reason
	}
	return r.Dialect + ": " + r.Reason
}

// The reasons that all dialects share.
const (
	reasonUnknown  = "no dialect knows this topic and shape"
	reasonJSON     = "malformed JSON"
	reasonTopic    = "malformed topic"
	reasonSize     = "payload larger than 1 MiB"
	reasonEmpty    = "empty payload: a retained message is removed"
	reasonAge      = "retained copy without a time of its own: its age is unknown"
	reasonAutumn   = "zone-less time in the repeated autumn hour, and nothing says which"
	reasonIdentity = "the device id is empty, too long or not text"
	reasonMany     = "more than 256 readings"
	reasonPanic    = "the decoder failed on it"
	reasonPartly   = "a value beside good ones is no number"
	reasonTwice    = "two values for one register: the second is left out"
)

const (
	maxPayload      = 1 << 20
	maxObservations = 256
	maxFound        = 512 // values looked at, kept or not
)

// Decode reads m with the first dialect that fits its topic and its shape.
//
// The error is a [*Refusal] exactly when the outcome is [Refused]: the message
// is malformed, or nobody understands it; it should be kept for a person.
// Assume["dialect"] pins the dialect by name.
func Decode(m Message) (Result, error) { return decode(m, nil) }

// Explain is [Decode] that also says, line by line, which dialect matched, which
// paths gave what and why something was left out. The lines quote the payload.
func Explain(m Message) (Result, []string, error) {
	t := new(trace)
	r, err := decode(m, t)
	return r, t.lines, err
}

func decode(m Message, t *trace) (res Result, err error) {
	in := newInput(m, t)
	defer in.release()
	tried, words := "", 1
	defer func() {
		if p := recover(); p != nil { // a broken decoder must not stop the others
			t.addf("panic: %v", p)
			res, err = refused(tried, reasonPanic)
		}
	}()
	switch {
	case len(m.Payload) > maxPayload:
		return refused("", reasonSize)
	case !in.splitTopic():
		return refused("", reasonTopic)
	}
	reason := reasonUnknown
	pin, _ := m.Assume["dialect"].(string)
	for _, d := range dialects() {
		if pin != "" && pin != d.Name || !in.match(d) {
			continue
		}
		if fits := d.Fits == nil || d.Fits(in); !fits {
			if in.broken() && in.pattern.words >= words { // of those that wanted JSON, the one whose topic says most
				tried, words, reason = d.Name, in.pattern.words, reasonJSON
			}
			continue
		}
		tried = d.Name
		if t != nil {
			t.addf("dialect %s: topic %s", d.Name, in.pattern.text)
		}
		res, err = d.Decode(in)
		return finish(in, d.Name, res, err)
	}
	if len(m.Payload) == 0 {
		return Result{Dialect: tried, Outcome: Ignored, Reason: reasonEmpty}, nil
	}
	return refused(tried, reason)
}

func refused(dialect, reason string) (Result, error) {
	return Result{Dialect: dialect, Outcome: Refused, Reason: reason}, &Refusal{dialect, reason}
}

// finish holds every dialect to the same promises.
func finish(in *Input, dialect string, r Result, err error) (Result, error) {
	r.Dialect = dialect
	if err != nil {
		var why *Refusal
		if !errors.As(err, &why) {
			why = &Refusal{Reason: err.Error()}
		}
		failed, wrapped := refused(dialect, why.Reason)
		failed.Device = r.Device
		in.trace.addf("refused: %s", why.Reason)
		return failed, wrapped
	}
	if in.message.Redelivered {
		kept := r.Observations[:0]
		for _, o := range r.Observations {
			if !o.At.IsZero() {
				kept = append(kept, o)
			}
		}
		if len(kept) == 0 && len(r.Observations) > 0 {
			r.Outcome, r.Reason = Ignored, reasonAge
			in.trace.addf("ignored: %s", reasonAge)
		}
		r.Observations = kept
	}
	if len(r.Observations) > maxObservations {
		return finish(in, dialect, Result{Device: r.Device}, errors.New(reasonMany))
	}
	if len(r.Observations) > 0 {
		r.Outcome, r.Reason = Readings, ""
		for i := range r.Observations {
			if r.Observations[i].Device.ID == "" {
				r.Observations[i].Device = r.Device
			}
			if !validID(r.Observations[i].Device.ID) {
				return finish(in, dialect, Result{}, errors.New(reasonIdentity))
			}
		}
	} else {
		r.Observations = nil
		if r.Outcome == "" || r.Outcome == Readings {
			r.Outcome = Ignored
		}
	}
	return r, nil
}

// refuse makes the error of a decoder that cannot accept its message. The
// format must not carry payload data, and must take few values.
func refuse(format string, args ...any) error { return &Refusal{Reason: fmt.Sprintf(format, args...)} }

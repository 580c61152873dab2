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
	"cmp"
	"errors"
	"fmt"
	"slices"
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
	Own     string   // the one of ID and Aliases that the hardware was made with; "" when none is: the others are given to another device at times
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
	Disbelieved  time.Time     // what a clock showed that was never set or runs ahead, near enough; zero for none
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
	reasonNoValue  = "a word for no value, such as unavailable"
	reasonAge      = "retained copy without a time of its own: its age is unknown"
	reasonAutumn   = "zone-less time in the repeated autumn hour, and nothing says which"
	reasonIdentity = "the device id is empty, too long or not text"
	reasonMany     = "more than 256 readings"
	reasonPanic    = "the decoder failed on it"
	reasonPartly   = "a value beside good ones is no number"
	reasonTwice    = "two values for one register: the second is left out"
	reasonRepeated = "a name stands twice in one object: its last value counts"
)

const (
	maxPayload      = 1 << 20
	maxObservations = 256
	maxFound        = 512 // values looked at, kept or not
)

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
	var left bool
	if r.Observations, left = in.weigh(r.Observations); left {
		r.Partly = cmp.Or(r.Partly, reasonPulse)
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
	r.Disbelieved = in.disbelieved
	if len(r.Observations) > 0 {
		r.Outcome, r.Reason = Readings, ""
		r.Observations = slices.Clone(r.Observations) // in's own are for the next message
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
		if r.Outcome == Ignored {
			r.Reason = cmp.Or(r.Reason, r.Partly)
		}
	}
	return r, nil
}

// refuse makes the error of a decoder that cannot accept its message. The
// format must not carry payload data, and must take few values.
func refuse(format string, args ...any) error { return &Refusal{Reason: fmt.Sprintf(format, args...)} }

package decoder

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"foyer/internal/energy"
)

// An Input is the message a [Decoder] sees, with its topic taken apart and its
// payload parsed at most once, whoever asks.
type Input struct {
	message  Message
	topic    topicPath
	pattern  *pattern // that matched
	captures []capture
	ahead    [][]candidate // patterns yet to be tried, list by list

	parsed bool
	valid  bool
	wanted bool // somebody asked for JSON since this was last reset
	doc    document
	plain  document // the payload as it is, for who reads bare text

	nested    document // what one text of the payload holds
	unwrapped bool
	nests     bool // nested holds JSON

	sender       Device // of the observations to come, where it is not that of the message
	observations []Observation
	origins      []origin // of the observations, in the same order
	found        int      // values that templates found, kept or not
	rejected     reject   // the first value that was left out
	unreadable   bool     // some value was no number at all
	contested    bool     // one path found two values for a register
	unclear      bool     // some value has a time of its own that is one of two
	disbelieved  time.Time
	trace        *trace
}

// An origin is where a value stood: the path that led to it and, where the path
// fits several, the member it went through.
type origin struct {
	path   string
	member value
}

// String says where, for explanations: it quotes the payload.
func (o origin) String() string {
	if o.member.kind() == absent || o.member.node().keyFrom == o.member.node().keyTo {
		return o.path
	}
	return o.path + " (" + o.member.key() + ")"
}

// repeats reports whether o is the same place as p: a name that its object repeats.
func (o origin) repeats(p origin) bool {
	return o.path == p.path && o.member.kind() != absent && p.member.kind() != absent &&
		o.member.parent() == p.member.parent() && o.member.key() == p.member.key()
}

// A reject says which value was left out and why; path is the template's.
type reject struct{ path, why string }

// A trace collects the lines of [Explain]; nil collects nothing. Where messages
// pass by the thousand it is asked for first: its arguments cost more than it.
type trace struct{ lines []string }

func (t *trace) addf(format string, args ...any) {
	if t != nil {
		t.lines = append(t.lines, fmt.Sprintf(format, args...))
	}
}

var inputs = sync.Pool{New: func() any { return new(Input) }}

func newInput(m Message, t *trace) *Input {
	in := inputs.Get().(*Input)
	in.message, in.trace = m, t
	return in
}

// release gives in back; nothing of it may be kept.
func (in *Input) release() {
	clear(in.captures)
	clear(in.origins)
	clear(in.ahead)
	clear(in.observations)
	nodes, plain, nested := in.doc.nodes[:0], in.plain.nodes[:0], in.nested.nodes[:0]
	words, at, captures, origins := in.topic.words[:0], in.topic.at[:0], in.captures[:0], in.origins[:0]
	*in = Input{captures: captures, origins: origins, ahead: in.ahead[:0], observations: in.observations[:0]}
	in.doc.nodes, in.plain.nodes, in.nested.nodes, in.topic.words, in.topic.at = nodes, plain, nested, words, at
	if max(cap(nodes), cap(plain), cap(nested)) <= 4096 { // a rare giant does not stay
		inputs.Put(in)
	}
}

func (in *Input) splitTopic() bool { return in.topic.cut(in.message.Topic) }

func (in *Input) match(p *pattern) bool {
	captures, ok := p.match(&in.topic, in.captures[:0])
	in.captures, in.pattern = captures, p // its room is kept either way
	return ok
}

// name returns the named part of the topic, "" when the pattern has none.
func (in *Input) name(name string) string {
	for _, c := range in.captures {
		if c.name == name {
			return c.value
		}
	}
	return ""
}

// root returns the payload as JSON, absent when it is none.
func (in *Input) root() value {
	in.wanted = true
	if !in.parsed {
		in.parsed = true
		in.valid = len(in.message.Payload) <= maxPayload && in.doc.parse(in.text())
	}
	if !in.valid {
		return value{}
	}
	return in.doc.root()
}

// text returns the payload without what some senders put around a text: a byte order
// mark before it, and the zero that ends a string in C after it.
func (in *Input) text() []byte {
	return bytes.TrimRight(bytes.TrimPrefix(in.message.Payload, []byte("\ufeff")), "\x00")
}

// bare returns the payload as the text it is, in quotes or not; absent when it is
// empty, an object or a list.
func (in *Input) bare() value {
	b := in.text()
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	switch {
	case len(b) == 0 || b[0] == '{' || b[0] == '[' || len(b) > maxPayload:
		return value{}
	case b[0] == '"' && in.root().kind() == text:
		return in.doc.root()
	}
	in.plain.one(b)
	return in.plain.root()
}

// unwrap returns the JSON that v, a text of the payload, holds; absent when it holds
// none. It is parsed at most once: a message has one such text.
func (in *Input) unwrap(v value) value {
	if !in.unwrapped {
		in.unwrapped = true
		in.nests = in.nested.parse(v.raw())
	}
	if !in.nests {
		return value{}
	}
	return in.nested.root()
}

// broken reports whether somebody wanted JSON and found none.
func (in *Input) broken() bool { return in.wanted && in.parsed && !in.valid }

// saysNothing reports whether the payload is one of the words for no value.
func (in *Input) saysNothing() bool {
	b := bytes.Trim(in.text(), " \t\r\n\"")
	return len(b) > 0 && isNoValue(b)
}

// looksLikeJSON reports whether the payload begins as an object or a list does.
func (in *Input) looksLikeJSON() bool {
	b := bytes.TrimLeft(in.text(), " \t\r\n")
	return len(b) > 0 && (b[0] == '{' || b[0] == '[')
}

// recall asks what earlier messages said.
func (in *Input) recall(key string) string {
	if in.message.Context == nil {
		return ""
	}
	v, _ := in.message.Context.Recall(key)
	return v
}

// learn returns the fact unless it is known.
func (in *Input) learn(key, v string) []Fact {
	if in.recall(key) == v {
		return nil
	}
	return []Fact{{key, v}}
}

// reject leaves a value out.
func (in *Input) reject(path, why string) { in.rejectAt(origin{path: path}, why) }

func (in *Input) rejectAt(from origin, why string) {
	if in.rejected.why == "" {
		in.rejected = reject{from.path, why}
	}
	if in.trace != nil {
		in.trace.addf("%s: left out: %s", from, why)
	}
}

// The reasons for which a value is left out.
const (
	whyNothing  = "no value"
	whyNumber   = "no number"
	whyComma    = "no number but one with a comma, which may part thousands as well: let the sender write a point"
	whyBoolean  = "no number but true or false: let the sender tell the number, or leave it out"
	whySentinel = "a number that stands for no value"
	whyLimit    = "beyond what the quantity can be"
	whyUnit     = "a unit that cannot count the quantity"
	whyTime     = "no time of its own"
	whyTwice    = "the register has a value already"
)

// observe reads v as a register in u and keeps it, unless it says nothing or
// cannot be. path names v in explanations.
func (in *Input) observe(reg energy.Register, v value, u unit, path string) {
	in.observeAt(reg, v, u, origin{path: path})
}

func (in *Input) observeAt(reg energy.Register, v value, u unit, from origin) {
	path := from.path
	n, is := v.number()
	switch is {
	case nothing:
		if v.kind() != absent {
			in.reject(path, whyNothing)
		}
	case notNumber:
		in.unreadable = true
		in.reject(path, v.whyNoNumber())
	case isNumber:
		in.keep(reg, n, u, from, time.Time{})
	}
}

// keep holds n to the limits of its quantity and keeps it; of two values of a
// register at one time the first stays, of a name that its object repeats the
// last. Beyond what a message may hold nothing is kept: it will be refused.
func (in *Input) keep(reg energy.Register, n number, u unit, from origin, at time.Time) {
	if len(in.observations) > maxObservations {
		return
	}
	q := reg.Quantity()
	got, fits := u.scale.apply(n)
	switch {
	case noValue(q, n):
		in.rejectAt(from, whySentinel)
		return
	case !fits || got < limits[q].min || got > limits[q].max:
		in.rejectAt(from, whyLimit)
		return
	}
	for i := range in.observations {
		if o := &in.observations[i]; o.Register == reg && o.At.Equal(at) && o.Device.ID == in.sender.ID {
			if from.repeats(in.origins[i]) {
				in.doc.repeated = in.doc.repeated || got != o.Value
				o.Value, o.Step = got, u.scale.step(n)
				return
			}
			in.contested = in.contested || from.path == in.origins[i].path && got != o.Value
			if in.trace != nil {
				in.trace.addf("%s: left out: %s", from, whyTwice)
			}
			return
		}
	}
	if in.trace != nil {
		in.trace.addf("%s -> %s %d thousandths of %s", from, reg, got, q.Base())
	}
	in.observations = append(in.observations, Observation{Device: in.sender, Register: reg, Value: got, Step: u.scale.step(n), At: at})
	in.origins = append(in.origins, from)
}

// conclude makes the result of what was observed. Observations without a time of
// their own take the first that clocks can tell; where they find none, arrival.
func (in *Input) conclude(device Device, clocks ...stamp) (Result, error) {
	r := Result{Device: device, Observations: in.observations}
	if len(in.observations) == 0 {
		switch {
		case in.unreadable:
			return r, refuse("%s: %s", in.rejected.path, in.rejected.why)
		case in.unclear:
			return r, refuse(reasonAutumn)
		case in.rejected.why != "":
			r.Outcome, r.Reason = Ignored, in.rejected.path+": "+in.rejected.why
		default:
			r.Outcome, r.Reason = Ignored, "nothing in it to keep"
		}
		return r, nil
	}
	switch {
	case in.unreadable:
		r.Partly = reasonPartly
	case in.unclear:
		r.Partly = reasonAutumn
	case in.contested:
		r.Partly = reasonTwice
	case in.doc.repeated, in.nested.repeated:
		r.Partly = reasonRepeated
		in.trace.addf("%s", reasonRepeated)
	}
	at, err := in.instant(clocks)
	if err != nil {
		return r, err
	}
	for i := range r.Observations {
		if r.Observations[i].At.IsZero() {
			r.Observations[i].At = at
		}
	}
	return r, nil
}

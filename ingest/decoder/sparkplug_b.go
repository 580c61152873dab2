package decoder

import (
	"strconv"
	"strings"
	"time"
)

func init() {
	doc := Doc{
		Reads: []string{
			"energy_import: total, NAME", "energy_export: total, NAME", "power: total, NAME", "power_export: total, NAME",
			"temperature: unnamed, NAME", "humidity: unnamed, NAME", mapped,
		},
		Times: []string{"timestamp of the metric", "timestamp of the payload"},
	}
	for _, d := range []Decoder{
		{Name: "sparkplug_b/birth", Topics: sparkplugTopics("NBIRTH", "DBIRTH"), Decode: decodeSparkplugBirth, Doc: doc},
		{Name: "sparkplug_b/data", Topics: sparkplugTopics("NDATA", "DDATA"), Decode: decodeSparkplugData, Doc: doc},
		{Name: "sparkplug_b/death", Topics: sparkplugTopics("NDEATH", "DDEATH"), Decode: decodeSparkplugDeath, Doc: Doc{Apart: "status: the node or the device is gone"}},
		{
			Name: "sparkplug_b/command", Topics: sparkplugTopics("NCMD", "DCMD"), Doc: Doc{Apart: "ignored: a command to the node or the device"},
			Decode: func(*Input) (Result, error) {
				return Result{Outcome: Ignored, Reason: "a command to the node or the device"}, nil
			},
		},
		{
			Name: "sparkplug_b/state", Topics: []string{"{any*}/spBv1.0/STATE/{host}", "STATE/{host}"}, Doc: Doc{Apart: "status: a host about itself"},
			Decode: func(*Input) (Result, error) {
				return Result{Outcome: Status, Reason: "a host about itself"}, nil
			},
		},
	} {
		d.Order = 30
		register(d)
	}
	registerFamily(meterFamily{
		Name:  "sparkplug_b",
		Title: "Sparkplug B",
		About: "Births are readings and teach names, aliases, datatypes and units; data are read by the last birth, and refused " +
			"where there is none, or one of an earlier birth of the node: ask the node for a rebirth. Messages are not counted (`seq`): what " +
			"is missing of an index the next one brings. What a metric is comes from `metric_map` (its name), else from its unit " +
			"(property `engUnit` or `unit`) and the words of its name; a metric without either is left out. A device is `GROUP/NODE/DEVICE`.",
		Source: []string{"https://sparkplug.eclipse.org/specification/", "https://github.com/eclipse/tahu, sparkplug_b.proto"},
	})
}

// sparkplugTopics are the topics of a kind of message of a node and of a device.
func sparkplugTopics(node, device string) []string {
	return []string{"{any*}/spBv1.0/{group}/" + node + "/{node}", "{any*}/spBv1.0/{group}/" + device + "/{node}/{device}"}
}

// The reasons that ask for a rebirth.
const (
	reasonNoBirth = "no birth is known of this node or device: ask the node for a rebirth"
	reasonAlias   = "an alias that the last birth does not name: ask the node for a rebirth"
)

// A sparkplugMessage is what the kinds of messages have in common.
type sparkplugMessage struct {
	in      *Input
	node    string // group/node
	id      string // of the device, or of the node
	birth   string // of the node, as remembered
	bdSeq   string // of that birth
	payload sparkplugPayload
}

func newSparkplug(in *Input) (m *sparkplugMessage, err error) {
	m = &sparkplugMessage{in: in, node: in.name("group") + "/" + in.name("node")}
	m.id = m.node
	if d := in.name("device"); d != "" {
		m.id += "/" + d
	}
	m.birth, m.bdSeq, _ = strings.Cut(in.recall(sparkplugNodeFact+m.node), "\t")
	var ok bool
	if m.payload, ok = readSparkplug(in.message.Payload); !ok {
		return m, refuse("malformed protobuf")
	}
	if m.payload.compressed {
		return m, refuse("a compressed payload")
	}
	return m, nil
}

func (m *sparkplugMessage) device() Device { return Device{Scheme: "sparkplug", ID: m.id} }

// decodeSparkplugBirth learns what the metrics of a node or a device are, and reads
// them. The birth of a node ends what was known of its devices.
//
// Source: Sparkplug 3.0, 6.4.19 and 6.4.21.
func decodeSparkplugBirth(in *Input) (Result, error) {
	m, err := newSparkplug(in)
	if err != nil {
		return Result{Device: m.device()}, err
	}
	var facts []Fact
	if m.id == m.node {
		m.birth = strconv.FormatUint(m.payload.at, 10)
		bdSeq := ""
		for i := range m.payload.metrics {
			if s := &m.payload.metrics[i]; s.name == "bdSeq" {
				bdSeq = strconv.FormatUint(s.integer, 10)
			}
		}
		facts = in.learn(sparkplugNodeFact+m.node, m.birth+"\t"+bdSeq)
	}
	table, err := in.learnSparkplug(m.id, m.birth, m.payload.metrics)
	if err != nil {
		return Result{Device: m.device()}, err
	}
	for i := range m.payload.metrics {
		s := &m.payload.metrics[i]
		if err := m.read(s, sparkplugRow{s.name, s.datatype, s.unit}); err != nil {
			return Result{Device: m.device()}, err
		}
	}
	unreadable := in.unreadable && len(in.observations) == 0
	in.unreadable = in.unreadable && !unreadable // what the metrics are called counts all the same
	r, err := in.conclude(m.device())
	r.Remember = append(facts, table...)
	if err == nil && r.Outcome == Ignored {
		r.Outcome, r.Reason = Mapping, "the metrics of a node or a device"
	}
	if unreadable {
		r.Partly = reasonPartly
	}
	return r, err
}

// decodeSparkplugData reads metrics by the last birth.
//
// Source: Sparkplug 3.0, 6.4.20 and 6.4.22.
func decodeSparkplugData(in *Input) (Result, error) {
	m, err := newSparkplug(in)
	if err != nil {
		return Result{Device: m.device()}, err
	}
	table, known := in.sparkplugTable(m.id, m.birth)
	if !known {
		return Result{Device: m.device()}, refuse(reasonNoBirth)
	}
	unnamed := false
	for i := range m.payload.metrics {
		s := &m.payload.metrics[i]
		row, named := table.names[s.name]
		switch {
		case s.name == "" && s.aliased:
			if row, named = table.aliases[s.alias]; !named {
				unnamed = true
				in.trace.addf("alias %d: no birth names it", s.alias)
				continue
			}
		case !named:
			row = sparkplugRow{name: s.name}
		}
		if s.unit != "" {
			row.unit = s.unit
		}
		if err := m.read(s, row); err != nil {
			return Result{Device: m.device()}, err
		}
	}
	if unnamed && len(in.observations) == 0 {
		return Result{Device: m.device()}, refuse(reasonAlias)
	}
	r, err := in.conclude(m.device())
	if unnamed {
		r.Partly = reasonAlias
	}
	return r, err
}

// decodeSparkplugDeath forgets what a birth said. The death of a node is its last
// will; one that belongs to an earlier birth may arrive late and says nothing.
//
// Source: Sparkplug 3.0, 6.4.24 and 6.4.26.
func decodeSparkplugDeath(in *Input) (Result, error) {
	m, err := newSparkplug(in)
	r := Result{Outcome: Status, Reason: "the node or the device is gone", Device: m.device()}
	if err != nil {
		return r, err
	}
	if m.id != m.node {
		r.Remember = in.forgetSparkplug(m.id)
		return r, nil
	}
	for i := range m.payload.metrics {
		s := &m.payload.metrics[i]
		if s.name == "bdSeq" && m.bdSeq != "" && strconv.FormatUint(s.integer, 10) != m.bdSeq {
			return r, nil
		}
	}
	if m.birth != "" {
		r.Remember = append(in.forgetSparkplug(m.node), Fact{Key: sparkplugNodeFact + m.node})
	}
	return r, nil
}

// read keeps a metric if the site's map or its unit and name say what it is.
func (m *sparkplugMessage) read(s *sparkplugMetric, row sparkplugRow) error {
	in := m.in
	means, known := in.assumed(row.name)
	if !known && row.unit != "" {
		var why string
		means, why = meaningOf(row.unit, row.name)
		if known = why == ""; !known {
			in.trace.addf("%s: left out: %s", row.name, why)
		}
	}
	if !known {
		return nil
	}
	if in.found++; in.found > maxFound {
		return refuse(reasonMany)
	}
	n, is := s.number(row.datatype)
	switch is {
	case nothing:
		in.reject("a metric", whyNothing)
		return nil
	case notNumber:
		in.unreadable = true
		in.reject("a metric", whyNumber)
		return nil
	case isNumber:
	}
	at := m.time(s)
	if s.historical && at.IsZero() {
		in.reject("a metric", "of the past, and nothing says when")
		return nil
	}
	in.keep(means.register, n, means.unit, origin{path: "a metric"}, at)
	return nil
}

// time returns when a metric was measured, zero for the arrival.
func (m *sparkplugMessage) time(s *sparkplugMetric) time.Time {
	for _, ms := range [...]uint64{s.at, m.payload.at} {
		if ms == 0 || ms >= uint64(epochTo.UnixMilli()) {
			continue
		}
		if stamp := m.in.judge(time.UnixMilli(int64(ms)).UTC(), "timestamp"); stamp.verdict == instant { //nolint:gosec // before epochTo
			return stamp.at
		}
	}
	return time.Time{}
}

package decoder

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// A metricOf writes a metric of Sparkplug.
type metricOf struct {
	name  string
	alias uint64
	value uint64 // of an Int64
	unit  string
}

const sparkplugNoon = 1740830400000

func sparkplugPayloadOf(seq uint64, metrics ...metricOf) []byte {
	b := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), sparkplugNoon)
	for _, m := range metrics {
		var f []byte
		if m.name != "" {
			f = protowire.AppendString(protowire.AppendTag(f, 1, protowire.BytesType), m.name)
			f = protowire.AppendVarint(protowire.AppendTag(f, 4, protowire.VarintType), sparkplugInt64)
		}
		f = protowire.AppendVarint(protowire.AppendTag(f, 2, protowire.VarintType), m.alias)
		if m.unit != "" {
			value := protowire.AppendString(protowire.AppendTag(nil, 8, protowire.BytesType), m.unit)
			set := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "engUnit")
			set = protowire.AppendBytes(protowire.AppendTag(set, 2, protowire.BytesType), value)
			f = protowire.AppendBytes(protowire.AppendTag(f, 9, protowire.BytesType), set)
		}
		f = protowire.AppendVarint(protowire.AppendTag(f, 11, protowire.VarintType), m.value)
		b = protowire.AppendBytes(protowire.AppendTag(b, 2, protowire.BytesType), f)
	}
	return protowire.AppendVarint(protowire.AppendTag(b, 3, protowire.VarintType), seq)
}

// A sparkplugNode sends the messages of a node in turn.
type sparkplugNode struct {
	t      *testing.T
	memory Memory
}

func (n sparkplugNode) send(topic string, payload []byte) (Result, error) {
	r, err := Decode(Message{Topic: topic, Payload: payload, Context: n.memory})
	n.memory.Keep(r.Remember)
	return r, err
}

func (n sparkplugNode) must(topic string, payload []byte) Result {
	n.t.Helper()
	r, err := n.send(topic, payload)
	if err != nil {
		n.t.Fatalf("%s: %v", topic, err)
	}
	return r
}

func TestABirthOfHundredsOfMetricsIsRememberedWhole(t *testing.T) {
	n := sparkplugNode{t, Memory{}}
	n.must("spBv1.0/g/NBIRTH/n", sparkplugPayloadOf(0))
	var metrics []metricOf
	for i := range uint64(600) {
		metrics = append(metrics, metricOf{name: fmt.Sprintf("Inputs/Cabinet %d/Status", i), alias: i})
	}
	metrics = append(metrics, metricOf{"Meter/Power", 600, 412, "W"})
	if r := n.must("spBv1.0/g/DBIRTH/n/d", sparkplugPayloadOf(1, metrics...)); len(r.Observations) != 1 {
		t.Fatalf("%+v", r)
	}
	for k, v := range n.memory {
		if len(k)+len(v) > 8<<10 {
			t.Errorf("fact %q has %d bytes", k, len(v))
		}
	}
	if len(n.memory) > 10 {
		t.Errorf("%d facts for 601 metrics", len(n.memory))
	}
	r := n.must("spBv1.0/g/DDATA/n/d", sparkplugPayloadOf(2, metricOf{alias: 600, value: 430}))
	if len(r.Observations) != 1 || r.Observations[0].Value != 430_000 || r.Observations[0].Register != "power/total" {
		t.Errorf("%+v", r)
	}
	// A smaller birth replaces all of it.
	n.must("spBv1.0/g/DBIRTH/n/d", sparkplugPayloadOf(3, metricOf{"Meter/Power", 1, 412, "W"}))
	if len(n.memory) != 3 { // birth of the node, its table, that of the device
		t.Errorf("%d facts stay: %v", len(n.memory), n.memory)
	}
	if _, err := n.send("spBv1.0/g/DDATA/n/d", sparkplugPayloadOf(4, metricOf{alias: 600, value: 430})); err == nil || !strings.Contains(err.Error(), "rebirth") {
		t.Errorf("an alias of an earlier birth: %v", err)
	}
}

func TestDataTeachNothing(t *testing.T) {
	n := sparkplugNode{t, Memory{}}
	n.must("spBv1.0/g/NBIRTH/n", sparkplugPayloadOf(254))
	n.must("spBv1.0/g/DBIRTH/n/d", sparkplugPayloadOf(255, metricOf{"Meter/Power", 1, 412, "W"}))
	for _, seq := range []uint64{0, 0, 1, 4} { // a fact for each would be a write to the records for each
		r := n.must("spBv1.0/g/DDATA/n/d", sparkplugPayloadOf(seq, metricOf{alias: 1, value: 430}))
		if len(r.Observations) != 1 || r.Partly != "" || len(r.Remember) != 0 {
			t.Errorf("seq %d: %+v", seq, r)
		}
	}
}

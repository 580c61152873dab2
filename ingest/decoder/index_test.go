package decoder

import (
	"slices"
	"testing"
)

// TestTheIndexLeavesNoPatternOut holds what it finds to trying all patterns, in the
// order of the dialects.
func TestTheIndexLeavesNoPatternOut(t *testing.T) {
	set := Builtin()
	topics := []string{"a", "a/b", "tele/tele/SENSOR", "shellies/shellies/x/online", "zigbee2mqtt/zigbee2mqtt/bridge/state"}
	for _, c := range samples(t) {
		topics = append(topics, c.message.Topic)
	}
	for _, topic := range topics {
		in := newInput(Message{Topic: topic}, nil)
		if !in.splitTopic() {
			t.Fatal(topic)
		}
		var want, got []candidate
		for i, d := range set.decoders {
			for j := range d.patterns {
				if in.match(&d.patterns[j]) {
					want = append(want, newCandidate(i, j))
				}
			}
		}
		set.index.look(in)
		for tried := 0; ; tried++ {
			c, more := in.next()
			if !more {
				if all := len(set.decoders); tried > all/2 {
					t.Errorf("%s: %d patterns tried for %d dialects", topic, tried, all)
				}
				break
			}
			if in.match(&set.decoders[c.decoder()].patterns[c.pattern()]) && !slices.Contains(got, c) {
				got = append(got, c)
			}
		}
		in.release()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", topic, got, want)
		}
	}
}

package decoder

import (
	"fmt"
	"strings"
	"testing"
)

func TestTopicsNameTheirParts(t *testing.T) {
	for _, c := range []struct{ pattern, topic, want string }{
		{"tele/{device+}/SENSOR", "tele/a/SENSOR", "device=a"},
		{"tele/{device+}/SENSOR", "tele/a/b c/SENSOR", "device=a/b c"},
		{"tele/{device+}/SENSOR", "tele/SENSOR", "no"},
		{"{any*}/tele/{device+}/SENSOR", "tele/a/SENSOR", "any= device=a"},
		{"{any*}/tele/{device+}/SENSOR", "x/y/tele/tele/SENSOR", "any=x/y device=tele"},
		{"{any*}/tele/{device+}/SENSOR", "/x/tele/a/SENSOR", "any=/x device=a"},
		{"{any*}/{device}/tele/SENSOR", "a/b/tele/SENSOR", "any=a device=b"},
		{"{base}/{kind:set|get}", "z/get", "base=z kind=get"},
		{"{base}/{kind:set|get}", "z/got", "no"},
		{"{base+}/{device}", "a/b/c", "base=a/b device=c"},
		{"{base+}/{device}", "a", "no"},
		{"a/{x}", "a/", "no"},
	} {
		p, err := newPattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		var path topicPath
		got := "no"
		if path.cut(c.topic) {
			if captures, ok := p.match(&path, nil); ok {
				var parts []string
				for _, k := range captures {
					parts = append(parts, k.name+"="+k.value)
				}
				got = strings.Join(parts, " ")
			}
		}
		if got != c.want {
			t.Errorf("%s of %s: %q, want %q", c.pattern, c.topic, got, c.want)
		}
	}
}

func TestPatternsAndTopicsThatAreNone(t *testing.T) {
	for _, p := range []string{"{", "{}", "{a b}", "{+}", "a/{x"} {
		if _, err := newPattern(p); err == nil {
			t.Errorf("%q is a pattern", p)
		}
	}
	for _, topic := range []string{"", "a/+/b", "a/#", "a\x00", "\xff", strings.Repeat("a/", 70)} {
		if r, err := Decode(Message{Topic: topic, Payload: []byte("{}")}); err == nil || r.Reason != reasonTopic {
			t.Errorf("%.20q: %+v", topic, r)
		}
	}
}

// A pattern with two open ends must not take time that grows with the square of
// what a sender can put into a topic and beyond.
func TestTopicsOfManySegmentsEndSoon(t *testing.T) {
	topic := strings.Repeat("tele/", 60) + "SENSOR"
	for i := range 2000 {
		if _, err := Decode(Message{Topic: topic, Payload: fmt.Appendf(nil, `{"i":%d}`, i)}); err != nil {
			t.Fatal(err)
		}
	}
}

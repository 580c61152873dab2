package decoder

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A pattern matches topics and names their segments:
//
//	tele/{device+}/SENSOR      {device+}  one segment or more, as few as fit
//	{any*}/tele/{device}/LWT   {any*}     none or more; {device} exactly one
//	{base}/{kind:set|get}      {kind:…}   one of the words; a word ending in * stands for all that begin so
type pattern struct {
	text     string
	segments []segment
	least    int // segments a topic must have
	words    int // of them with a word of their own
}

type segment struct {
	word     string // literal
	name     string // capture
	oneOf    []string
	begins   bool // one of oneOf is a beginning
	min, max int  // how many segments it takes
}

// A capture is a named part of a topic.
type capture struct{ name, value string }

const many = 64 // segments a topic may have

func newPattern(text string) (pattern, error) {
	p := pattern{text: text}
	for s := range strings.SplitSeq(text, "/") {
		inner, ok := strings.CutPrefix(s, "{")
		if !ok {
			p.segments = append(p.segments, segment{word: s, min: 1, max: 1})
			continue
		}
		inner, ok = strings.CutSuffix(inner, "}")
		if !ok || inner == "" {
			return p, fmt.Errorf("topic pattern %q: segment %q", text, s)
		}
		seg := segment{name: inner, min: 1, max: 1}
		switch {
		case strings.HasSuffix(inner, "+"):
			seg.name, seg.max = inner[:len(inner)-1], many
		case strings.HasSuffix(inner, "*"):
			seg.name, seg.min, seg.max = inner[:len(inner)-1], 0, many
		}
		if name, words, listed := strings.Cut(inner, ":"); listed {
			seg.name, seg.oneOf, seg.begins = name, strings.Split(words, "|"), strings.Contains(words, "*")
			seg.min, seg.max = 1, 1
		}
		if !isWord(seg.name) {
			return p, fmt.Errorf("topic pattern %q: name %q", text, seg.name)
		}
		p.segments = append(p.segments, seg)
	}
	for _, s := range p.segments {
		p.least += s.min
		if s.name == "" {
			p.words++
		}
	}
	return p, nil
}

// A topicPath is a topic cut into its segments.
type topicPath struct {
	text  string
	words []string
	at    []int // where each word begins in text
}

// cut replaces t by the segments of topic and reports whether it is one.
func (t *topicPath) cut(topic string) bool {
	t.text, t.words, t.at = topic, t.words[:0], t.at[:0]
	if !validTopic(topic) {
		return false
	}
	for from := 0; ; {
		n := strings.IndexByte(topic[from:], '/')
		t.at = append(t.at, from)
		if n < 0 {
			t.words = append(t.words, topic[from:])
			return true
		}
		t.words = append(t.words, topic[from:from+n])
		from += n + 1
	}
}

// between returns the text of the segments from to before end.
func (t *topicPath) between(from, end int) string {
	if from == end {
		return ""
	}
	return t.text[t.at[from] : t.at[end-1]+len(t.words[end-1])]
}

// match appends the named parts of t to captures.
func (p *pattern) match(t *topicPath, captures []capture) ([]capture, bool) {
	last := p.segments[len(p.segments)-1]
	if len(t.words) < p.least || last.max == 1 && !last.accepts(t.words[len(t.words)-1]) {
		return captures, false // most of them, at once
	}
	return matchSegments(p.segments, t, 0, captures)
}

func matchSegments(pat []segment, t *topicPath, from int, captures []capture) ([]capture, bool) {
	for len(pat) > 0 && pat[0].max == 1 { // the usual case, without going deeper
		if from == len(t.words) || !pat[0].accepts(t.words[from]) {
			return captures, false
		}
		if pat[0].name != "" {
			captures = append(captures, capture{pat[0].name, t.words[from]})
		}
		pat, from = pat[1:], from+1
	}
	if len(pat) == 0 {
		return captures, from == len(t.words)
	}
	mark := len(captures)
	for end := from + pat[0].min; end <= len(t.words); end++ {
		captures = append(captures[:mark], capture{pat[0].name, t.between(from, end)})
		if got, ok := matchSegments(pat[1:], t, end, captures); ok {
			return got, true
		}
	}
	return captures[:mark], false
}

func (s segment) accepts(word string) bool {
	switch {
	case s.name == "":
		return word == s.word
	case s.oneOf != nil:
		return slices.Contains(s.oneOf, word) || s.begins && slices.ContainsFunc(s.oneOf, func(w string) bool {
			begin, open := strings.CutSuffix(w, "*")
			return open && strings.HasPrefix(word, begin)
		})
	}
	return word != ""
}

func isWord(s string) bool {
	for _, c := range s {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// validTopic reports whether a client may publish to topic (MQTT 3.1.1, 4.7).
func validTopic(topic string) bool {
	return topic != "" && len(topic) <= 65535 && utf8.ValidString(topic) &&
		!strings.ContainsAny(topic, "+#\x00") && strings.Count(topic, "/") < many
}

// validID reports whether id can name a device.
func validID(id string) bool {
	if id == "" || len(id) > 256 || !utf8.ValidString(id) {
		return false
	}
	for _, c := range id {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return true
}

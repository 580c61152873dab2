package decoder

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A word is how a template says where a word comes from. In YAML it is one of
//
//	total                               the word itself
//	"ch{index}"                         with names of the topic, {key}, {index}, {topic} and {parent} filled in
//	{path: .Id}                         what the message says there
//	{path: TempUnit, map: {F: degF}, else: degC}
//	{assume: unit}                      what the site's configuration says
//	{recall: "zigbee2mqtt {topic}"}     what earlier messages said
//
// or a list of these, of which the first that gives something counts.
type word struct{ from []source }

type source struct {
	Path   string            `yaml:"path"`
	Map    map[string]string `yaml:"map"`    // words that are replaced; others give nothing
	Else   string            `yaml:"else"`   // when nothing, or nothing in Map
	Assume string            `yaml:"assume"` // a key of the site's configuration
	Recall string            `yaml:"recall"` // a key of the context
	Lower  bool              `yaml:"lower"`  // in lower case
	Digits bool              `yaml:"digits"` // anything but decimal digits gives nothing

	literal string // with {names}
	path    path
}

// UnmarshalYAML reads the forms above.
func (w *word) UnmarshalYAML(unmarshal func(any) error) error {
	var given any
	if err := unmarshal(&given); err != nil {
		return err
	}
	if _, several := given.([]any); several {
		return unmarshal(&w.from)
	}
	w.from = make([]source, 1)
	return unmarshal(&w.from[0])
}

// UnmarshalYAML reads one of the forms that are no list.
func (s *source) UnmarshalYAML(unmarshal func(any) error) error {
	var given any
	if err := unmarshal(&given); err != nil {
		return err
	}
	type plain source
	if text, ok := given.(string); ok {
		s.literal = text
	} else if err := unmarshal((*plain)(s)); err != nil {
		return err
	}
	return s.compile()
}

func (s *source) compile() (err error) {
	set := 0
	for _, t := range []string{s.literal, s.Path, s.Assume, s.Recall} {
		if t != "" {
			set++
		}
	}
	if set > 1 {
		return fmt.Errorf("word %+v: more than one source", *s)
	}
	if s.Path != "" {
		s.path, err = newPath(s.Path)
	}
	return err
}

// constant returns the word of a template that always says the same.
func (w *word) constant() (string, bool) {
	if w == nil || len(w.from) == 0 {
		return "", true
	}
	s := w.from[0]
	fixed := s.Path == "" && s.Assume == "" && s.Recall == "" && !strings.Contains(s.literal, "{")
	return s.literal, fixed
}

// say fills w in; f is the value it is about. "" means that nothing gives it.
func (w *word) say(in *Input, root value, f found) string {
	if w == nil {
		return ""
	}
	for i := range w.from {
		if t := w.from[i].say(in, root, f); t != "" {
			return t
		}
	}
	return ""
}

func (s *source) say(in *Input, root value, f found) string {
	var t string
	switch {
	case s.Path != "":
		t = s.path.one(root, f.value).text()
	case s.Assume != "":
		t, _ = in.message.Assume[s.Assume].(string)
	case s.Recall != "":
		t = in.recall(in.fill(s.Recall, f))
	default:
		t = in.fill(s.literal, f)
	}
	if s.Map != nil {
		t = s.Map[t]
	}
	if s.Digits && strings.Trim(t, "0123456789") != "" {
		t = ""
	}
	if t == "" {
		return s.Else
	}
	if s.Lower {
		return strings.ToLower(t)
	}
	return t
}

// fill replaces {names} in t; a name that says nothing empties the whole.
func (in *Input) fill(t string, f found) string {
	if !strings.Contains(t, "{") {
		return t
	}
	var out strings.Builder
	for {
		before, rest, open := strings.Cut(t, "{")
		out.WriteString(before)
		if !open {
			return out.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		t = after
		var filled string
		switch name {
		case "key":
			if f.member.kind() != absent {
				filled = safeName(f.member.key())
			}
		case "index":
			filled = strconv.Itoa(f.index)
		case "topic":
			filled = in.message.Topic
		case "parent": // the topic without its last segment
			filled = in.message.Topic[:max(strings.LastIndexByte(in.message.Topic, '/'), 0)]
		default:
			filled = in.name(name)
		}
		if filled == "" {
			return ""
		}
		out.WriteString(filled)
	}
}

// safeName keeps what the stores can name a register with: letters, digits, space
// and -_.:+@ ; everything else becomes an underscore; at most 64 bytes.
func safeName(s string) string {
	ok := func(c rune) bool {
		return c < 128 && (c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.ContainsRune("-_.:+@ ", c)) ||
			slices.Contains(accented, c)
	}
	if len(s) <= 64 && strings.IndexFunc(s, func(c rune) bool { return !ok(c) }) < 0 {
		return s
	}
	s = strings.Map(func(c rune) rune {
		if ok(c) {
			return c
		}
		return '_'
	}, s)
	for len(s) > 64 {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// accented letters that people name rooms with.
var accented = []rune("àâäçéèêëîïôöùûüÿœÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒ")

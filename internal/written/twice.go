package written

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// twice names each member that an object of a JSON text has twice: encoding/json takes
// the last without a word. The text is known to be JSON.
func twice(text []byte) error {
	s := scanner{text: text, told: map[string]bool{}}
	s.value("")
	return errors.Join(s.faults...)
}

// A scanner walks over JSON for the names in it, and looks at nothing else.
type scanner struct {
	text   []byte
	told   map[string]bool // paths that were named
	faults []error
}

// next passes over white space, commas and colons, and returns the byte that follows.
func (s *scanner) next() byte {
	s.text = bytes.TrimLeft(s.text, " \t\r\n,:")
	return s.text[0]
}

// value passes over one value at a path.
func (s *scanner) value(path string) {
	switch s.next() {
	case '{':
		s.text = s.text[1:]
		for seen := map[string]bool{}; s.next() != '}'; {
			name := s.name()
			at := name
			if path != "" {
				at = path + "." + name
			}
			if seen[name] && !s.told[at] {
				s.told[at] = true
				s.faults = append(s.faults, errors.New(at+": stands twice in one object: give it once"))
			}
			seen[name] = true
			s.value(at)
		}
		s.text = s.text[1:]
	case '[':
		s.text = s.text[1:]
		for i := 0; s.next() != ']'; i++ {
			s.value(path + "[" + strconv.Itoa(i) + "]")
		}
		s.text = s.text[1:]
	case '"':
		s.quoted()
	default: // a number or a word, up to what parts it from the next
		if end := bytes.IndexAny(s.text, ",]} \t\r\n"); end >= 0 {
			s.text = s.text[end:]
		}
	}
}

// quoted passes over a text and returns it with its quotes.
func (s *scanner) quoted() []byte {
	end := 1
	for ; s.text[end] != '"'; end++ {
		if s.text[end] == '\\' {
			end++
		}
	}
	all := s.text[:end+1]
	s.text = s.text[end+1:]
	return all
}

// name passes over the name of a member and returns it.
func (s *scanner) name() string {
	raw := s.quoted()
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var name string
	_ = json.Unmarshal(raw, &name) // it is JSON
	return name
}

package decoder

import "slices"

// An index finds the patterns that a topic may match without trying all: each is
// filed under a word that its topics must have.
type index struct {
	byWord map[string][]candidate
	rest   []candidate // topics that are all names
}

// A candidate is a pattern of a decoder; they sort in the order in which decoders
// are asked.
type candidate uint32

func newCandidate(decoder, pattern int) candidate { return candidate(decoder)<<16 | candidate(pattern) } //nolint:gosec // there are hundreds

func (c candidate) decoder() int { return int(c >> 16) }
func (c candidate) pattern() int { return int(c & 0xffff) }

func newIndex(decoders []*Decoder) index {
	x := index{byWord: map[string][]candidate{}}
	for i, d := range decoders {
		for j := range d.patterns {
			c := newCandidate(i, j)
			words := d.patterns[j].key()
			for _, w := range words {
				x.byWord[w] = append(x.byWord[w], c)
			}
			if words == nil {
				x.rest = append(x.rest, c)
			}
		}
	}
	return x
}

// key returns words of which a topic must have one, nil when p names none: the
// last word of its own, else the last choice of words.
func (p *pattern) key() []string {
	for _, s := range slices.Backward(p.segments) {
		if s.name == "" {
			return []string{s.word}
		}
	}
	for _, s := range slices.Backward(p.segments) {
		if s.oneOf != nil && !s.begins {
			return slices.Compact(slices.Sorted(slices.Values(s.oneOf)))
		}
	}
	return nil
}

// look prepares the candidates for the topic of in.
func (x *index) look(in *Input) {
	in.ahead = append(in.ahead[:0], x.rest)
	for i, w := range in.topic.words {
		if list := x.byWord[w]; list != nil && !slices.Contains(in.topic.words[:i], w) {
			in.ahead = append(in.ahead, list)
		}
	}
}

// next returns the candidate that comes first of those ahead.
func (in *Input) next() (c candidate, more bool) {
	first := -1
	for i, list := range in.ahead {
		if len(list) > 0 && (first < 0 || list[0] < c) {
			first, c = i, list[0]
		}
	}
	if first < 0 {
		return 0, false
	}
	in.ahead[first] = in.ahead[first][1:]
	return c, true
}

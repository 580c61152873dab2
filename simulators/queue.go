package simulators

// A queue holds messages until they are sent: a binary heap, the first one in front.
type queue []queued

type queued struct {
	Emission
	sent, order, made int64
}

func (a *queued) before(b *queued) bool {
	switch {
	case a.sent != b.sent:
		return a.sent < b.sent
	case a.order != b.order:
		return a.order < b.order
	}
	return a.made < b.made
}

func (q *queue) push(x queued) {
	*q = append(*q, x)
	h := *q
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(&h[up]) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

func (q *queue) pop() queued {
	h := *q
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h[last] = queued{}
	h = h[:last]
	*q = h
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < last; c++ {
			if h[c].before(&h[least]) {
				least = c
			}
		}
		if least == i {
			return first
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

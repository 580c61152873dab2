package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Report collects what the trials count and measure. It is safe for concurrent use.
type Report struct {
	mu      sync.Mutex
	tallies []*tally
	times   []*times
	figures []figure
}

// A figure is something measured once.
type figure struct {
	id, says string
	held     bool
}

// A tally counts how often something was so that must never be.
type tally struct {
	id, says    string
	n, failures int64
}

// times are measured lengths of time, of which a quantile must be below a limit.
type times struct {
	id, says string
	quantile float64
	limit    time.Duration
	all      []time.Duration
}

// Count adds n chances for something to fail and how many did.
func (r *Report) Count(id, says string, n, failures int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.tallies, func(t *tally) bool { return t.id == id && t.says == says })
	if i < 0 {
		i = len(r.tallies)
		r.tallies = append(r.tallies, &tally{id: id, says: says})
	}
	r.tallies[i].n += n
	r.tallies[i].failures += failures
}

// Took adds a length of time. The quantile, 0.99 or 1, must stay below limit.
func (r *Report) Took(id, says string, quantile float64, limit, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.times, func(t *times) bool { return t.id == id && t.says == says })
	if i < 0 {
		i = len(r.times)
		r.times = append(r.times, &times{id: id, says: says, quantile: quantile, limit: limit})
	}
	r.times[i].all = append(r.times[i].all, took)
}

// Figure adds something that was measured, in words, and whether it is as it should be.
func (r *Report) Figure(id, says, value string, held bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	verdict := "ok"
	if !held {
		verdict = "FAILED"
	}
	r.figures = append(r.figures, figure{id, says + ": " + value + "  " + verdict, held})
}

// at returns the value that a share q of the sorted lengths do not exceed.
func at(sorted []time.Duration, q float64) time.Duration {
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// print writes the table and reports whether everything held.
func (r *Report) print(w io.Writer) (held bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	held = true
	type line struct{ id, text string }
	var lines []line
	for _, t := range r.tallies {
		lines = append(lines, line{t.id, t.line()})
		held = held && t.failures == 0
	}
	for _, t := range r.times {
		text, ok := t.line()
		lines = append(lines, line{t.id, text})
		held = held && ok
	}
	for _, f := range r.figures {
		lines = append(lines, line{f.id, f.says})
		held = held && f.held
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(len(a.id), len(b.id)), strings.Compare(a.id, b.id))
	})
	for _, l := range lines {
		_, _ = fmt.Fprintf(w, "%-4s %s\n", l.id, l.text)
	}
	return held
}

func (t *tally) line() string {
	text := fmt.Sprintf("%s: %d of %d", t.says, t.failures, t.n)
	switch {
	case t.failures > 0:
		return text + "  FAILED"
	case t.n == 0:
		return text + " (nothing was tried)"
	}
	return text + fmt.Sprintf(" (95 %%: below %.2g)  ok", min(1, 3/float64(t.n)))
}

func (t *times) line() (text string, ok bool) {
	slices.Sort(t.all)
	reached := at(t.all, t.quantile)
	ok = reached < t.limit
	verdict := "ok"
	if !ok {
		verdict = "FAILED"
	}
	name := "max"
	if t.quantile < 1 {
		name = fmt.Sprintf("p%g", 100*t.quantile)
	}
	round := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	return fmt.Sprintf("%s: p50 %v, p99 %v, max %v of %d; want %s < %v  %s", t.says, round(at(t.all, 0.5)), round(at(t.all, 0.99)),
		round(t.all[len(t.all)-1]), len(t.all), name, t.limit, verdict), ok
}

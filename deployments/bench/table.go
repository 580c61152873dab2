package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// A table is what a scenario has to say, in Markdown.
type table struct {
	title, about string
	names        []string
	rows         []figures
}

func newTable(title, about string) *table { return &table{title: title, about: about} }

func (t *table) row(name string, f figures) {
	t.names, t.rows = append(t.names, name), append(t.rows, f)
}

// columns in their order; others follow in that of their names.
var columns = []string{"durable/s", "acked/s", "p50 ms", "p99 ms", "CPU itself", "CPU influxd", "CPU mosquitto", "idle MiB", "peak MiB"}

func (t *table) print(w io.Writer) error {
	var used []string
	for _, f := range t.rows {
		for name := range f {
			if !slices.Contains(used, name) {
				used = append(used, name)
			}
		}
	}
	place := func(name string) int {
		if i := slices.Index(columns, name); i >= 0 {
			return i
		}
		return len(columns)
	}
	slices.SortFunc(used, func(a, b string) int {
		if d := place(a) - place(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	lines := []string{"## " + t.title, "", t.about + ".", "", "| | " + strings.Join(used, " | ") + " |", "|---" + strings.Repeat("|---:", len(used)) + "|"}
	for i, f := range t.rows {
		cells := make([]string, len(used))
		for j, name := range used {
			if v, ok := f[name]; ok {
				cells[j] = number(v)
			}
		}
		lines = append(lines, "| "+t.names[i]+" | "+strings.Join(cells, " | ")+" |")
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n\n")
	return err
}

// number writes three digits, and all before the point.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// medians returns the median of each figure.
func medians(all []figures) figures {
	m := figures{}
	for name := range all[0] {
		var vs []float64
		for _, f := range all {
			vs = append(vs, f[name])
		}
		slices.Sort(vs)
		m[name] = (vs[(len(vs)-1)/2] + vs[len(vs)/2]) / 2
	}
	return m
}

// ratios returns ours over theirs.
func ratios(ours, theirs figures) figures {
	r := figures{}
	for name, v := range theirs {
		if v > 0 {
			r[name] = ours[name] / v
		}
	}
	return r
}

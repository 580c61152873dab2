package decoder

import (
	"strconv"
	"strings"
)

// What a birth says is remembered as a table, in as many facts as it needs: the
// table of a later birth then replaces all of the earlier one, and no alias of the
// earlier one stays behind, which a fact for each metric could not promise. A few
// hundred metrics take a few facts of the thousands that a gateway may have.
const (
	// sparkplugFact keeps the table of a node or a device; of its parts after the
	// first the number follows.
	sparkplugFact = "sparkplug "
	// sparkplugNodeFact keeps the birth of a node: its time, and its bdSeq.
	sparkplugNodeFact = "sparkplug-node "

	maxSparkplugParts = 64 // of a table
)

// A sparkplugRow is what a birth says of a metric.
type sparkplugRow struct {
	name     string
	datatype uint64
	unit     string
}

// A sparkplugTable is what the last birth of a node or a device says.
type sparkplugTable struct {
	aliases map[uint64]sparkplugRow
	names   map[string]sparkplugRow
}

// learnSparkplug remembers the metrics of a birth within a birth of the node.
func (in *Input) learnSparkplug(id, birth string, metrics []sparkplugMetric) ([]Fact, error) {
	var parts []string
	var part []byte
	for i := range metrics {
		m := &metrics[i]
		if !validID(m.name) || !validID(m.unit) && m.unit != "" {
			continue
		}
		full := len(part)
		part = m.row(part)
		if len(part) > maxTable {
			parts = append(parts, string(part[:full]))
			part = append(part[:0], part[full:]...)
		}
	}
	parts = append(parts, string(part))
	if len(parts) > maxSparkplugParts {
		return nil, refuse("a birth of more metrics than can be remembered")
	}
	before, _ := in.sparkplugParts(id)
	var facts []Fact
	for i, p := range parts {
		facts = append(facts, in.learn(sparkplugKey(id, i), birth+"\t"+strconv.Itoa(len(parts))+"\n"+p)...)
	}
	for i := len(parts); i < before; i++ {
		facts = append(facts, Fact{Key: sparkplugKey(id, i)})
	}
	return facts, nil
}

// row appends what a birth says of m to b, as a line.
func (m *sparkplugMetric) row(b []byte) []byte {
	if m.aliased {
		b = strconv.AppendUint(b, m.alias, 10)
	} else {
		b = append(b, '-')
	}
	b = strconv.AppendUint(append(b, '\t'), m.datatype, 10)
	b = append(append(b, '\t'), m.unit...)
	b = append(append(b, '\t'), m.name...)
	return append(b, '\n')
}

func sparkplugKey(id string, part int) string {
	if part == 0 {
		return sparkplugFact + id
	}
	return sparkplugFact + id + " " + strconv.Itoa(part)
}

// sparkplugParts returns in how many parts the table of id is kept, 0 for none, and
// the birth of the node it belongs to.
func (in *Input) sparkplugParts(id string) (parts int, birth string) {
	head, _, _ := strings.Cut(in.recall(sparkplugKey(id, 0)), "\n")
	birth, count, ok := strings.Cut(head, "\t")
	n, err := strconv.Atoi(count)
	if !ok || err != nil || n < 1 || n > maxSparkplugParts {
		return 0, ""
	}
	return n, birth
}

// sparkplugTable recalls the table of id; known is false when there is none, or one
// of another birth of the node.
func (in *Input) sparkplugTable(id, birth string) (t sparkplugTable, known bool) {
	parts, of := in.sparkplugParts(id)
	if parts == 0 || of != birth {
		return t, false
	}
	t = sparkplugTable{map[uint64]sparkplugRow{}, map[string]sparkplugRow{}}
	for i := range parts {
		head, rows, _ := strings.Cut(in.recall(sparkplugKey(id, i)), "\n")
		if head != birth+"\t"+strconv.Itoa(parts) {
			return t, false
		}
		for line := range strings.Lines(rows) {
			f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4)
			if len(f) != 4 {
				return t, false
			}
			datatype, _ := strconv.ParseUint(f[1], 10, 32) // 0 says nothing either
			row := sparkplugRow{f[3], datatype, f[2]}
			t.names[row.name] = row
			if alias, err := strconv.ParseUint(f[0], 10, 64); err == nil {
				t.aliases[alias] = row
			}
		}
	}
	return t, true
}

// forgetSparkplug forgets the table of id.
func (in *Input) forgetSparkplug(id string) (facts []Fact) {
	parts, _ := in.sparkplugParts(id)
	for i := range parts {
		facts = append(facts, Fact{Key: sparkplugKey(id, i)})
	}
	return facts
}

package decoder

// A Context recalls facts that earlier messages behind the same gateway taught:
// which IEEE address a friendly name stands for, which Shelly writes under a
// prefix. It must never answer with the facts of another gateway.
type Context interface {
	// Recall returns the value of the last [Fact] of that key.
	Recall(key string) (value string, known bool)
}

// A Fact is something to recall when later messages of the same gateway are
// decoded. Facts come from retained messages and may be rebuilt from them.
type Fact struct {
	Key   string // begins with the scheme that keeps it
	Value string // "" forgets the key
}

// A Memory is a [Context] in a map. It is not safe for concurrent change.
type Memory map[string]string

// Recall returns the value kept under key.
func (m Memory) Recall(key string) (string, bool) {
	v, ok := m[key]
	return v, ok
}

// Keep puts facts into m.
func (m Memory) Keep(facts []Fact) {
	for _, f := range facts {
		if f.Value == "" {
			delete(m, f.Key)
			continue
		}
		m[f.Key] = f.Value
	}
}

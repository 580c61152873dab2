package decoder

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
)

// perByte is how much may be allocated for each byte of a message: 64 KiB for a KiB.
const perByte = 64

// TestAMessageCostsMemoryInProportion holds every sample, alone and swollen to what a
// packet may hold, against what its bytes may cost: no short message asks for much.
func TestAMessageCostsMemoryInProportion(t *testing.T) {
	swell := map[string]func([]byte) []byte{
		"as it is":  func(p []byte) []byte { return p },
		"repeated":  func(p []byte) []byte { return bytes.Repeat(p, 16<<10/max(1, len(p))+1) },
		"in a list": func(p []byte) []byte { return []byte("[" + strings.Repeat(string(p)+",", 16<<10/(len(p)+1)+1) + "0]") },
		"deep in lists": func(p []byte) []byte {
			return []byte(strings.Repeat("[", 8<<10) + string(p) + strings.Repeat("]", 8<<10))
		},
		"deep in names": func(p []byte) []byte {
			return []byte(strings.Repeat(`{"a":`, 3<<10) + string(p) + strings.Repeat("}", 3<<10))
		},
		"cut":           func(p []byte) []byte { return p[:len(p)/2] },
		"with blanks":   func(p []byte) []byte { return append(bytes.Repeat([]byte(" "), 16<<10), p...) },
		"a long number": func([]byte) []byte { return bytes.Repeat([]byte("9"), 16<<10) },
		"a great power": func([]byte) []byte { return []byte(`{"power":1e999999999,"ENERGY":{"Total":1e-999999999}}`) },
		"a claimed size": func(p []byte) []byte {
			return append([]byte{0x08, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x12, 0xff, 0xff, 0xff, 0xff, 0x07}, p...)
		},
	}
	for _, c := range samples(t) {
		for name, grow := range swell {
			m := c.message
			m.Payload = grow(m.Payload)
			const runs = 3
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range runs {
				_, _ = Decode(m)
			}
			runtime.ReadMemStats(&after)
			// A KiB counts as one however little of it is used.
			cost, room := (after.TotalAlloc-before.TotalAlloc)/runs, perByte*uint64(max(1<<10, len(m.Payload)+len(m.Topic)))
			if cost > room {
				t.Errorf("%s, %s: %d bytes for a message of %d, want at most %d", c.name, name, cost, len(m.Payload), room)
			}
		}
	}
}

package registry

import (
	"fmt"
	"testing"
	"time"
)

// TestMadeUpNamesAreForgotten has 100,000 gateways without room, each with a device.
func TestMadeUpNamesAreForgotten(t *testing.T) {
	var m memory
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for i := range 100_000 {
		gateway := fmt.Sprint("made-up-", i)
		devices := []device{{gateway, "tasmota", "plug"}}
		m.fill(m.begin(), gateway, now)
		m.miss(m.begin(), devices, now)
		if !m.isFull(gateway, now) || !m.isAbsent(devices, now) {
			t.Fatal("what was just found is not known")
		}
	}
	if len(m.full) > mostAbsent || len(m.absent) > mostAbsent {
		t.Errorf("%d gateways and %d devices are remembered", len(m.full), len(m.absent))
	}
}

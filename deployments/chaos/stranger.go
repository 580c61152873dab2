package main

import (
	"bufio"
	"encoding/json"
	"strings"
	"time"
)

// rarely is how seldom strangers speak: once while a meter speaks so often.
const rarely = 20

// strangers are devices that a pilot does not know: behind each gateway a sensor that
// nobody has claimed yet, whose readings wait, and a radio that nobody understands,
// whose every message is a case for the quarantine.
func (t *Trial) strangers() (all []*Meter) {
	began := t.now().UTC().Add(-20 * time.Hour).Truncate(time.Second) // a device's time is believed a day back from its first sight
	for _, m := range t.raise().meters {
		if m.Climate {
			all = append(all,
				&Meter{Gateway: m.Gateway, Device: "cave", Climate: true, Stranger: true, Began: began},
				&Meter{Gateway: m.Gateway, Device: "radio", Mumbles: true, Stranger: true, Began: began})
		}
	}
	return all
}

// reveal looks at what became of the strangers' messages once all are acknowledged: it
// claims the sensors, so that what has waited is stored, and looks for each message of
// the radios in the quarantine.
func (p *Pilot) reveal(id string, c *Crowd) {
	since := c.t.now().UTC().Add(-48 * time.Hour).Format(time.RFC3339)
	for _, m := range c.meters {
		if m.Stranger && !m.Mumbles {
			m.ID = p.t.command("meter", "claim", m.Gateway+"/zigbee2mqtt/"+m.Device, "--role", "outdoor", "--from", since, "--config", p.config)
		}
	}
	p.t.await("nothing to wait for a claim", func() bool {
		p.alive()
		return p.metric("foyer_spool_held_readings") == 0
	})
	there := map[string]bool{}
	lines := bufio.NewScanner(strings.NewReader(p.t.command("quarantine", "list", "--json", "--config", p.config)))
	for lines.Scan() {
		var one struct{ Gateway, Device string }
		p.t.must(json.Unmarshal(lines.Bytes(), &one), "list the quarantine")
		there[one.Gateway+" "+one.Device] = true
	}
	n, lost := c.quarantined(func(m *Meter, own string) bool { return there[m.Gateway+" "+own] })
	p.t.report.Count(id, "acknowledged messages that nobody understands, not in quarantine", n, lost)
	if lost > 0 {
		p.t.Errorf("%d of %d acknowledged messages that nobody understands are not in quarantine", lost, n)
	}
}

// quarantined counts the acknowledged messages of radios and those that are not there.
func (l *Ledger) quarantined(there func(m *Meter, own string) bool) (n, lost int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, m := range l.meters {
		if !m.Mumbles {
			continue
		}
		for k, acked := range l.acked[i] {
			if acked {
				n++
				lost += bad(!there(m, m.own(int64(k))))
			}
		}
	}
	return n, lost
}

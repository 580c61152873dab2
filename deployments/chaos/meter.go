package main

import (
	"fmt"
	"hash/fnv"
	"time"

	"foyer/simulators"
)

// A Meter is one device with one sequence: the nth message it sends is the same
// whoever asks, so the ledger keeps numbers and not messages.
type Meter struct {
	Gateway  string
	Device   string // its friendly name
	ID       string // Foyer's own, as its series store names it
	Climate  bool   // a sensor of temperature and humidity; else a plug that counts
	Mumbles  bool   // neither: a radio that nobody understands
	Stranger bool   // nobody has claimed it
	Steady   bool   // it speaks when it should, give or take a fortieth
	Seed     uint64
	refused  map[int64]bool // messages that the store is to refuse
	Began    time.Time      // instant of its first message is within the second after
}

// A value is what one register shows, in thousandths of its base unit.
type value struct {
	register string
	shown    int64
}

// pace is how far apart a meter's messages say they were measured, in ms.
const pace = 1000

// roll returns a number of the nth message's own.
func (m *Meter) roll(n int64, salt string) int64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %s %d %s", m.Seed, m.Gateway, m.Device, n, salt) //nolint:errcheck // a hash takes everything
	return int64(h.Sum64() >> 1)
}

// at returns when the nth message says it was measured.
func (m *Meter) at(n int64) time.Time {
	late := m.roll(n, "ms") % pace
	if m.Steady {
		late /= 20
	}
	return m.Began.Add(time.Duration(n*pace+late) * time.Millisecond)
}

// number returns which message was measured at an instant; it may not exist.
func (m *Meter) number(at time.Time) int64 {
	ms := at.Sub(m.Began).Milliseconds()
	if ms < 0 {
		return -1
	}
	return ms / pace
}

// values returns what the nth message says, in the order of the registers' names.
func (m *Meter) values(n int64) [2]value {
	if m.Climate {
		return [2]value{
			{"humidity", (2000 + m.roll(n, "humidity")%7000) * 10},
			{"temperature", (500 + m.roll(n, "temperature")%3000) * 10},
		}
	}
	return [2]value{
		{"energy_import/total", (m.roll(0, "index")%100_000 + n) * 10_000},
		{"power/total", m.roll(n, "power") % 3000 * 1000},
	}
}

// emission returns the nth message, as Zigbee2MQTT would send it.
func (m *Meter) emission(n int64) simulators.Emission {
	const seen = "2006-01-02T15:04:05.000Z"
	v, at := m.values(n), m.at(n)
	e := simulators.Emission{
		Sent: at, At: at,
		Device: simulators.Device{Gateway: m.Gateway, Scheme: "zigbee2mqtt", ID: m.Device},
		Topic:  "foyer/" + m.Gateway + "/" + m.own(n),
	}
	switch {
	case m.Mumbles:
		e.Payload = fmt.Appendf(nil, `{"mumble":%d}`, m.roll(n, "mumble"))
	case m.Climate:
		e.Payload = fmt.Appendf(nil, `{"battery":97,"humidity":%s,"last_seen":"%s","linkquality":80,"temperature":%s}`,
			decimals(v[0].shown, 3), at.Format(seen), decimals(v[1].shown, 3))
	default:
		e.Payload = fmt.Appendf(nil, `{"energy":%s,"last_seen":"%s","linkquality":80,"power":%s}`,
			decimals(v[0].shown, 6), at.Format(seen), decimals(v[1].shown, 3))
	}
	return e
}

// own returns the topic of the nth message as the device knows it. A radio has one for
// each: of one kind of nonsense the quarantine keeps only so much.
func (m *Meter) own(n int64) string {
	if m.Mumbles {
		return fmt.Sprintf("%s/%d/said", m.Device, n)
	}
	return "zigbee2mqtt/" + m.Device
}

// decimals writes a number of which the last n digits stand behind the point.
func decimals(v int64, n int) string {
	unit := int64(1)
	for range n {
		unit *= 10
	}
	return fmt.Sprintf("%d.%0*d", v/unit, n, v%unit)
}

package jobs_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// hourly is a home whose meter and thermometer show something each hour.
type hourly struct {
	family        household.FamilyID
	meter, sensor energy.MeterID
	peak          bool
	day           energy.Day // the next to be shown
	base, off     int64      // what the registers show
	start         int64      // of a twin: how much more that is than its model's show
}

func (w *world) hourly(i int, from energy.Day) hourly {
	contract := base
	if i%2 == 1 {
		contract = peak
	}
	f, gateway := w.newcomer(fmt.Sprintf("Foyer %05d", i), contract), fmt.Sprintf("gw-%05d", i)
	return hourly{
		family: f,
		meter:  w.meterBehind(gateway, "linky", f, household.Electricity, from.Start(paris)),
		sensor: w.meterBehind(gateway, "indoor", f, household.Indoor, from.Start(paris)),
		peak:   i%2 == 1, day: from,
	}
}

// until returns what a home shows before a day.
func (h *hourly) until(day energy.Day, luck *rand.Rand) (all []energy.Reading) {
	show := func(meter energy.MeterID, register energy.Register, at time.Time, value int64) {
		all = append(all, energy.Reading{Meter: meter, Register: register, At: at, Value: value, Source: energy.DeviceTime})
	}
	for t := h.day.Start(paris); t.Before(day.Start(paris)); t = t.Add(time.Hour) {
		show(h.meter, "energy_import/f01", t, h.base)
		counts := &h.base
		if h.peak {
			show(h.meter, "energy_import/f02", t, h.off)
			if hour := t.In(paris).Hour(); hour >= 6 && hour < 22 {
				counts = &h.off
			}
		}
		*counts += luck.Int64N(1_600_000)
		show(h.sensor, "temperature", t, 16_000+luck.Int64N(4_000))
	}
	h.day = day
	return all
}

// homes returns what is known of every home.
func (w *world) homes() []household.Home {
	w.tb.Helper()
	all, err := w.records.Residences(w.tb.Context())
	if err != nil {
		w.tb.Fatal(err)
	}
	homes, err := w.records.Homes(w.tb.Context(), all)
	if err != nil {
		w.tb.Fatal(err)
	}
	return homes
}

// spend writes what all homes show before a day since they did last, and returns how many
// they are.
func (w *world) spend(day energy.Day, luck *rand.Rand) int {
	w.tb.Helper()
	homes := w.homes()
	shown := map[string]int64{}
	for _, r := range w.rows(`SELECT meter || ' ' || register, value FROM latest`) {
		shown[r[0]], _ = strconv.ParseInt(r[1], 10, 64)
	}
	for some := range slices.Chunk(homes, 250) {
		var all []energy.Reading
		for _, home := range some {
			h := hourly{day: day.Add(-1), peak: home.Contracts[0].Tariff == peak.Tariff}
			for _, a := range home.Attachments {
				if a.Role == household.Indoor {
					h.sensor = a.Meter
				} else {
					h.meter = a.Meter
				}
			}
			h.base, h.off = shown[string(h.meter)+" energy_import/f01"], shown[string(h.meter)+" energy_import/f02"]
			all = append(all, h.until(day, luck)...)
		}
		w.write(all)
	}
	return len(homes)
}

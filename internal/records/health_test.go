package records

import (
	"testing"
	"time"

	"foyer/internal/energy"
)

func TestTheHealthOfDevicesIsKept(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		at := time.Unix(1_700_000_000, 0).UTC()
		first := energy.Health{Meter: "m1", Dialect: "a/b", Clock: energy.ClockBehind, Offset: -7 * time.Minute, Since: at, Seen: at}
		second := first // after a restart: not known yet
		second.Clock, second.Offset, second.Since, second.Seen = "", 0, time.Time{}, at.Add(time.Hour)
		third := first // the same again
		third.Since, third.Seen, third.Offset = at.Add(2*time.Hour), at.Add(2*time.Hour), -8*time.Minute
		fourth := third
		fourth.Clock, fourth.Offset = energy.ClockGood, time.Second
		for i, c := range []struct{ save, want energy.Health }{
			{first, first},
			{second, energy.Health{Meter: "m1", Dialect: "a/b", Clock: energy.ClockBehind, Offset: -7 * time.Minute, Since: at, Seen: second.Seen}},
			{third, energy.Health{Meter: "m1", Dialect: "a/b", Clock: energy.ClockBehind, Offset: -8 * time.Minute, Since: at, Seen: third.Seen}},
			{fourth, fourth},
		} {
			if err := db.SaveHealth(t.Context(), []energy.Health{c.save}); err != nil {
				t.Fatal(err)
			}
			got, err := db.Health(t.Context())
			if err != nil || got["m1"] != c.want {
				t.Errorf("%d: %+v, want %+v: %v", i, got["m1"], c.want, err)
			}
		}
	})
}

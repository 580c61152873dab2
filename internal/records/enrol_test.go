package records

import (
	"database/sql"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

func TestADeviceIsOneMeterWhateverItsNames(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		first := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "zigbee2mqtt", ID: "maison"})
		if first.State != household.Unclaimed || len(first.ID) != 17 || first.Zone.String() != "Europe/Paris" || !first.Since.Equal(noon.Add(-24*time.Hour)) {
			t.Fatalf("%+v", first)
		}
		for _, ref := range []registry.DeviceRef{
			{Gateway: "gw", Scheme: "zigbee2mqtt", ID: "maison"},
			{Gateway: "gw", Scheme: "zigbee2mqtt", ID: "maison", Aliases: []string{"0x01", "maison", ""}},
			{Gateway: "gw", Scheme: "zigbee2mqtt", ID: "0x01"},
			{Gateway: "gw", Scheme: "zigbee2mqtt", ID: "cuisine", Aliases: []string{"0x01"}},
			{Gateway: "gw", Scheme: "zigbee2mqtt", ID: "cuisine"},
		} {
			if got := w.lookup(t, ref); got.ID != first.ID {
				t.Errorf("%+v: another meter", ref)
			}
		}
		for _, ref := range []registry.DeviceRef{
			{Gateway: "gw2", Scheme: "zigbee2mqtt", ID: "maison"},
			{Gateway: "gw", Scheme: "tasmota", ID: "maison"},
			{Gateway: "gw", Scheme: "zigbee2mqtt", ID: "Maison"},
		} {
			if got := w.lookup(t, ref); got.ID == first.ID {
				t.Errorf("%+v: the same meter", ref)
			}
		}
		// Two meters that turn out to be one are a matter for a person.
		other := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "zigbee2mqtt", ID: "salon"})
		both := registry.DeviceRef{Gateway: "gw", Scheme: "zigbee2mqtt", ID: "salon", Aliases: []string{"maison"}}
		if got := w.lookup(t, both); got.ID != other.ID {
			t.Error("merged")
		}
		meters, err := w.registry.Unknown(t.Context())
		if err != nil || len(meters) != 5 {
			t.Fatalf("%d meters %v", len(meters), err)
		}
		for _, m := range meters {
			if m.ID == first.ID && len(m.Devices) != 3 {
				t.Errorf("%+v", m)
			}
		}
	})
}

// TestANameThatIsGivenToAnotherDeviceGoesWithIt: people rename devices, also to names that
// others had before, and those of another family.
func TestANameThatIsGivenToAnotherDeviceGoesWithIt(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		named := func(name, own string) energy.MeterID {
			t.Helper()
			ref := registry.DeviceRef{Gateway: "gw", Scheme: "zigbee2mqtt", ID: name, Own: own}
			if own != "" {
				ref.Aliases = []string{own}
			}
			return w.lookup(t, ref).ID
		}
		one, two := named("maison", "0x01"), named("cuisine", "0x02")
		family := w.family(t, "Foyer 01")
		if err := w.registry.Claim(t.Context(), registry.Claim{Meter: two, Family: family, Role: household.Electricity}); err != nil {
			t.Fatal(err)
		}
		for range 3 { // from the store, then from memory
			if a, b := named("cuisine", "0x01"), named("maison", "0x02"); a != one || b != two {
				t.Errorf("cuisine is %s and maison %s, want %s and %s", a, b, one, two)
			}
		}
		if a, b := named("cuisine", ""), named("maison", ""); a != one || b != two {
			t.Errorf("without their own names: cuisine is %s and maison %s", a, b)
		}
		if a, b := named("maison", "0x01"), named("cuisine", "0x02"); a != one || b != two { // and back again, from memory
			t.Errorf("maison is %s and cuisine %s, want %s and %s", a, b, one, two)
		}
		if a, b := named("maison", ""), named("cuisine", ""); a != one || b != two {
			t.Errorf("without their own names, and back: maison is %s and cuisine %s", a, b)
		}
		another := registry.New(db, func() time.Time { return noon }, time.Now, discard())
		m, err := another.Lookup(t.Context(), registry.DeviceRef{Gateway: "gw", Scheme: "zigbee2mqtt", ID: "cuisine"})
		if err != nil || m.ID != two {
			t.Errorf("after a restart cuisine is %s, want %s: %v", m.ID, two, err)
		}
		meters, err := db.Meters(t.Context(), family, "")
		if err != nil || len(meters) != 1 || len(meters[0].Devices) != 2 || meters[0].Devices[1].ID != "cuisine" {
			t.Errorf("%+v %v", meters, err)
		}
	})
}

// TestTwoDevicesOfOneNameAreTwo: their owner set the same prefix on both. Each is its own
// meter, and the name is not written down anew with each message.
func TestTwoDevicesOfOneNameAreTwo(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		one := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "shelly", ID: "a", Own: "a"})
		two := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "shelly", ID: "b", Own: "b"})
		for range 5 {
			for own, want := range map[string]energy.MeterID{"a": one.ID, "b": two.ID} {
				if got := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "shelly", ID: own, Own: own, Aliases: []string{"plug"}}); got.ID != want {
					t.Errorf("%s is %s, want %s", own, got.ID, want)
				}
			}
		}
	})
}

func TestManySeeADeviceFirstAndItIsOneMeter(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		var mu sync.Mutex
		seen := map[energy.MeterID]bool{}
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				// Each through a registry of its own, as processes have.
				r := registry.New(db, func() time.Time { return noon }, time.Now, discard())
				ref := registry.DeviceRef{Gateway: "gw", Scheme: "s", ID: "a", Aliases: []string{"b"}}
				if i%2 == 0 {
					ref = registry.DeviceRef{Gateway: "gw", Scheme: "s", ID: "b", Aliases: []string{"a"}}
				}
				m, err := r.Lookup(t.Context(), ref)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				seen[m.ID] = true
			})
		}
		wg.Wait()
		if n := w.count(t, `SELECT COUNT(*) FROM meter`); len(seen) != 1 || n != 1 {
			t.Errorf("%d answers, %d meters", len(seen), n)
		}
	})
}

func TestAGatewayCannotFillTheStore(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		err := db.tx(t.Context(), func(tx *sql.Tx) error {
			w.on = tx
			for i := range registry.MaxUnclaimed.Gateway {
				w.exec(t, `INSERT INTO meter (id, gateway, first_seen) VALUES ($1, 'gw', 1)`, fmt.Sprint("m", i))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w.on = db.write
		if m := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "s", ID: "one more"}); m.ID != "" || m.State != household.Ignored {
			t.Errorf("%+v", m)
		}
		if m := w.lookup(t, registry.DeviceRef{Gateway: "gw2", Scheme: "s", ID: "one more"}); m.ID == "" {
			t.Error("another gateway is held up")
		}
		if err := w.registry.Ignore(t.Context(), "m0"); err != nil {
			t.Fatal(err)
		}
		if m := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "s", ID: "one more"}); m.ID == "" {
			t.Error("there is room again")
		}
	})
}

// TestManyGatewaysCannotFillTheStore either: made up, each has room of its own.
func TestManyGatewaysCannotFillTheStore(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w, room := newTown(t, db), household.Room{Gateway: 2, All: 3}
		enrol := func(gateway, device string, want bool) {
			t.Helper()
			got, err := db.EnrolMeter(t.Context(), gateway, "s", []string{device}, energy.MeterID("m-"+gateway+device), noon, room)
			if err != nil || got != want {
				t.Errorf("%s behind %s: %t %v", device, gateway, got, err)
			}
		}
		enrol("gw1", "a", true)
		enrol("gw1", "b", true)
		enrol("gw1", "c", false)
		enrol("gw2", "a", true)
		enrol("gw3", "a", false)
		enrol("gw2", "a", true) // known
		if err := w.registry.Ignore(t.Context(), "m-gw1a"); err != nil {
			t.Fatal(err)
		}
		enrol("gw3", "a", true)
	})
}

// TestAFullStoreIsFullForEveryProcess has several enrol at once, each of which counts
// only now and then.
func TestAFullStoreIsFullForEveryProcess(t *testing.T) {
	for name, address := range stores {
		t.Run(name, func(t *testing.T) {
			url, room := address(t), household.Room{Gateway: 200, All: 120}
			var processes []*DB
			for range 4 {
				processes = append(processes, open(t, url))
			}
			newTown(t, processes[0])
			for i := range 150 {
				ok, err := processes[i%len(processes)].EnrolMeter(t.Context(), "gw", "s", []string{strconv.Itoa(i)}, energy.MeterID(fmt.Sprint("m", i)), noon, room)
				if err != nil || ok != (i < room.All) {
					t.Fatalf("meter %d of %d: %t %v", i+1, room.All, ok, err)
				}
			}
		})
	}
}

func TestEnrollingDoesNotCountAllMetersEachTime(t *testing.T) {
	v := vacancy{}
	v.counted(16_384, 1_600)
	for range 100 {
		if !v.take(16_384) {
			t.Fatal("counted again")
		}
	}
	if v.take(16_384) || v.take(9) {
		t.Error("not counted again")
	}
}

package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"foyer/deployments/chaos/lazyfs"
)

func init() {
	register(Property{
		IDs: []string{"R2"}, Says: "power cuts: what was not synced is gone",
		Full: 200, Round: 20, Needs: []Need{Mount, Fuse}, Run: cut,
	})
}

// cut takes the power away from Foyer's disk again and again while gateways publish.
// Every second seed has a strict disk. On every cycle one in three cuts lets some of
// what was on its way reach the platter, and one in three comes after syncs that
// failed.
func cut(t *Trial) {
	strict := t.Seed%2 == 1
	disk := lazyfs.New(strict)
	nursery := t.raise()
	seed, err := os.ReadDir(nursery.dir)
	t.must(err, "copy the pilot")
	for _, e := range seed {
		data, err := os.ReadFile(filepath.Join(nursery.dir, e.Name()))
		t.must(err, "copy the pilot")
		disk.Put(e.Name(), data)
	}
	b := &bench{t: t, disk: disk, dir: t.TempDir(), p: t.Settle(t.TempDir())}
	b.mount()
	defer b.unmount()
	c := t.Gather(b.p, b.p.embedded(), t.strangers()...)
	w := &watcher{t: t, c: c, dir: t.TempDir()}
	for range t.Cycles {
		b.p.start()
		if t.Luck.IntN(5) == 0 {
			t.wander(150 * time.Millisecond) // before it is up
		} else {
			c.first(b.p.alive)
			t.wander(150 * time.Millisecond)
			b.p.alive()
		}
		b.cut()
		w.look("R2", b.dir)
		b.mount()
	}
	b.p.start()
	b.p.ready()
	c.finish()
	b.p.reveal("R2", c)
	b.p.drained()
	b.p.stop()
	b.disk.Cut(nil) // what Foyer said goodbye to must be safe too
	b.unmount()
	b.save()
	v := w.settle("R2", b.dir)
	t.report.Count("R2", "power cuts in rounds after which acknowledged and stored differ", int64(t.Cycles), bad(v.Faults() > 0))
}

// A bench has a pilot on a disk.
type bench struct {
	t    *Trial
	disk *lazyfs.Disk
	dir  string // takes copies of what the disk holds
	p    *Pilot
	off  func() error
}

func (b *bench) mount() {
	var err error
	b.off, err = b.disk.Mount(b.p.data)
	b.t.must(err, "a disk for Foyer")
}

func (b *bench) unmount() {
	if b.off != nil {
		off := b.off
		b.off = nil
		b.t.must(off(), "a disk for Foyer")
	}
}

// cut takes the power away and copies what the disk holds.
func (b *bench) cut() {
	var luck *rand.Rand
	switch b.t.Luck.IntN(3) {
	case 0:
		luck = b.t.Luck
	case 1:
		b.disk.FailSyncs(true)
		b.t.wander(30 * time.Millisecond)
		b.disk.FailSyncs(false)
		b.t.wander(30 * time.Millisecond)
	}
	b.disk.Cut(luck)
	b.p.kill()
	b.unmount()
	b.save()
}

// save copies what the disk holds.
func (b *bench) save() {
	b.t.must(os.RemoveAll(b.dir), "copy the disk")
	b.t.must(os.Mkdir(b.dir, 0o700), "copy the disk")
	for name, data := range b.disk.Files() {
		b.t.must(os.WriteFile(filepath.Join(b.dir, name), data, 0o600), "copy the disk")
	}
}

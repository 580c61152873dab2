package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

func init() {
	register(Property{
		IDs: []string{"R7"}, Says: "a full disk, then space again",
		Full: 20, Round: 5, Needs: []Need{Mount}, Run: full,
	})
}

const (
	diskSize = 128 << 20
	floor    = 64 << 20         // what Foyer leaves free by default
	back     = 10 * time.Second // what ingest may take to come back once there is space
)

// full fills Foyer's disk and empties it again. Below its floor Foyer takes nothing in
// and leaves the rest to those who read; when others have taken that too it cannot
// write down who reads, so it may refuse, and says that it lives. Every second
// seed takes the floor away, so that the stores meet the last byte themselves.
func full(t *Trial) {
	data := t.TempDir()
	t.must(syscall.Mount("foyer-chaos", data, "tmpfs", 0, fmt.Sprintf("size=%d", diskSize)), "mount a small disk")
	t.Cleanup(func() { t.must(syscall.Unmount(data, syscall.MNT_DETACH), "unmount the small disk") })
	bare := t.Seed%2 == 1
	var lines []string
	if bare {
		lines = append(lines, "spool: {min_free_bytes: 0}")
	}
	p := t.Settle(data, lines...)
	t.must(snapshot(p.dir, data), "copy the pilot")
	ballast := filepath.Join(data, "ballast")
	c := t.Gather(p, p.embedded(), t.strangers()...)
	w := &watcher{t: t, c: c, dir: t.TempDir()}
	p.start()
	p.ready()
	for range t.Cycles {
		c.first(p.alive)
		t.wander(200 * time.Millisecond)
		left := int64(0)
		if !bare && t.Luck.IntN(2) == 0 {
			left = 4<<20 + t.Luck.Int64N(floor/2)
		}
		t.must(fill(data, ballast, left), "fill the disk")
		if !bare { // without a floor there may be room in the files themselves
			c.hush("the disk is full")
		}
		p.serves(left)
		t.wander(200 * time.Millisecond)
		killed := t.Luck.IntN(4) == 0
		if killed {
			p.kill()
		}
		t.must(os.Remove(ballast), "empty the disk")
		began := t.now()
		if killed {
			p.start()
		}
		t.report.Took("R7", "from space on the disk to the first acknowledgement", 1, back, c.first(p.alive).Sub(began))
	}
	p.alive()
	c.finish()
	p.reveal("R7", c)
	p.drained()
	p.stop()
	v := w.settle("R7", data)
	t.report.Count("R7", "full disks in rounds after which acknowledged and stored differ", int64(t.Cycles), bad(v.Faults() > 0))
}

// serves holds that Foyer answers with so many bytes left on its disk.
func (p *Pilot) serves(left int64) {
	p.alive()
	answers := p.get("/healthz") == http.StatusOK && (left == 0 || p.get("/api/v1/families") == http.StatusOK)
	p.t.report.Count("R7", "answers refused while the disk was full", 1, bad(!answers))
	if !answers {
		p.t.Errorf("Foyer does not answer with %d bytes left on its disk:\n%s", left, p.tail())
	}
}

// fill writes a file until a disk has no more than left bytes free.
func fill(dir, ballast string, left int64) (err error) {
	f, err := os.Create(ballast) //nolint:gosec // the harness names its own files
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	chunk := make([]byte, 1<<20)
	for {
		var s syscall.Statfs_t
		if err := syscall.Statfs(dir, &s); err != nil {
			return err
		}
		free := int64(s.Bavail)*s.Bsize - left //nolint:gosec // a small disk
		if free < s.Bsize {
			return nil
		}
		if _, err := f.Write(chunk[:min(free, int64(len(chunk)))]); err != nil && !errors.Is(err, syscall.ENOSPC) {
			return err
		}
	}
}

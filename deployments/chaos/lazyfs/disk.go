// Package lazyfs is a disk that keeps what was synced and loses the rest: a power cut
// for whatever stores files on it.
//
// A [Disk] is one flat folder in memory, served to other processes by FUSE. Each file
// has what the running system sees and what has reached the platter; fsync brings the
// second up to the first. It knows nothing of who uses it.
package lazyfs

import (
	"maps"
	"math/rand/v2"
	"sync"
)

const pageSize = 4096

// A Disk holds the files of one folder.
type Disk struct {
	mu      sync.Mutex
	strict  bool
	dead    bool // the power is off
	failing bool // each sync fails
	last    uint64
	seen    map[string]*file // names, as the running system sees them
	kept    map[string]*file // names that survive a cut
}

// A file has two contents. It is in no map once its last name is gone.
type file struct {
	number uint64
	seen   []byte
	kept   []byte
	dirty  map[int]bool // pages of seen that kept may not have
}

// New returns an empty disk. On a strict one a new name, a removed one and a renamed
// one are lost too until their folder was synced; else they survive at once, with the
// content that was synced.
func New(strict bool) *Disk {
	return &Disk{strict: strict, seen: map[string]*file{}, kept: map[string]*file{}}
}

// Put stores a file for good.
func (d *Disk) Put(name string, data []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.create(name)
	f.seen, f.kept, f.dirty = append([]byte(nil), data...), append([]byte(nil), data...), map[int]bool{}
	d.kept[name] = f
}

// Files returns the content of each file: after a cut what has survived.
func (d *Disk) Files() map[string][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make(map[string][]byte, len(d.seen))
	for name, f := range d.seen {
		all[name] = append([]byte(nil), f.seen...)
	}
	return all
}

// FailSyncs has each sync fail with EIO from now on, or no longer. As on Linux, what a
// failed sync should have written counts as clean afterwards: later syncs succeed
// without it, and it is lost in a cut unless it is written again.
func (d *Disk) FailSyncs(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failing = on
}

// Cut takes the power away: whatever is asked of the disk fails from now on until it is
// mounted again. What was not synced is lost; with luck, some of it is not: each page
// that was on its way survives with the chance of a coin.
func (d *Disk) Cut(luck *rand.Rand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead, d.failing = true, false
	d.seen = maps.Clone(d.kept)
	for _, f := range d.kept {
		if luck != nil {
			f.land(luck)
		}
		f.seen, f.dirty = append([]byte(nil), f.kept...), map[int]bool{}
	}
}

// land lets pages reach the platter that nobody had synced.
func (f *file) land(luck *rand.Rand) {
	for page := range (len(f.seen) + pageSize - 1) / pageSize { // in order, for the luck to repeat
		if f.dirty[page] && luck.IntN(2) == 0 {
			f.write(page)
		}
	}
}

// create makes a name for a new, empty file.
func (d *Disk) create(name string) *file {
	d.last++
	f := &file{number: d.last + 1, dirty: map[int]bool{}} // 1 is the folder
	d.seen[name] = f
	if !d.strict {
		d.kept[name] = f
	}
	return f
}

// forget removes a name.
func (d *Disk) forget(name string) {
	delete(d.seen, name)
	if !d.strict {
		delete(d.kept, name)
	}
}

// sync brings a file to the platter, and reports whether it did.
func (d *Disk) sync(f *file) bool {
	if d.failing {
		f.dirty = map[int]bool{}
		return false
	}
	f.kept = f.kept[:min(len(f.kept), len(f.seen))]
	f.reserve(len(f.seen))
	for page := range f.dirty {
		f.write(page)
	}
	clear(f.dirty)
	return true
}

// syncNames brings the names to the platter, and reports whether it did.
func (d *Disk) syncNames() bool {
	if d.failing {
		return false
	}
	d.kept = maps.Clone(d.seen)
	return true
}

// reserve lengthens what is kept by zeros.
func (f *file) reserve(size int) {
	if n := size - len(f.kept); n > 0 {
		f.kept = append(f.kept, make([]byte, n)...)
	}
}

// write copies one page to the platter.
func (f *file) write(page int) {
	from, to := page*pageSize, min((page+1)*pageSize, len(f.seen))
	if from >= to {
		return
	}
	f.reserve(to)
	copy(f.kept[from:to], f.seen[from:to])
}

// resize cuts a file or lengthens it by zeros.
func (f *file) resize(size int) {
	if size < len(f.seen) {
		f.touch(size, len(f.seen))
		f.seen = f.seen[:size]
		return
	}
	f.touch(len(f.seen), size)
	f.seen = append(f.seen, make([]byte, size-len(f.seen))...)
}

// change writes into a file.
func (f *file) change(data []byte, at int) {
	if end := at + len(data); end > len(f.seen) {
		f.resize(end)
	}
	f.touch(at, at+len(data))
	copy(f.seen[at:], data)
}

func (f *file) touch(from, to int) {
	if from == to {
		return
	}
	for page := from / pageSize; page <= (to-1)/pageSize; page++ {
		f.dirty[page] = true
	}
}

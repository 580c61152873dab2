package lazyfs

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// content returns pages, each full of one byte.
func content(pages ...byte) []byte {
	var b []byte
	for _, p := range pages {
		b = append(b, bytes.Repeat([]byte{p}, pageSize)...)
	}
	return b
}

func TestCutLosesWhatWasNotSynced(t *testing.T) {
	d := New(false)
	f := d.create("a")
	f.change(content(1, 1, 1), 0)
	d.sync(f)
	f.change(content(2), pageSize)
	f.change(content(3), 3*pageSize)
	if got := d.Files()["a"]; !bytes.Equal(got, content(1, 2, 1, 3)) {
		t.Fatal("the running system does not see what it wrote")
	}
	d.Cut(nil)
	if got := d.Files()["a"]; !bytes.Equal(got, content(1, 1, 1)) {
		t.Errorf("%d bytes survived, not the synced ones", len(got))
	}
}

func TestSyncKeepsACutAndALongerFile(t *testing.T) {
	d := New(false)
	f := d.create("a")
	f.change(content(1, 1, 1), 0)
	d.sync(f)
	f.resize(pageSize / 2)
	f.resize(2 * pageSize)
	d.sync(f)
	d.Cut(nil)
	want := append(content(1)[:pageSize/2], make([]byte, 3*pageSize/2)...)
	if got := d.Files()["a"]; !bytes.Equal(got, want) {
		t.Error("what was cut off came back")
	}
}

func TestNamesSurviveAtOnceUnlessStrict(t *testing.T) {
	names := func(strict bool, do func(*Disk)) []string {
		d := New(strict)
		d.Put("old", content(1))
		do(d)
		d.Cut(nil)
		return slices.Sorted(maps.Keys(d.Files()))
	}
	change := func(d *Disk) {
		d.sync(d.create("new"))
		d.forget("old")
	}
	if got := names(false, change); !slices.Equal(got, []string{"new"}) {
		t.Errorf("lazy: %v", got)
	}
	if got := names(true, change); !slices.Equal(got, []string{"old"}) {
		t.Errorf("strict: %v", got)
	}
	if got := names(true, func(d *Disk) { change(d); d.syncNames() }); !slices.Equal(got, []string{"new"}) {
		t.Errorf("strict and synced: %v", got)
	}
}

func TestAFailedSyncForgets(t *testing.T) {
	d := New(false)
	f := d.create("a")
	d.sync(f)
	f.change(content(1), 0)
	d.FailSyncs(true)
	if d.sync(f) {
		t.Error("a failing sync succeeds")
	}
	d.FailSyncs(false)
	f.change(content(2), pageSize)
	if !d.sync(f) {
		t.Error("still failing")
	}
	d.Cut(nil)
	if got := d.Files()["a"]; !bytes.Equal(got, append(make([]byte, pageSize), content(2)...)) {
		t.Error("the page that the failed sync forgot is there")
	}
}

func TestALuckyCutKeepsSomePages(t *testing.T) {
	d := New(false)
	f := d.create("a")
	f.change(content(make([]byte, 64)...), 0)
	d.sync(f)
	f.change(content(bytes.Repeat([]byte{1}, 64)...), 0)
	d.Cut(rand.New(rand.NewPCG(1, 2)))
	kept := 0
	for page := range slices.Chunk(d.Files()["a"], pageSize) {
		switch {
		case bytes.Equal(page, content(1)):
			kept++
		case !bytes.Equal(page, content(0)):
			t.Fatal("half a page")
		}
	}
	if kept == 0 || kept == 64 {
		t.Errorf("%d of 64 pages survived", kept)
	}
}

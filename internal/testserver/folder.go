package testserver

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// A Folder is filled once in a process, and copied for each test that begins with what is in
// it. Migrating a database takes much longer than copying its file: seconds, under the race
// detector.
type Folder struct {
	fill  func(tb testing.TB, dir string)
	once  sync.Once
	files map[string]content
}

// A content is what one file holds, and who may read it.
type content struct {
	bytes []byte
	mode  fs.FileMode
}

// Prepare returns a folder that fill fills when the first test asks for it. fill closes all
// that it opens, and makes no folders in it.
func Prepare(fill func(tb testing.TB, dir string)) *Folder { return &Folder{fill: fill} }

// Copy returns a folder of the test's own, gone when it ends.
func (f *Folder) Copy(tb testing.TB) string {
	tb.Helper()
	f.once.Do(func() { f.read(tb) })
	dir := tb.TempDir()
	for name, c := range f.files {
		if err := os.WriteFile(filepath.Join(dir, name), c.bytes, c.mode); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

func (f *Folder) read(tb testing.TB) {
	tb.Helper()
	dir := tb.TempDir()
	f.fill(tb, dir)
	all, err := os.ReadDir(dir)
	if err != nil {
		tb.Fatal(err)
	}
	f.files = map[string]content{}
	for _, entry := range all {
		info, err := entry.Info()
		if err != nil {
			tb.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			tb.Fatal(err)
		}
		f.files[entry.Name()] = content{bytes: b, mode: info.Mode().Perm()}
	}
}

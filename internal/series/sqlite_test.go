package series

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"foyer/internal/energy"
)

func TestSQLiteKeepsTheFirstOfTwoValues(t *testing.T) {
	s := openSQLite(t, filepath.Join(t.TempDir(), "readings.db"))
	write(t, s, r(hp, 0, 1), r(hp, 0, 2))
	write(t, s, r(hp, 0, 3), r(hc, 0, 4))
	want(t, all(t, s, "m-1"), r(hc, 0, 4), r(hp, 0, 1))
}

func TestSQLiteKeepsTheClockOfEachRegisterOfAnInstant(t *testing.T) {
	s := openSQLite(t, filepath.Join(t.TempDir(), "readings.db"))
	arrival := r(temp, 0, 2)
	arrival.Source = energy.ArrivalTime
	write(t, s, r(hp, 0, 1))
	write(t, s, arrival)
	want(t, all(t, s, "m-1"), r(hp, 0, 1), arrival)
}

func TestSQLiteLeavesNoByteOfTheErased(t *testing.T) {
	dir := t.TempDir()
	s := openSQLite(t, filepath.Join(dir, "readings.db"))
	const canary energy.MeterID = "canary-5f1d3c"
	rs := []energy.Reading{r(hp, 0, 1)}
	for i := range 500 {
		one := r(hp, i, 0x4142434445464748)
		one.Meter = canary
		rs = append(rs, one)
	}
	write(t, s, rs...)
	value := packed(nil).with(entry{1, false, 0x4142434445464748})[1:]
	if !found(t, dir, []byte(canary)) || !found(t, dir, value) {
		t.Fatal("the test does not see what it looks for")
	}
	if err := s.Erase(t.Context(), canary); err != nil {
		t.Fatal(err)
	}
	if found(t, dir, []byte(canary)) || found(t, dir, value) {
		t.Error("erased bytes are still on disk")
	}
	want(t, all(t, s, "m-1"), r(hp, 0, 1))
}

// TestSQLiteLeavesNoCopyOfTheErased writes so that pages are split, over and over: SQLite
// leaves copies in the unused bytes of those it split.
func TestSQLiteLeavesNoCopyOfTheErased(t *testing.T) {
	dir := t.TempDir()
	s := openSQLite(t, filepath.Join(dir, "readings.db"))
	const homes, erased = 40, 5
	names := func(home int) energy.MeterID { return energy.MeterID(fmt.Sprintf("canary-%02d-5f1d3c", home)) }
	luck := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var rs []energy.Reading
		for _, home := range luck.Perm(homes) {
			one := r(hp, luck.IntN(4000), 0x4142434445464700+int64(home))
			one.Meter = names(home)
			rs = append(rs, one)
		}
		write(t, s, rs...)
	}
	for home := range erased {
		if err := s.Erase(t.Context(), names(home)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := packed(nil).with(entry{1, false, 0x4142434445464700 + homes - 1})[1:]
	if !found(t, dir, left) || !found(t, dir, []byte(names(homes-1))) {
		t.Fatal("the test does not see what it looks for")
	}
	for home := range erased {
		if found(t, dir, []byte(names(home))) || found(t, dir, packed(nil).with(entry{1, false, 0x4142434445464700 + int64(home)})[1:]) {
			t.Errorf("bytes of home %d are still on disk", home)
		}
	}
}

// found reports whether any file of a folder holds some bytes.
func found(t *testing.T, dir string, what []byte) bool {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, what) {
			return true
		}
	}
	return false
}

func TestSQLiteRefusesTheFileOfANewerProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "readings.db")
	s := openSQLite(t, path)
	if _, err := s.write.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSQLite(t.Context(), path); err == nil {
		t.Fatal("opened")
	}
	if _, err := OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "absent", "readings.db")); err == nil {
		t.Fatal("opened in a folder that is not there")
	}
}

// TestSQLiteWritesAllOrNothing has a batch fail in its middle.
func TestSQLiteWritesAllOrNothing(t *testing.T) {
	s := openSQLite(t, filepath.Join(t.TempDir(), "readings.db"))
	if _, err := s.write.Exec(`CREATE TRIGGER full BEFORE INSERT ON point WHEN NEW.ms % 60000 = 7
		BEGIN SELECT RAISE(ABORT, 'disk full'); END`); err != nil {
		t.Fatal(err)
	}
	bad := r(temp, 1, 1)
	bad.At = bad.At.Add(7e6)
	var rejected *Rejected
	if err := s.Write(t.Context(), []energy.Reading{r(hp, 0, 1), r(hp, 1, 2), bad}); err == nil || errors.As(err, &rejected) {
		t.Fatal(err)
	}
	want(t, all(t, s, "m-1"))
	if _, err := s.write.Exec("DROP TRIGGER full"); err != nil {
		t.Fatal(err)
	}
	write(t, s, r(hp, 0, 1), bad) // the names of the failed batch are given anew
	want(t, all(t, s, "m-1"), r(hp, 0, 1), bad)
}

// TestSQLiteKeepsWhatItConfirmedOverKills kills a process that writes and
// reports each batch it was told is safe.
func TestSQLiteKeepsWhatItConfirmedOverKills(t *testing.T) {
	if path := os.Getenv("SERIES_VICTIM"); path != "" {
		s := openSQLite(t, path)
		first, _ := strconv.Atoi(os.Getenv("SERIES_FIRST"))
		for i := first; ; i++ {
			write(t, s, r(hp, i, int64(i)), r(hc, i, int64(-i)))
			_, _ = os.Stdout.WriteString("\nsafe " + strconv.Itoa(i) + "\n")
		}
	}
	path, next := filepath.Join(t.TempDir(), "readings.db"), 0
	for range 5 {
		victim := exec.Command(os.Args[0], "-test.run=^TestSQLiteKeepsWhatItConfirmedOverKills$")
		victim.Env = append(os.Environ(), "SERIES_VICTIM="+path, "SERIES_FIRST="+strconv.Itoa(next))
		out, err := victim.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		next = lastSafe(out, next+40, func() { _ = victim.Process.Kill() }) + 1
		_ = victim.Wait()
		s := openSQLite(t, path)
		rs, err := s.Before(t.Context(), "m-1", hp, r(hp, next, 0).At, next+1)
		if err != nil || len(rs) != next {
			t.Fatalf("%d of %d: %v", len(rs), next, err)
		}
		rs, err = s.Before(t.Context(), "m-1", hc, r(hp, next, 0).At, next+1)
		if err != nil || len(rs) != next {
			t.Fatalf("%d of %d: %v", len(rs), next, err)
		}
		_ = s.Close()
	}
}

// lastSafe reads reports, calls kill at the first that reaches a number, and
// returns the last one that came.
func lastSafe(out io.Reader, at int, kill func()) int {
	last, lines := -1, bufio.NewScanner(out)
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "safe "); ok {
			if n, err := strconv.Atoi(text); err == nil {
				if last = n; n == at {
					kill()
				}
			}
		}
	}
	return last
}

func TestSQLiteFindsARegisterThatCameAfterItWasAskedFor(t *testing.T) {
	s := openSQLite(t, filepath.Join(t.TempDir(), "readings.db"))
	look := func() []energy.Reading {
		t.Helper()
		rs, err := s.After(t.Context(), "m-1", hp, r(hp, 0, 0).At, 1)
		if err != nil {
			t.Fatal(err)
		}
		return rs
	}
	want(t, look())
	write(t, s, r(hp, 0, 1))
	want(t, look(), r(hp, 0, 1))
	want(t, look(), r(hp, 0, 1))
}

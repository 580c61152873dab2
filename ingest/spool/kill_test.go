//go:build unix

package spool

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"foyer/ingest"
	"foyer/internal/energy"
	"foyer/internal/keyring"
)

// This test binary is also the process that tests kill.
func TestMain(m *testing.M) {
	switch os.Getenv("FOYER_SPOOL_HELPER") {
	case "append":
		appendForEver(os.Getenv("FOYER_SPOOL_PATH"), os.Getenv("FOYER_SPOOL_CYCLE"))
	case "replay":
		replayAll(os.Getenv("FOYER_SPOOL_PATH"))
	case "full":
		fillUp(os.Getenv("FOYER_SPOOL_PATH"))
	default:
		goleak.VerifyTestMain(m)
	}
}

// A process is this test's own binary in another role.
type process struct {
	*exec.Cmd
	input io.WriteCloser
}

func helper(t *testing.T, mode, path, cycle string) (process, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FOYER_SPOOL_HELPER="+mode, "FOYER_SPOOL_PATH="+path, "FOYER_SPOOL_CYCLE="+cycle)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return process{cmd, in}, bufio.NewScanner(out)
}

// at returns the configuration of a spool that may fill its disk.
func at(path string) Config {
	cfg := Defaults()
	cfg.Path, cfg.MinFreeBytes = path, 0
	return cfg
}

// openHelper opens the spool or ends the process, which ends with it.
func openHelper(path string) *Spool {
	keys, err := keyring.Open(context.Background(), keyring.Defaults().In(filepath.Dir(path)), time.Now)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	s, err := Open(context.Background(), at(path), keys, prometheus.NewRegistry())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return s
}

// acknowledge writes one line in one write, so that it is whole or not there.
func acknowledge(line string) { _, _ = os.Stdout.WriteString(line + "\n") }

// appendForEver appends with 16 in flight and says what was acknowledged. A drain
// beside it holds, admits and settles, and says nothing.
func appendForEver(path, cycle string) {
	s := openHelper(path)
	for i := range 16 {
		go func() {
			for j := 0; ; j++ {
				meter := fmt.Sprintf("m%s-%d", cycle, i)
				if err := s.Append(context.Background(), []energy.Reading{reading(meter, "power", j, int64(j)), reading(meter, "temperature", j, 1)}); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				acknowledge(fmt.Sprintf("%s %d", meter, j))
			}
		}()
	}
	for {
		<-s.More()
		b, err := s.Take(context.Background(), 50)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		// Everything is held and admitted again: it only moves through the tables.
		if err := s.Settle(context.Background(), ingest.Settlement{Through: b.Through, Held: b.Readings}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if len(b.Readings) > 0 {
			if _, err := s.Admit(context.Background(), b.Readings[0].Meter); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
}

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spool.db")
	acked := map[string]bool{}
	random := rand.New(rand.NewPCG(5, 6))
	for cycle := range 12 {
		cmd, lines := helper(t, "append", path, strconv.Itoa(cycle))
		before := len(acked)
		var once sync.Once
		for lines.Scan() {
			acked[lines.Text()] = true
			once.Do(func() {
				time.AfterFunc(time.Duration(random.IntN(120))*time.Millisecond, func() { _ = cmd.Process.Kill() })
			})
		}
		_ = cmd.Wait()
		if len(acked) == before {
			t.Fatal("the process acknowledged nothing")
		}
	}
	s := reopen(t, at(path))
	stored := map[string]int{}
	count := func(rs []energy.Reading) {
		for _, r := range rs {
			stored[fmt.Sprintf("%s %d", r.Meter, r.At.Unix()-1_700_000_000)]++
		}
	}
	count(take(t, s, 1e9).Readings)
	meters, err := s.HeldMeters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	through := take(t, s, 1e9).Through
	for _, m := range meters {
		if _, err := s.Admit(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Settle(t.Context(), ingest.Settlement{Through: through}); err != nil {
		t.Fatal(err)
	}
	count(take(t, s, 1e9).Readings)
	for line := range acked {
		if stored[line] != 2 {
			t.Errorf("acknowledged and %d of 2 readings there: %s", stored[line], line)
		}
	}
	for line, n := range stored {
		if n != 2 {
			t.Errorf("%d readings of %s: an append is whole and once", n, line)
		}
	}
	var ok string
	if err := s.read.QueryRow("PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
		t.Fatal(ok, err)
	}
	t.Logf("%d appends acknowledged, %d stored", len(acked), len(stored))
}

// replayAll replays a case, whose message is one reading at its arrival, for each
// line it is given.
func replayAll(path string) {
	s := openHelper(path)
	cases, err := s.Cases(context.Background(), 0, 1e6)
	more := bufio.NewScanner(os.Stdin)
	for _, c := range cases {
		if err == nil && more.Scan() {
			acknowledge("begun")
			err = s.Replay(context.Background(), c.ID, func(ctx context.Context, m ingest.Message) error {
				return s.Append(ctx, []energy.Reading{{Meter: "m1", Register: "power", At: m.At, Value: 1, Source: energy.ArrivalTime}})
			})
		}
	}
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// TestAKilledReplayLosesNothing kills a replay again and again beside a server that
// lets go of what it reads: in the end every case has become its reading.
func TestAKilledReplayLosesNothing(t *testing.T) {
	server := start(t)
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	const messages = 400
	for i := range messages {
		isolateOne(t, server, caseOf(fmt.Sprint("x", i), at.Add(time.Duration(i)*time.Second)))
	}
	got, twice := map[time.Time]int{}, 0
	collect := func() {
		b := take(t, server, 1e6)
		for _, r := range b.Readings {
			if got[r.At]++; got[r.At] > 1 {
				twice++
			}
		}
		if err := server.Settle(t.Context(), ingest.Settlement{Through: b.Through}); err != nil {
			t.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(7, 8))
	kills := 0
	for left := messages; left > 0; {
		cmd, lines := helper(t, "replay", server.cfg.Path, "")
		for range 1 + random.IntN(8) { // so many cases and no more: it is always killed before it is done
			if _, err := io.WriteString(cmd.input, "next\n"); err != nil || !lines.Scan() {
				break
			}
			collect()
		}
		time.Sleep(time.Duration(random.Int64N(int64(2 * time.Millisecond)))) // anywhere inside a replay
		_ = cmd.Process.Kill()
		if cmd.Wait() != nil {
			kills++
		}
		cases, err := server.Cases(t.Context(), 0, messages)
		if err != nil || len(cases) > left {
			t.Fatal(len(cases), err)
		}
		left = len(cases)
	}
	collect()
	if len(got) != messages || kills == 0 {
		t.Errorf("%d of %d messages became readings, %d kills", len(got), messages, kills)
	}
	if server.cases.Load() != 0 || server.readings.Load() != 0 || server.bytes.Load() != 0 {
		t.Errorf("%d cases, %d readings, %d bytes counted in an empty file", server.cases.Load(), server.readings.Load(), server.bytes.Load())
	}
	t.Logf("%d kills, %d readings came twice, at the same instant", kills, twice)
}

// fillUp appends until files may not grow any more, then until they may again.
func fillUp(path string) {
	signal.Ignore(syscall.SIGXFSZ)
	s := openHelper(path)
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		os.Exit(1)
	}
	full := old
	full.Cur = 256 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		os.Exit(1)
	}
	rs := make([]energy.Reading, 100)
	refused := 0
	for j := 0; refused < 20; j++ {
		for i := range rs {
			rs[i] = reading(fmt.Sprint("m", j), "power", i, 1)
		}
		if err := s.Append(context.Background(), rs); err != nil {
			refused++
			continue
		}
		acknowledge(fmt.Sprint("m", j))
	}
	// A full disk lets go of what is there.
	b, err := s.Take(context.Background(), 1)
	if err == nil {
		err = s.Settle(context.Background(), ingest.Settlement{Through: b.Through})
	}
	acknowledge(fmt.Sprintf("settled %s %v", b.Readings[0].Meter, err == nil))
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		os.Exit(1)
	}
	if err := s.Append(context.Background(), []energy.Reading{reading("last", "power", 1, 1)}); err != nil {
		acknowledge("room again and refused: " + err.Error())
	} else {
		acknowledge("last")
	}
	os.Exit(0)
}

func TestFullDiskLosesNothingAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spool.db")
	cmd, lines := helper(t, "full", path, "")
	acked, settled := []string{}, ""
	for lines.Scan() {
		if meter, ok := strings.CutPrefix(lines.Text(), "settled "); ok {
			settled = meter
			continue
		}
		acked = append(acked, lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(acked) < 2 || acked[len(acked)-1] != "last" {
		t.Fatalf("acknowledged %v", acked)
	}
	s := reopen(t, at(path))
	stored := map[string]int{}
	for _, r := range take(t, s, 1e9).Readings {
		stored[string(r.Meter)]++
	}
	for _, meter := range acked[:len(acked)-1] {
		if stored[meter] != 100 && !strings.HasPrefix(settled, meter+" true") {
			t.Errorf("%s: %d readings", meter, stored[meter])
		}
	}
	if stored["last"] != 1 {
		t.Error("nothing is kept when there is room again")
	}
	t.Logf("%d appends before the disk was full, %s", len(acked), settled)
}

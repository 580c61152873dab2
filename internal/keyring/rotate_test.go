package keyring

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// This test binary is also the process that tests kill.
func TestMain(m *testing.M) {
	dir := os.Getenv("FOYER_KEYRING_FOLDER")
	if dir == "" {
		goleak.VerifyTestMain(m)
		return
	}
	if err := rotateAndDie(dir, os.Getenv("FOYER_KEYRING_STEPS")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// rotateAndDie does some steps of a rotation and kills itself, or with no number
// rotates until somebody kills it.
func rotateAndDie(dir, number string) error {
	ctx := context.Background()
	r, err := Open(ctx, in(dir), time.Now)
	if err != nil {
		return err
	}
	if number == "" {
		for {
			if err := r.Rotate(ctx); err != nil {
				return err
			}
			fmt.Println("rotated")
		}
	}
	steps, err := strconv.Atoi(strings.TrimSuffix(number, "+"))
	if err != nil {
		return err
	}
	for _, step := range r.rotation()[:steps] {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if strings.HasSuffix(number, "+") { // into the next one: the new key is made, and nothing is wrapped under it
		if _, err := makeMaster(r.path + next); err != nil {
			return err
		}
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	return self.Kill()
}

func child(dir, steps string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FOYER_KEYRING_FOLDER="+dir, "FOYER_KEYRING_STEPS="+steps)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestRotationKilledBetweenAnyTwoSteps(t *testing.T) {
	if n := len((&Ring{}).rotation()); n != 3 {
		t.Fatalf("a rotation has %d steps", n)
	}
	for _, steps := range []string{"0", "1", "1+", "2", "3"} {
		t.Run(steps, func(t *testing.T) {
			dir := t.TempDir()
			running := open(t, in(dir))
			first, sealed := running.master.id, seal(t, running, "f1", "Foyer 07")
			err := child(dir, steps).Run()
			if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != -1 { //nolint:errorlint // as os/exec gives it
				t.Fatalf("the process ended with %v, it was to be killed", err)
			}
			// A process that ran all the time goes on, and what it makes is read by all.
			late := seal(t, running, "f2", "Foyer 08")
			r := open(t, in(dir))
			opens(t, r, "f1", sealed, "Foyer 07")
			opens(t, r, "f2", late, "Foyer 08")
			if got := r.master.id != first; got != (steps >= "2") {
				t.Errorf("after %s steps another key is in force: %t", steps, got)
			}
			// Once it was opened the file of the key is the right one by itself.
			if m, err := readMaster(in(dir).Master); err != nil || m.id != r.master.id {
				t.Errorf("the file holds another key than is in force: %v", err)
			}
			if err := r.Rotate(t.Context()); err != nil {
				t.Fatal(err)
			}
			opens(t, r, "f1", sealed, "Foyer 07")
			opens(t, running, "f2", late, "Foyer 08")
			if files, _ := filepath.Glob(in(dir).Master + "*"); len(files) != 1 {
				t.Errorf("left are %v", files)
			}
		})
	}
}

func TestRotationKilledAtAnyInstant(t *testing.T) {
	dir := t.TempDir()
	owners := make([]string, 100)
	for i := range owners {
		owners[i] = "f" + strconv.Itoa(i)
	}
	r := open(t, in(dir))
	if err := r.Add(t.Context(), owners...); err != nil {
		t.Fatal(err)
	}
	sealed := map[string]string{}
	for _, o := range owners {
		sealed[o] = seal(t, r, o, "of "+o)
	}
	for round := range 12 {
		cmd := child(dir, "")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// It has done at least one rotation, and is somewhere in the next ones.
		for range round%3 + 1 {
			if _, err := fmt.Fscanln(out, new(string)); err != nil {
				t.Error(err)
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // it was killed
		again := open(t, in(dir))
		for _, o := range owners {
			opens(t, again, o, sealed[o], "of "+o)
		}
		if _, err := again.Status(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestOldMasterKeyIsWorthNothingAfterARotation(t *testing.T) {
	c := in(t.TempDir())
	r := open(t, c)
	sealed := seal(t, r, "f1", "Foyer 07")
	old, err := os.ReadFile(c.Master)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	opens(t, r, "f1", sealed, "Foyer 07")
	if err := os.WriteFile(c.Master, old, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), c, time.Now); err == nil {
		t.Error("the old master key opens the store")
	}
}

// Two people, or a person and a timer, rotate at the same time.
func TestTwoRotationsAtOnceLoseNoKey(t *testing.T) {
	dir := t.TempDir()
	r := open(t, in(dir))
	sealed := seal(t, r, "f1", "Foyer 07")
	var both sync.WaitGroup
	for range 2 {
		one := open(t, in(dir))
		both.Go(func() {
			for range 20 {
				if err := one.Rotate(t.Context()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	both.Wait()
	opens(t, open(t, in(dir)), "f1", sealed, "Foyer 07")
	opens(t, r, "f1", sealed, "Foyer 07")
}

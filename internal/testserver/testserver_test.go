package testserver

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/jackc/pgx/v5"
)

func TestInfluxKeepsItsPortAndDataWhileItIsAway(t *testing.T) {
	s := Influx(t)
	res, err := http.Post(s.URL()+"/write?db=foyer", "text/plain", strings.NewReader("m v=1i 1000"))
	if err != nil || res.StatusCode != http.StatusNoContent {
		t.Fatal(res, err)
	}
	_ = res.Body.Close()
	before := s.URL()
	for name, end := range map[string]func(){"stop": s.Stop, "kill": s.Kill} {
		end()
		if answers(s.URL() + "/ping") {
			t.Fatalf("%s: still answers", name)
		}
		s.Start()
		res, err := http.Get(s.URL() + "/query?db=foyer&q=" + url.QueryEscape("SELECT v FROM m"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := bufio.NewReader(res.Body).ReadString('\n')
		if err != nil || !strings.Contains(body, `"values"`) || s.URL() != before {
			t.Fatalf("%s: %s %v", name, body, err)
		}
		_ = res.Body.Close()
	}
}

func TestMosquittoLetsAUserWriteBelowItsOwnNameOnly(t *testing.T) {
	s := Mosquitto(t, Options{Users: map[string]string{"foyer": "f", "gw-1": "one", "gw-2": "two"}})
	got := make(chan string, 9)
	connect(t, s, "foyer", "f").Subscribe("foyer/#", 1, func(_ mqtt.Client, m mqtt.Message) {
		got <- m.Topic()
	}).Wait()
	one, two := connect(t, s, "gw-1", "one"), connect(t, s, "gw-2", "two")
	one.Publish("foyer/gw-2/forged", 1, false, "x").Wait()
	one.Publish("foyer/gw-1/own", 1, false, "x").Wait()
	two.Publish("foyer/gw-2/own", 1, false, "x").Wait()
	var topics []string
	Wait(t, "two messages", func() bool {
		select {
		case topic := <-got:
			topics = append(topics, topic)
		default:
		}
		return len(topics) == 2
	})
	if strings.Join(topics, " ") != "foyer/gw-1/own foyer/gw-2/own" {
		t.Fatal(topics)
	}
	if c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(s.URL()).SetUsername("gw-1").SetPassword("two")); c.Connect().Wait() && c.IsConnected() {
		t.Fatal("connected with a wrong password")
	}
}

func connect(t *testing.T, s *Server, user, password string) mqtt.Client {
	t.Helper()
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(s.URL()).SetUsername(user).SetPassword(password).SetClientID(user))
	token := c.Connect()
	if token.Wait(); token.Error() != nil {
		t.Fatal(token.Error())
	}
	t.Cleanup(func() { c.Disconnect(0) })
	return c
}

func TestMosquittoWithoutUsersLetsEverybodyIn(t *testing.T) {
	s := Mosquitto(t, Options{})
	connect(t, s, "", "").Publish("any", 1, false, "x").Wait()
	s.Kill()
	s.Start()
	connect(t, s, "", "")
}

func TestPostgresGivesEachCallerItsOwnDatabase(t *testing.T) {
	a, b := Postgres(t), Postgres(t)
	if a == b {
		t.Fatal("one database for two")
	}
	for _, address := range []string{a, b} {
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		var super bool
		if _, err := conn.Exec(t.Context(), "CREATE TABLE a (x int)"); err != nil {
			t.Error(err)
		}
		if err := conn.QueryRow(t.Context(), "SELECT usesuper FROM pg_user WHERE usename = current_user").Scan(&super); err != nil || super {
			t.Error("superuser", super, err)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestAFolderIsFilledOnceAndEachCopyIsItsOwn(t *testing.T) {
	filled := 0
	f := Prepare(func(tb testing.TB, dir string) {
		tb.Helper()
		filled++
		if err := os.WriteFile(filepath.Join(dir, "key"), []byte("k"), 0o600); err != nil {
			tb.Fatal(err)
		}
	})
	one, two := filepath.Join(f.Copy(t), "key"), filepath.Join(f.Copy(t), "key")
	if err := os.WriteFile(one, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(two)
	if err != nil || string(b) != "k" || filled != 1 {
		t.Errorf("%q, filled %d times: %v", b, filled, err)
	}
	if info, err := os.Stat(two); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v: %v", info, err)
	}
}

func TestAnotherProcessesPortIsNotOurs(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	if !owns(os.Getpid(), port) {
		t.Error("own port not recognised")
	}
	sleep := exec.CommandContext(t.Context(), "sleep", "30")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	if owns(sleep.Process.Pid, port) {
		t.Error("another's port taken for ours")
	}
}

// TestAKilledTestLeavesNothing starts all servers in a second process, kills
// that process, and looks for what is left.
func TestAKilledTestLeavesNothing(t *testing.T) {
	if os.Getenv("TESTSERVER_VICTIM") != "" {
		beVictim(t)
	}
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) { killVictim(t, sig) })
	}
}

func beVictim(t *testing.T) {
	pids := []int{Influx(t).proc.cmd.Process.Pid, Mosquitto(t, Options{}).proc.cmd.Process.Pid}
	address := Postgres(t)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	var dir string
	super, err := pgx.Connect(t.Context(), shared.url("postgres", "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if err := super.QueryRow(t.Context(), "SHOW data_directory").Scan(&dir); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	postmaster, _, _ := strings.Cut(string(b), "\n")
	out := os.NewFile(3, "report")
	if _, err := out.WriteString(strings.Join([]string{strconv.Itoa(pids[0]), strconv.Itoa(pids[1]), postmaster, dir}, " ") + "\n"); err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	select {} // until killed
}

func killVictim(t *testing.T, sig syscall.Signal) {
	Need(t, "influxd", "make servers")
	Need(t, "mosquitto", "make servers")
	Need(t, "initdb", "make servers")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAKilledTestLeavesNothing$")
	victim.Env = append(os.Environ(), "TESTSERVER_VICTIM=1")
	victim.ExtraFiles = []*os.File{w}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	report, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_ = victim.Process.Signal(sig)
	_ = victim.Wait()
	f := strings.Fields(report)
	for _, pid := range f[:3] {
		Wait(t, "process "+pid+" to end", func() bool { return !running(pid) })
	}
	Wait(t, f[3]+" to be removed", func() bool {
		_, err := os.Stat(filepath.Dir(f[3]))
		return os.IsNotExist(err)
	})
}

// running reports whether a process runs; one that waits for its parent does not.
func running(pid string) bool {
	b, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(b), ") ")
	return !strings.HasPrefix(state, "Z")
}

package app_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"foyer/internal/app"
	"foyer/internal/testserver"
)

// A show is a running `foyer demo --json`.
type show struct {
	t      *testing.T
	cmd    *exec.Cmd
	links  app.Links
	folder string         // of its temporary files
	said   testserver.Log // what it printed for who watches
}

// watch starts a demo and returns once it has said where it is to be seen.
func watch(t *testing.T, flags ...string) *show {
	t.Helper()
	d := &show{t: t, folder: t.TempDir()}
	d.cmd = exec.Command(binary(t), append([]string{"demo", "--json"}, flags...)...)
	d.cmd.Env = append(os.Environ(), "TMPDIR="+d.folder)
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.cmd.Stderr = &d.said
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.cmd.Process.Kill() })
	line := make(chan string, 1)
	go func() {
		s, _ := bufio.NewReader(out).ReadString('\n')
		line <- s
	}()
	select {
	case s := <-line:
		if err := json.Unmarshal([]byte(s), &d.links); err != nil {
			t.Fatalf("first line %q: %v; %s", s, err, d.said.String())
		}
	case <-time.After(50 * time.Second):
		t.Fatalf("the demo does not say where it is: %s", d.said.String())
	}
	return d
}

// interrupt ends the demo as Ctrl+C does.
func (d *show) interrupt() {
	d.t.Helper()
	if err := d.cmd.Process.Signal(os.Interrupt); err != nil {
		d.t.Fatal(err)
	}
	d.end()
}

// end waits for the demo to end and wants it to leave nothing.
func (d *show) end() {
	d.t.Helper()
	if err := d.cmd.Wait(); err != nil {
		d.t.Errorf("the demo ended with %v: %s", err, d.said.String())
	}
	left, err := filepath.Glob(filepath.Join(d.folder, "*"))
	if err != nil || len(left) > 0 {
		d.t.Errorf("the demo leaves %v (%v)", left, err)
	}
}

func page(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", address, resp.Status, err)
	}
	return string(b)
}

func TestDemoShowsEurosAndAnAlertAndLeavesNothing(t *testing.T) {
	d := watch(t)
	if p := page(t, d.links.Family); !strings.Contains(p, "€") {
		t.Errorf("no euros on the family's page:\n%s", p)
	}
	web := strings.TrimSuffix(d.links.Family, "/m/demo")
	page(t, d.links.APIDocs)
	deadline := time.Now().Add(5 * time.Minute)
	for !strings.Contains(d.said.String(), "logement froid") || !strings.Contains(d.said.String(), "compteur muet") {
		if time.Now().After(deadline) {
			t.Fatalf("the alerts of the cold home and of the silent meter do not arrive:\n%s", d.said.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
	for n, state := range []string{
		"Tout va bien", "À regarder", "Budget du mois dépassé", "Il fait froid chez vous", "Le compteur ne répond pas", "Bientôt prêt",
		"Suivi arrêté", "Tout va bien", "Budget du mois dépassé", "Tout va bien", "Tout va bien", "Tout va bien",
	} {
		p := page(t, fmt.Sprintf("%s/m/%d", web, n+1))
		if !strings.Contains(p, state) || strings.Contains(p, "€") == (n == 5 || n == 6) {
			t.Errorf("home %d: want %q, and euros where there is a figure:\n%s", n+1, state, p)
		}
	}
	d.families()
	d.photograph()
	d.interrupt()
}

// families wants an effort rate of each worth on the caseworker's page.
func (d *show) families() {
	d.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	nadia := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	var list string
	for _, address := range []string{d.links.Console, strings.TrimSuffix(d.links.Console, "/demo") + "/families"} {
		resp, err := nadia.Get(address)
		if err != nil {
			d.t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			d.t.Fatal(err)
		}
		list = string(b)
	}
	for _, worth := range []string{"%", "provisoire", "pas assez de données"} {
		if !strings.Contains(list, worth) {
			d.t.Errorf("no effort rate is %q:\n%s", worth, list)
		}
	}
}

func TestADemoEndsByItselfAndLeavesOthersAlone(t *testing.T) {
	one := watch(t, "--seed", "7") // lasts until the other has found a place of its own
	two := watch(t, "--for", "30s", "--seed", "8")
	if one.links == two.links {
		t.Errorf("both at %+v", one.links)
	}
	two.end()
	one.interrupt()
}

// photograph looks at the pages as a phone and as a desk do. With FOYER_SCREENSHOTS
// it writes what it sees to that folder.
func (d *show) photograph() {
	d.t.Helper()
	for _, shot := range []struct {
		file, address string
		width, height int64
		phone         bool
	}{
		{"family-cold-360.png", strings.TrimSuffix(d.links.Family, "demo") + "4", 360, 740, true},
		{"console-1280.png", d.links.Console, 1280, 800, false},
	} {
		png := photo(d.t, testserver.Chromium(d.t), shot.address, shot.width, shot.height, shot.phone)
		if len(png) < 10_000 {
			d.t.Errorf("%s is all but empty: %d bytes", shot.file, len(png))
		}
		if folder := os.Getenv("FOYER_SCREENSHOTS"); folder != "" {
			if err := os.WriteFile(filepath.Join(folder, shot.file), png, 0o600); err != nil {
				d.t.Fatal(err)
			}
		}
	}
}

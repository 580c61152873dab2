package app_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"foyer/internal/testserver"
)

// TestADeviceWithoutAPrefixIsItsGateways: a device that cannot take the prefix publishes
// on its own topic, as its gateway, and another gateway cannot do so in its place. Both
// on Foyer's own broker and on mosquitto.
func TestADeviceWithoutAPrefixIsItsGateways(t *testing.T) {
	for _, kind := range []string{"embedded", "mosquitto"} {
		t.Run(kind, func(t *testing.T) {
			d := newDesk(t, "")
			configure := func(url string) {
				d.config = d.file("foyer.yaml", fmt.Sprintf(`data: %s
broker:
  url: %s
  user: reader
  password: of the reader
  mounts: [{topic: "tele/+/SENSOR", gateway: gw-2}, {topic: "shellies/#", gateway: gw-1}]
`, filepath.Join(d.dir, "data"), url))
			}
			addr := fmt.Sprintf("127.0.0.1:%d", testserver.FreePort(t))
			configure("embedded://" + addr)
			own, other := d.run("gateway", "add", "gw-2"), d.run("gateway", "add", "gw-1")
			if kind == "mosquitto" {
				folder := filepath.Join(d.dir, "mosquitto")
				d.run("broker", "config", "--out", folder)
				server := testserver.Mosquitto(t, testserver.Options{Folder: folder})
				addr = server.Addr()
				configure(server.URL())
			}
			i := &ingester{t: t, desk: d, log: filepath.Join(d.dir, "log"), ready: "msg=running"}
			if kind == "mosquitto" {
				i.ready = "reading from the broker"
			}
			i.begin()
			forger := signIn(t, addr, "gw-1", other)
			_ = forger.try("tele/forged/SENSOR", `{"Time":"2026-11-26T12:00:00","ENERGY":{"Total":1.5}}`) // Foyer's own ends the connection
			device := signIn(t, addr, "gw-2", own)
			device.publish("tele/linky/SENSOR", `{"Time":"2026-11-26T12:00:00","ENERGY":{"Total":1234.5}}`)
			device.publish("foyer/gw-2/tele/prefixed/SENSOR", `{"Time":"2026-11-26T12:00:00","ENERGY":{"Total":1}}`)
			seen := map[string]string{}
			testserver.Wait(t, "both devices to be heard", func() bool {
				for line := range strings.Lines(d.run("meter", "list", "--unknown", "--json")) {
					var m struct{ Gateway, Device string }
					if err := json.Unmarshal([]byte(line), &m); err != nil {
						t.Fatal(err)
					}
					seen[m.Device] = m.Gateway
				}
				return len(seen) >= 2
			})
			if got := fmt.Sprint(seen); got != "map[tasmota/linky:gw-2 tasmota/prefixed:gw-2]" {
				t.Error(got)
			}
		})
	}
}

package ingest

import (
	"slices"
	"strings"
	"testing"
)

func TestTopicsLeadToTheirGateway(t *testing.T) {
	mounts := Mounts{{"shellies/#", "g2"}, {"old/+/SENSOR", "g3"}, {"exact", "g4"}}
	for _, c := range []struct {
		topic, gateway, own string
		ok                  bool
	}{
		{"foyer/g1/tele/x/SENSOR", "g1", "tele/x/SENSOR", true},
		{"foyer/g1//x", "g1", "/x", true},
		{"foyer/g1/", "g1", "", false},
		{"foyer/g1", "g1", "", false},
		{"foyer//x", "", "x", false},
		{"foyer/G1/x", "G1", "x", false},
		{"foyer/g 1/x", "g 1", "x", false},
		{"foyer/" + strings.Repeat("g", 65) + "/x", strings.Repeat("g", 65), "x", false},
		{"foyer", "", "", false},
		{"Foyer/g1/x", "", "", false},
		{"shellies/a/b", "g2", "shellies/a/b", true},
		{"shellies", "g2", "shellies", true},
		{"shelliesx", "", "", false},
		{"old/a/SENSOR", "g3", "old/a/SENSOR", true},
		{"old/a/b/SENSOR", "", "", false},
		{"old/a", "", "", false},
		{"old/a/SENSOR/x", "", "", false},
		{"exact", "g4", "exact", true},
		{"exact/x", "", "", false},
		{"", "", "", false},
	} {
		gateway, own, ok := mounts.Resolve(c.topic)
		if ok != c.ok || ok && (gateway != c.gateway || own != c.own) {
			t.Errorf("%q: %q %q %t", c.topic, gateway, own, ok)
		}
	}
	if got := mounts.Filters(); !slices.Equal(got, []string{"foyer/#", "shellies/#", "old/+/SENSOR", "exact"}) {
		t.Error(got)
	}
}

func TestMountsReportEveryFault(t *testing.T) {
	good := Mounts{{"a/#", "g1"}, {"a/+/b", "g-2"}, {"x", "g1"}}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for _, topic := range []string{"", "#", "+/a", "foyer/#", "foyer", "$SYS/#", "a/#/b", "a/b#", "a/+b"} {
		err := Mounts{{"ok", "g1"}, {topic, "G"}}.Validate()
		if err == nil || !strings.Contains(err.Error(), "mounts[1].topic") || !strings.Contains(err.Error(), "mounts[1].gateway") {
			t.Errorf("%q: %v", topic, err)
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	for range b.N {
		if _, _, ok := Mounts(nil).Resolve("foyer/gw-0042/tele/plug-00042/SENSOR"); !ok {
			b.Fatal("nobody's")
		}
	}
}

package ingest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"foyer/ingest/decoder"
)

// TestMadeUpGatewaysAreForgotten has 100,000 names speak once, between messages of a
// gateway that is there, and of one that taught something and is silent since.
func TestMadeUpGatewaysAreForgotten(t *testing.T) {
	var s sites
	taught := s.hold("taught", s.of("taught"))
	taught.keep(map[string]string{"zigbee2mqtt a": "0x01"})
	there := s.of("there")
	for i := range 100_000 {
		s.of(fmt.Sprint("made-up-", i))
		if i%1000 == 0 && s.of("there") != there {
			t.Fatal("a gateway that speaks is forgotten")
		}
	}
	if n := len(s.recent) + len(s.before); n > 2*maxSites {
		t.Errorf("%d gateways are remembered", n)
	}
	if s.of("taught") != taught || len(s.taught) != 1 {
		t.Error("a gateway that taught something is forgotten")
	}
}

// TestWhatIsTaughtIsKeptOfAGatewayThatWasForgotten meanwhile, while its message was read.
func TestWhatIsTaughtIsKeptOfAGatewayThatWasForgotten(t *testing.T) {
	var s sites
	slow := s.of("slow")
	for i := range 3 * maxSites {
		s.of(fmt.Sprint("made-up-", i))
	}
	s.hold("slow", slow).keep(map[string]string{"key": "value"})
	if v, ok := s.of("slow").Recall("key"); !ok || v != "value" {
		t.Errorf("%q %t", v, ok)
	}
	if other := s.hold("slow", &site{}); other != slow {
		t.Error("two sites of one gateway")
	}
}

// An attic remembers nothing.
type attic struct{ gateways map[string]bool }

func (a *attic) Facts(context.Context, int64) (map[string]map[string]string, int64, error) {
	return nil, 0, nil
}

func (a *attic) Remember(_ context.Context, gateway string, _ map[string]string) error {
	a.gateways[gateway] = true
	return nil
}

// TestAllGatewaysTogetherTeachNoMoreThanThereIsRoomFor has 100,000 of them teach as
// much as a fact may hold.
func TestAllGatewaysTogetherTeachNoMoreThanThereIsRoomFor(t *testing.T) {
	kept := &attic{gateways: map[string]bool{}}
	h := &Handler{Parts: Parts{Memory: kept}, metrics: newHandlerMetrics(prometheus.NewRegistry())}
	value := strings.Repeat("v", maxFact-3) // one text for all: it costs nothing here
	for i := range 100_000 {
		gateway := fmt.Sprint("made-up-", i)
		if err := h.learn(t.Context(), gateway, h.sites.of(gateway), []decoder.Fact{{Key: "key", Value: value}}, false); err != nil {
			t.Fatal(err)
		}
	}
	want := maxRemembered / (maxFact + factCost + siteCost)
	if n := len(h.sites.taught); n != len(kept.gateways) || n < want-1 || n > want+1 || h.sites.remembered > maxRemembered {
		t.Errorf("%d gateways are remembered, %d stored, in %d bytes", n, len(kept.gateways), h.sites.remembered)
	}
	if got := testutil.ToFloat64(h.metrics.excess); int(got) != 100_000-len(kept.gateways) {
		t.Errorf("%v facts are counted as refused", got)
	}
	first := h.sites.of("made-up-0")
	if err := h.learn(t.Context(), "made-up-0", first, []decoder.Fact{{Key: "key"}}, false); err != nil || first.weight() != 0 {
		t.Errorf("what was remembered cannot be forgotten: %v", err)
	}
	if err := h.learn(t.Context(), "again", h.sites.of("again"), []decoder.Fact{{Key: "key", Value: "short"}}, false); err != nil || !kept.gateways["again"] {
		t.Errorf("the room it had is not another's: %v", err)
	}
}

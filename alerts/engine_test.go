package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"foyer/internal/energy"
	"foyer/internal/household"
)

var start = time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)

// memory is a store that keeps the promises of the real one.
type memory struct {
	evidence household.Evidence
	gateways []household.GatewayEvidence
	alerts   map[string]household.Alert
	steps    []household.Transition
	before   func() // runs once before the next Transit: somebody else is faster
	fail     error
}

func newMemory() *memory {
	return &memory{
		alerts:   map[string]household.Alert{},
		evidence: household.Evidence{Family: "f1", Pilot: "p1", Zone: time.UTC},
	}
}

func (m *memory) known(match func(household.Alert) bool) []household.Alert {
	var all []household.Alert
	for _, a := range m.alerts {
		if !match(a) {
			continue
		}
		if a.State != household.Resolved {
			all = append(all, a)
			continue
		}
		later := slices.ContainsFunc(m.steps, func(t household.Transition) bool {
			b := m.alerts[t.Alert.ID]
			return b.ID != a.ID && b.Rule == a.Rule && b.Family == a.Family && b.Gateway == a.Gateway &&
				b.State == household.Resolved && !b.OpenedAt.IsZero() && b.Changed.After(a.Changed)
		})
		if !a.OpenedAt.IsZero() && !later {
			all = append(all, a)
		}
	}
	return all
}

func (m *memory) Evidence(_ context.Context, family household.FamilyID, _ []string, _ int, _ time.Time) (household.Evidence, error) {
	ev := m.evidence
	ev.Alerts = m.known(func(a household.Alert) bool { return a.Family == family || a.Family == "" })
	return ev, m.fail
}

// Gateways returns them one by one.
func (m *memory) Gateways(_ context.Context, after string) ([]household.GatewayEvidence, string, error) {
	n := slices.IndexFunc(m.gateways, func(g household.GatewayEvidence) bool { return g.ID > after })
	if n < 0 || m.fail != nil {
		return nil, "", m.fail
	}
	all := slices.Clone(m.gateways[n : n+1])
	for i, g := range all {
		all[i].Alerts = m.known(func(a household.Alert) bool { return a.Family == "" && a.Gateway == g.ID })
	}
	return all, all[0].ID, nil
}

func (m *memory) Transit(_ context.Context, t household.Transition) error {
	if faster := m.before; faster != nil {
		m.before = nil
		faster()
	}
	a, there := m.alerts[t.Alert.ID]
	if there != (t.Alert.Version > 0) || there && (a.Version != t.Alert.Version || a.State == household.Resolved) {
		return household.ErrAlertMoved
	}
	for _, b := range m.alerts {
		if !there && b.State != household.Resolved && b.Rule == t.Alert.Rule && b.Family == t.Alert.Family && b.Gateway == t.Alert.Gateway {
			return household.ErrAlertMoved
		}
	}
	t.Alert.Version++
	m.alerts[t.Alert.ID] = t.Alert
	m.steps = append(m.steps, t)
	return nil
}

// person takes the step a caseworker would.
func (m *memory) person(step household.Step, at time.Time) {
	for _, a := range m.alerts {
		to := map[household.Step]household.AlertState{household.StepAcknowledged: household.Acknowledged, household.StepResolved: household.Resolved}[step]
		if a.State == household.Open || a.State == household.Acknowledged && step == household.StepResolved {
			a.State, a.By, a.Changed = to, "s1", at
			if m.Transit(context.Background(), household.Transition{Alert: a, Step: step, At: at}) != nil {
				panic("a person was refused")
			}
		}
	}
}

// scripted is a rule that finds what it is told to.
type scripted struct {
	verdict Verdict
	hold    time.Duration
	seen    Facts
}

func (s *scripted) Check(f Facts) Verdict { s.seen = f; return s.verdict }
func (s *scripted) Lookback() int         { return 1 }
func (s *scripted) Hold() time.Duration   { return s.hold }
func (s *scripted) Validate() error       { return nil }

func newEngine(t *testing.T, store Store, rules Rules) (*Engine, *prometheus.Registry) {
	t.Helper()
	reg := prometheus.NewRegistry()
	e, err := New(store, rules, time.Time{}, slog.New(slog.DiscardHandler), reg)
	if err != nil {
		t.Fatal(err)
	}
	return e, reg
}

func fires(s household.Severity) Verdict {
	return Verdict{Firing, s, Reason{Key: "alert.cold_home.mean", Args: map[string]string{"severity": string(s)}}}
}

// model says in the fewest words what an alert does.
type model struct {
	state    household.AlertState // "" when none runs
	since    time.Time
	severity int
	steps    []household.Step
}

func (m *model) judge(v Verdict, hold time.Duration, now time.Time) {
	take := func(state household.AlertState, step household.Step) { m.state, m.steps = state, append(m.steps, step) }
	severity := rank[v.Severity]
	switch firing := v.Finding == Firing; {
	case m.state == "" && firing && hold > 0:
		m.since, m.severity = now, severity
		take(household.Pending, household.StepPending)
	case m.state == "" && firing:
		m.severity = severity
		take(household.Open, household.StepOpened)
	case m.state == household.Pending && !firing:
		take("", household.StepDropped)
	case m.state == household.Pending && now.Sub(m.since) >= hold:
		m.severity = severity
		take(household.Open, household.StepOpened)
	case (m.state == household.Open || m.state == household.Acknowledged) && firing && severity > m.severity:
		m.severity = severity
		take(m.state, household.StepEscalated)
	case (m.state == household.Open || m.state == household.Acknowledged) && v.Finding == Clear:
		take("", household.StepResolved)
	}
}

func (m *model) person(step household.Step) {
	if m.state == household.Open && step == household.StepAcknowledged {
		m.state, m.steps = household.Acknowledged, append(m.steps, step)
	} else if step == household.StepResolved && (m.state == household.Open || m.state == household.Acknowledged) {
		m.state, m.steps = "", append(m.steps, step)
	}
}

// TestAlertsMoveAsTheModel drives random verdicts and persons through the engine,
// with every evaluation repeated and some of them in the past.
func TestAlertsMoveAsTheModel(t *testing.T) {
	verdicts := []Verdict{{}, {Finding: Clear}, fires(household.Normal), fires(household.High), fires(household.Urgent)}
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		store, want := newMemory(), &model{}
		rule := &scripted{hold: time.Duration(rng.IntN(3)) * time.Hour}
		e, _ := newEngine(t, store, Rules{"cold_home": rule})
		now := start
		for range 60 {
			now = now.Add(time.Duration(rng.IntN(90)) * time.Minute)
			if p := rng.IntN(10); p < 2 {
				step := []household.Step{household.StepAcknowledged, household.StepResolved}[p]
				store.person(step, now)
				want.person(step)
			}
			rule.verdict = verdicts[rng.IntN(len(verdicts))]
			want.judge(rule.verdict, rule.hold, now)
			for _, at := range []time.Time{now, now, now.Add(-time.Minute)} {
				if err := e.Evaluate(t.Context(), "f1", at); err != nil {
					t.Fatal(err)
				}
			}
		}
		check(t, seed, store, want)
	}
}

func check(t *testing.T, seed uint64, store *memory, want *model) {
	t.Helper()
	var got []household.Step
	last := map[string]household.Transition{}
	for _, s := range store.steps {
		got = append(got, s.Step)
		before, again := last[s.Alert.ID]
		if again && (s.At.Before(before.At) || s.Alert.Version != before.Alert.Version+1) {
			t.Fatalf("seed %d: %s at %v came after %s at %v", seed, s.Step, s.At, before.Step, before.At)
		}
		if opened := !before.Alert.OpenedAt.IsZero(); opened && rank[s.Alert.Severity] < rank[before.Alert.Severity] {
			t.Fatalf("seed %d: %s lowered the severity", seed, s.Step)
		}
		if s.Step != household.StepEscalated && s.Step != household.StepOpened && again && string(s.Alert.Reason) != string(before.Alert.Reason) {
			t.Fatalf("seed %d: %s changed the reason", seed, s.Step)
		}
		last[s.Alert.ID] = s
	}
	if !slices.Equal(got, want.steps) {
		t.Fatalf("seed %d: got %v\nwant %v", seed, got, want.steps)
	}
	running := 0
	for _, a := range store.alerts {
		if a.State != household.Resolved {
			running++
			if a.State != want.state {
				t.Fatalf("seed %d: state %s, want %s", seed, a.State, want.state)
			}
		}
	}
	if running > 1 || (running == 1) != (want.state != "") {
		t.Fatalf("seed %d: %d alerts run", seed, running)
	}
}

func TestAResolvedAlertFiresAgainAsANewEpisode(t *testing.T) {
	store, rule := newMemory(), &scripted{}
	e, reg := newEngine(t, store, Rules{"cold_home": rule})
	for i, v := range []Verdict{fires(household.High), {Finding: Clear}, fires(household.High)} {
		rule.verdict = v
		if err := e.Evaluate(t.Context(), "f1", start.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if len(store.alerts) != 2 || !rule.seen.Since.Equal(start.Add(time.Hour)) || rule.seen.ByPerson {
		t.Errorf("%d episodes, the last resolved at %v", len(store.alerts), rule.seen.Since)
	}
	first := store.steps[0].Alert
	if first.Category != "indoor_climate" || first.Pilot != "p1" || first.Rule != "cold_home" || len(first.ID) != 17 {
		t.Errorf("%+v", first)
	}
	if n := testutil.ToFloat64(e.metrics.transitions.WithLabelValues("cold_home", "opened")); n != 2 {
		t.Errorf("%v opened are counted", n)
	}
	if _, err := reg.Gather(); err != nil {
		t.Error(err)
	}
}

func TestAPersonWhoIsFasterWins(t *testing.T) {
	store, rule := newMemory(), &scripted{verdict: fires(household.High)}
	e, _ := newEngine(t, store, Rules{"cold_home": rule})
	if err := e.Evaluate(t.Context(), "f1", start); err != nil {
		t.Fatal(err)
	}
	rule.verdict = Verdict{Finding: Clear}
	store.before = func() { store.person(household.StepAcknowledged, start.Add(time.Minute)) }
	if err := e.Evaluate(t.Context(), "f1", start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(store.steps[1].Step, store.steps[2].Step, store.steps[2].Alert.By)
	if got != fmt.Sprint(household.StepAcknowledged, household.StepResolved, "") {
		t.Error(got)
	}
}

func TestOneFailingStoreIsReported(t *testing.T) {
	store := newMemory()
	store.fail = errors.New("no disk")
	e, _ := newEngine(t, store, DefaultRules())
	if err := e.Evaluate(t.Context(), "f1", start); !errors.Is(err, store.fail) {
		t.Error(err)
	}
	if err := e.EvaluateGateways(t.Context(), start); !errors.Is(err, store.fail) {
		t.Error(err)
	}
}

func TestRulesThatMakeNoSenseAreRefused(t *testing.T) {
	rules := DefaultRules()
	rules["cold_home"].(*ColdHome).Days = 0
	if _, err := New(newMemory(), rules, time.Time{}, slog.New(slog.DiscardHandler), prometheus.NewRegistry()); err == nil {
		t.Error("accepted")
	}
}

// TestEveryGatewayIsJudged has several die of which the store tells one after the other.
func TestEveryGatewayIsJudged(t *testing.T) {
	store := newMemory()
	e, _ := newEngine(t, store, DefaultRules())
	for _, id := range []string{"g1", "g2", "g3"} {
		g := household.GatewayEvidence{ID: id, Pilot: "p1"}
		for i := range 5 {
			g.Meters = append(g.Meters, household.Pulse{
				Meter: energy.MeterID(fmt.Sprint(id, i)), Gateway: id, Family: household.FamilyID(fmt.Sprint("f", i)), Interval: 10 * time.Minute, Last: start,
			})
		}
		store.gateways = append(store.gateways, g)
	}
	for minutes := 0; minutes <= 300; minutes += 5 {
		if err := e.EvaluateGateways(t.Context(), start.Add(time.Duration(minutes)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	var dead []string
	for _, step := range store.steps {
		dead = append(dead, step.Alert.Gateway+" "+string(step.Step))
	}
	if got := fmt.Sprint(dead); got != "[g1 opened g2 opened g3 opened]" {
		t.Error(got)
	}
}

// TestADeadGatewayIsOneIncident has forty families behind one gateway that dies,
// comes back for most of them, and leaves three behind.
func TestADeadGatewayIsOneIncident(t *testing.T) {
	store := newMemory()
	e, _ := newEngine(t, store, DefaultRules())
	meters := make([]household.Pulse, 40)
	for i := range meters {
		id := fmt.Sprintf("%02d", i)
		meters[i] = household.Pulse{
			Meter: energy.MeterID("m" + id), Gateway: "g1", Family: household.FamilyID("f" + id), Interval: 10 * time.Minute,
			Last: start.Add(-time.Duration(i%10) * time.Minute),
		}
	}
	evaluate := func(now time.Time) {
		t.Helper()
		store.gateways = []household.GatewayEvidence{{ID: "g1", Pilot: "p1", Meters: meters}}
		families := func() {
			for i := range meters {
				store.evidence = household.Evidence{Family: meters[i].Family, Pilot: "p1", Zone: time.UTC, Meters: meters}
				if err := e.Evaluate(t.Context(), meters[i].Family, now); err != nil {
					t.Fatal(err)
				}
			}
		}
		families() // an evaluation in the wrong order does no harm
		if err := e.EvaluateGateways(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		families()
	}
	steps := func() string {
		var s []string
		for _, step := range store.steps {
			s = append(s, step.Alert.Rule+" "+string(step.Step))
		}
		return fmt.Sprint(s)
	}
	for minutes := 0; minutes <= 300; minutes += 5 {
		evaluate(start.Add(time.Duration(minutes) * time.Minute))
	}
	if got := steps(); got != "[silent_gateway opened]" {
		t.Fatal(got)
	}
	back := start.Add(5 * time.Hour)
	for minutes := 0; minutes <= 120; minutes += 5 {
		now := back.Add(time.Duration(minutes) * time.Minute)
		for i := range meters[:37] {
			meters[i].Last = now
		}
		evaluate(now)
	}
	if got := steps(); got != "[silent_gateway opened silent_gateway resolved silent_meter opened silent_meter opened silent_meter opened]" {
		t.Fatal(got)
	}
	if a := store.steps[0].Alert; a.Family != "" || a.Gateway != "g1" {
		t.Errorf("%+v", a)
	}
}

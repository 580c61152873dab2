package alerts

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/household"
)

func init() {
	register(Kind{
		Name:     "silent_meter",
		Incident: "silent_gateway",
		Category: "consumption",
		Default:  func() Rule { return DefaultSilentMeter() },
		Fires: "Normal: a meter of the family said nothing for `times` times its own median interval, but at least `least` and at most `most`. " +
			"Gateway incident: `incident_meters` or more meters, and at least `incident_share` of those behind one gateway, " +
			"are silent and spoke last within `incident_within` of each other; it holds back the alerts of the families.",
		Clears: "Every meter of the family speaks again. The incident: fewer meters are silent than it takes to fire; " +
			"each of the others then has its own time again.",
		Source: "Foyer: silence is not zero, and forty silent meters behind one gateway are one incident.",
		Texts: map[string][]string{
			"alert.silent_meter":         {"last_at", "interval_min"},
			"alert.silent_meter.slow":    {"last_at", "interval_h"},
			"alert.silent_meter.unknown": {"last_at"},
			"alert.silent_gateway":       {"silent", "meters", "last_at"},
		},
	})
}

// SilentMeter calls when a meter does not answer.
type SilentMeter struct {
	Times          int           `yaml:"times" doc:"silence in multiples of the meter's own median interval"`
	Least          time.Duration `yaml:"least" doc:"shortest silence that counts"`
	Most           time.Duration `yaml:"most" doc:"silence that counts for every meter, also one whose interval is not known"`
	Settle         time.Duration `yaml:"settle" doc:"after a start, how long to listen before silence is judged"`
	IncidentMeters int           `yaml:"incident_meters" doc:"silent meters that make an incident of their gateway"`
	IncidentShare  Number        `yaml:"incident_share" doc:"and the share of its meters"`
	IncidentWithin time.Duration `yaml:"incident_within" doc:"how far apart they may have spoken last"`
	HoldDuration   time.Duration `yaml:"for" doc:"how long it must fire before the alert opens"`
}

// DefaultSilentMeter returns the rule as documented.
func DefaultSilentMeter() *SilentMeter {
	return &SilentMeter{
		Times: 3, Least: 2 * time.Hour, Most: 26 * time.Hour, Settle: 30 * time.Minute,
		IncidentMeters: 3, IncidentShare: num("0.5"), IncidentWithin: 30 * time.Minute,
	}
}

// Lookback implements [Rule].
func (s *SilentMeter) Lookback() int { return 0 }

// Hold implements [Rule].
func (s *SilentMeter) Hold() time.Duration { return s.HoldDuration }

// Validate implements [Rule].
func (s *SilentMeter) Validate() error {
	var faults complain
	faults.unless(s.Times >= 1 && s.Times <= 100, "times", s.Times, "want 1 to 100")
	faults.unless(s.Least > 0, "least", s.Least, "want more than 0")
	faults.unless(s.Most >= s.Least, "most", s.Most, "want at least least")
	faults.unless(s.Settle >= 0, "settle", s.Settle, "want 0 or more")
	faults.unless(s.IncidentMeters >= 2, "incident_meters", s.IncidentMeters, "want 2 or more")
	faults.unless(isShare(s.IncidentShare), "incident_share", s.IncidentShare, "want a share, 0 to 1")
	faults.unless(s.IncidentWithin > 0, "incident_within", s.IncidentWithin, "want more than 0")
	faults.unless(s.HoldDuration >= 0, "for", s.HoldDuration, "want 0 or more")
	return faults.err()
}

// limit returns the silence that counts for a meter.
func (s *SilentMeter) limit(p household.Pulse) time.Duration {
	if p.Interval <= 0 {
		return s.Most
	}
	return min(max(time.Duration(s.Times)*p.Interval, s.Least), s.Most)
}

// spoke returns when a meter was last heard; a meter that its family has only
// just got is given its time from then.
func spoke(p household.Pulse) time.Time {
	if p.Since.After(p.Last) {
		return p.Since
	}
	return p.Last
}

// silent reports whether a meter has said nothing for its limit at an instant.
func (s *SilentMeter) silent(p household.Pulse, at time.Time) bool {
	return at.Sub(spoke(p)) >= s.limit(p)
}

// due reports whether the silence of a meter is news at f.Now: it has lasted its
// time since the last incident of its gateway ended too.
func (s *SilentMeter) due(p household.Pulse, f Facts) bool {
	return f.Now.Sub(f.Incidents[p.Gateway].Ended) >= s.limit(p) && s.news(spoke(p), s.limit(p), f)
}

// news reports whether a silence that began at last has not been dealt with: it
// began after the last alert was resolved, or has gone on for its limit since.
// What a person closed in full knowledge comes back after the longest limit.
func (s *SilentMeter) news(last time.Time, limit time.Duration, f Facts) bool {
	if f.ByPerson {
		limit = s.Most
	}
	return !f.Since.After(last) || f.Now.Sub(f.Since) >= limit
}

// Check implements [Rule].
func (s *SilentMeter) Check(f Facts) Verdict {
	var mine, held []household.Pulse
	for _, p := range f.Meters {
		switch {
		case p.Family != f.Family || !s.silent(p, f.Now):
		case f.Running:
			mine = append(mine, p)
		case s.held(p, f) || !s.due(p, f):
			held = append(held, p)
		default:
			mine = append(mine, p)
		}
	}
	switch {
	case len(mine) == 0 && len(held) == 0:
		return Verdict{Finding: Clear}
	case len(mine) == 0 || s.deaf(f):
		return Verdict{}
	}
	first := slices.MinFunc(mine, func(a, b household.Pulse) int { return spoke(a).Compare(spoke(b)) })
	args := map[string]string{"last_at": strconv.FormatInt(spoke(first).UnixMilli(), 10)}
	key := "alert.silent_meter"
	switch {
	case first.Interval <= 0:
		key = "alert.silent_meter.unknown"
	case first.Interval < 2*time.Hour:
		args["interval_min"] = whole(first.Interval, time.Minute)
	default:
		key, args["interval_h"] = "alert.silent_meter.slow", whole(first.Interval, time.Hour)
	}
	return Verdict{Firing, household.Normal, Reason{key, args}}
}

// deaf reports whether Foyer has been up for too short a time to call anything silent.
func (s *SilentMeter) deaf(f Facts) bool {
	return !f.Listening.IsZero() && f.Now.Sub(f.Listening) < s.Settle
}

// held reports whether an incident of its gateway speaks for a meter, or is about to:
// enough meters fell silent with it that will all count within incident_within
// if they say nothing more.
func (s *SilentMeter) held(p household.Pulse, f Facts) bool {
	if f.Incidents[p.Gateway].Running {
		return true
	}
	all := behind(f.Meters, p.Gateway)
	group := s.together(all, f.Now.Add(s.IncidentWithin))
	return s.enough(len(group), len(all)) && slices.ContainsFunc(group, func(q household.Pulse) bool { return q.Meter == p.Meter })
}

func behind(meters []household.Pulse, gateway string) []household.Pulse {
	var all []household.Pulse
	for _, p := range meters {
		if p.Gateway == gateway {
			all = append(all, p)
		}
	}
	return all
}

// together returns the largest group of meters that are silent at an instant and
// spoke last within incident_within of each other, by when they did.
func (s *SilentMeter) together(meters []household.Pulse, at time.Time) []household.Pulse {
	var silent []household.Pulse
	for _, p := range meters {
		if s.silent(p, at) {
			silent = append(silent, p)
		}
	}
	slices.SortFunc(silent, func(a, b household.Pulse) int { return spoke(a).Compare(spoke(b)) })
	var largest []household.Pulse
	for first, next := 0, 0; first < len(silent); first++ {
		for next < len(silent) && spoke(silent[next]).Sub(spoke(silent[first])) <= s.IncidentWithin {
			next++
		}
		if next-first > len(largest) {
			largest = silent[first:next]
		}
	}
	return largest
}

// enough reports whether that many silent meters of all make an incident.
func (s *SilentMeter) enough(silent, of int) bool {
	return silent >= s.IncidentMeters &&
		decimal.NewFromInt(int64(silent)).GreaterThanOrEqual(s.IncidentShare.Mul(decimal.NewFromInt(int64(of))))
}

// CheckGateway implements [GatewayRule].
func (s *SilentMeter) CheckGateway(f Facts) Verdict {
	silent := 0
	for _, p := range f.Meters {
		if s.silent(p, f.Now) {
			silent++
		}
	}
	if !s.enough(silent, len(f.Meters)) {
		return Verdict{Finding: Clear}
	}
	group := s.together(f.Meters, f.Now)
	if !s.enough(len(group), len(f.Meters)) || s.deaf(f) {
		return Verdict{}
	}
	last := spoke(group[len(group)-1])
	if !f.Running && !s.news(last, s.Least, f) {
		return Verdict{}
	}
	return Verdict{Firing, household.Normal, Reason{"alert.silent_gateway", map[string]string{
		"silent": strconv.Itoa(len(group)), "meters": strconv.Itoa(len(f.Meters)),
		"last_at": strconv.FormatInt(last.UnixMilli(), 10),
	}}}
}

// whole shows a duration in whole units, at least one.
func whole(d, unit time.Duration) string {
	return strconv.FormatInt(max(1, int64(d.Round(unit)/unit)), 10)
}

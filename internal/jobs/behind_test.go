package jobs

import (
	"slices"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

func TestFamilyIsNotJudgedWhileOldReadingsComeIn(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	families := []household.FamilyID{"late", "live", "quiet"}
	mark := func(ago time.Duration) household.Stale {
		return household.Stale{Span: energy.Span{From: now.Add(-ago - time.Hour), To: now.Add(-ago)}}
	}
	type marks map[household.FamilyID][]household.Stale
	b := backlog{}
	for _, step := range []struct {
		name  string
		after time.Duration
		stale marks
		want  []household.FamilyID
	}{
		{"yesterday's come in", 0, marks{"late": {mark(20 * time.Hour)}, "live": {mark(time.Minute), mark(20 * time.Hour)}}, []household.FamilyID{"live", "quiet"}},
		{"more of them", 10 * time.Minute, marks{"late": {mark(9 * time.Hour)}}, []household.FamilyID{"live", "quiet"}},
		{"nothing more", 20 * time.Minute, nil, []household.FamilyID{"late", "live", "quiet"}},
		{"it begins again", 2 * time.Hour, marks{"late": {mark(9 * time.Hour)}}, []household.FamilyID{"live", "quiet"}},
		{"and goes on for long", 3*time.Hour + time.Minute, marks{"late": {mark(9 * time.Hour)}}, []household.FamilyID{"late", "live", "quiet"}},
	} {
		var got []household.FamilyID
		for _, f := range families {
			b.note(f, step.stale[f], now.Add(step.after))
			if !b.waits(f, now.Add(step.after)) {
				got = append(got, f)
			}
		}
		if !slices.Equal(got, step.want) {
			t.Errorf("%s: judged %v, want %v", step.name, got, step.want)
		}
	}
}

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
	home := func(id, meter string) household.Home {
		return household.Home{Family: household.FamilyID(id), Attachments: []household.Attachment{{Meter: energy.MeterID(meter)}}}
	}
	homes := []household.Home{home("late", "m1"), home("live", "m2"), home("quiet", "m3")}
	mark := func(meter string, ago time.Duration) household.Stale {
		return household.Stale{Span: energy.Span{Meter: energy.MeterID(meter), From: now.Add(-ago - time.Hour), To: now.Add(-ago)}}
	}
	b := backlog{}
	for _, step := range []struct {
		name  string
		after time.Duration
		stale []household.Stale
		want  []household.FamilyID
	}{
		{"yesterday's come in", 0, []household.Stale{mark("m1", 20*time.Hour), mark("m2", time.Minute), mark("m2", 20*time.Hour)}, []household.FamilyID{"live", "quiet"}},
		{"more of them", 10 * time.Minute, []household.Stale{mark("m1", 9*time.Hour)}, []household.FamilyID{"live", "quiet"}},
		{"nothing more", 20 * time.Minute, nil, []household.FamilyID{"late", "live", "quiet"}},
		{"it begins again", 2 * time.Hour, []household.Stale{mark("m1", 9*time.Hour)}, []household.FamilyID{"live", "quiet"}},
		{"and goes on for long", 3*time.Hour + time.Minute, []household.Stale{mark("m1", 9*time.Hour)}, []household.FamilyID{"late", "live", "quiet"}},
	} {
		if got := b.judged(homes, step.stale, now.Add(step.after)); !slices.Equal(got, step.want) {
			t.Errorf("%s: judged %v, want %v", step.name, got, step.want)
		}
	}
}

package app

import (
	"testing"
	"time"
)

func TestWorldRunsFasterUntilItMeetsTheWallClockAndIsNeverAhead(t *testing.T) {
	anchor := time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC)
	now := anchor
	w := World{Start: anchor.Add(-18 * time.Hour), Anchor: anchor, Speed: 600, wall: func() time.Time { return now }}
	for _, step := range []struct {
		after, behind time.Duration
	}{
		{0, 18 * time.Hour},
		{time.Minute, 18*time.Hour + time.Minute - 10*time.Hour},
		{2 * time.Minute, 0},
		{time.Hour, 0},
	} {
		now = anchor.Add(step.after)
		if got := now.Sub(w.Now()); got != step.behind {
			t.Errorf("after %v the world is %v behind, want %v", step.after, got, step.behind)
		}
	}
	now = anchor
	if got := w.Until(w.Now().Add(10 * time.Minute)); got != time.Second {
		t.Errorf("ten world minutes take %v, want 1s", got)
	}
}

func TestZeroWorldIsTheWallClock(t *testing.T) {
	before := Wall()
	if got := (World{}).Now(); got.Before(before) || got.Sub(before) > time.Minute {
		t.Errorf("zero world shows %v, wall %v", got, before)
	}
}

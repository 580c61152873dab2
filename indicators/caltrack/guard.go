package caltrack

import (
	"time"

	"foyer/internal/household"
)

// A Comfort is how long a home was too cold in a winter, and how warm it was kept.
type Comfort struct {
	Below, Seen, Of time.Duration // below the limit; seen at all; the winter
	Coldest         *int64        // thousandths of °C that its coldest days were below at most; nil where nobody says
}

// A Guard says when a home saved by being cold. Its figures are those of the
// contract, in percent.
type Guard struct {
	Rise     int64 // points by which the cold share of a winter may rise
	Small    int64 // share under which it may rise by more
	Coverage int64 // of each winter that a sensor has to have seen
	Fall     int64 // thousandths of °C by which the coldest days may have become colder; 0: that is not asked
}

// A Judgement is what a [Guard] says.
type Judgement string

// The judgements of a guard.
const (
	Kept   Judgement = "kept"           // the home was not colder
	Colder Judgement = "colder"         // it was too cold for longer: the saving does not count
	Cooler Judgement = household.Cooler // it was not, and still was kept much less warm: nor does it
	Unseen Judgement = "unseen"         // too little of a winter was seen to say
)

// Judge compares the winter of the baseline with that of the reporting period.
// Exactly the rise and the fall that are allowed are allowed; exactly the small share is
// not small.
func (g Guard) Judge(before, after Comfort) Judgement {
	if !before.enough(g.Coverage) || !after.enough(g.Coverage) {
		return Unseen
	}
	// In whole seconds, by cross-multiplication: a winter has 2·10⁷ of them.
	b, bs := int64(before.Below/time.Second), int64(before.Seen/time.Second)
	a, as := int64(after.Below/time.Second), int64(after.Seen/time.Second)
	if a*100 >= g.Small*as && (a*bs-b*as)*100 > g.Rise*as*bs {
		return Colder
	}
	if fall, ok := Fell(before, after); ok && g.Fall > 0 && fall > g.Fall {
		return Cooler
	}
	return Kept
}

// Fell returns by how much the coldest days became colder, in thousandths of °C; false
// where that is not known of both winters.
func Fell(before, after Comfort) (int64, bool) {
	if before.Coldest == nil || after.Coldest == nil {
		return 0, false
	}
	return *before.Coldest - *after.Coldest, true
}

// enough reports whether a share of the winter was seen, in percent.
func (c Comfort) enough(percent int64) bool {
	return c.Seen >= time.Second && c.Of > 0 && int64(c.Seen/time.Second)*100 >= percent*int64(c.Of/time.Second)
}

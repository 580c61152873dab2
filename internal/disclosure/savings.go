package disclosure

import (
	"encoding/json"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A SavingsFigure is what works on a home saved over the year after them, the weather
// taken into account. Energy has a value where Status says that there is one.
type SavingsFigure struct {
	From, To energy.Day // the year after the works; To is not included
	Works    []string   // their kinds, as they were said
	Status   household.Status
	Reason   string // of any status but ok; "" where it tells of the indoor climate, and that is not shared
	Energy   *SavedEnergy
	Cooler   *int64      // thousandths of °C by which the home was kept colder, where it is refused for that alone and it is shared
	Ready    *energy.Day // first day that can have a figure, while there is none; nil when nobody can tell
}

// A SavedEnergy is electricity that was not used. With nine chances in ten it lies
// between Low and High; below 0 more was used.
type SavedEnergy struct {
	Low, Central, High         MilliWh
	LowShare, Share, HighShare string // of what would have been used, exact; "" without one
}

// Sure reports whether the whole interval is above 0.
func (s SavedEnergy) Sure() bool { return s.Low > 0 }

// wantedSavings is how many days back the end of works may lie whose saving is shown.
const wantedSavings = 3 * 366

// savings returns what the last works saved that stand; nil without any.
func (s sheet) savings() *SavingsFigure {
	all := s.results("metered_savings")
	for i := len(all) - 1; i >= 0; i-- { // in order of their days
		var d household.Savings
		if json.Unmarshal(all[i].Detail, &d) != nil || len(d.Works) == 0 {
			continue
		}
		return s.saving(all[i], d)
	}
	return nil
}

func (s sheet) saving(r household.Result, d household.Savings) *SavingsFigure {
	f := &SavingsFigure{From: r.From, To: r.To, Status: r.Status, Reason: d.Reason}
	for _, w := range d.Works {
		f.Works = append(f.Works, w.Kind)
	}
	if fall, ok := scaled(d.Comfort.Fall, 3); ok && d.Comfort.Judgement == household.Cooler {
		f.Cooler = &fall
	}
	if r.Status == household.NotApplicable && s.Finest[string(consent.IndoorClimate)] == 0 {
		f.Reason, f.Cooler = "", nil
	}
	if d.Ready != nil {
		if day, err := energy.ParseDay(*d.Ready); err == nil {
			f.Ready = &day
		}
	}
	low, high, central := milliWh(d.Low), milliWh(d.High), milliWh(d.Central)
	if worth(r) && low != nil && high != nil && central != nil {
		f.Energy = &SavedEnergy{Low: *low, Central: *central, High: *high}
		if d.Share != nil && d.LowShare != nil && d.HighShare != nil {
			f.Energy.LowShare, f.Energy.Share, f.Energy.HighShare = *d.LowShare, *d.Share, *d.HighShare
		}
	}
	return f
}

// milliWh reads an exact amount in kWh.
func milliWh(kWh *string) *MilliWh {
	n, ok := scaled(kWh, 6)
	if !ok {
		return nil
	}
	e := MilliWh(n)
	return &e
}

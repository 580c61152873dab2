package consent

// Offer returns what a family is asked for a purpose: the scopes that go
// together on the consent screen and on the paper form.
//
// Half-hours of consumption are offered to the family alone and asked in a box
// of their own, see [Hourly]. Purposes without an offer return nil.
func Offer(p Purpose) []Scope {
	switch p {
	case FamilyView:
		return []Scope{
			{FamilyView, ToFamily, Consumption, Daily},
			{FamilyView, ToFamily, Cost, Daily},
			{FamilyView, ToFamily, IndoorClimate, Daily},
			{FamilyView, ToFamily, Indicators, Monthly},
		}
	case CooperativeSummary:
		return []Scope{
			{CooperativeSummary, ToCooperative, Consumption, Monthly},
			{CooperativeSummary, ToCooperative, Cost, Monthly},
			{CooperativeSummary, ToCooperative, IndoorClimate, Daily},
			{CooperativeSummary, ToCooperative, Indicators, Monthly},
		}
	case Alert:
		return []Scope{
			{Alert, ToCooperative, Consumption, Daily},
			{Alert, ToCooperative, Cost, Daily},
			{Alert, ToCooperative, IndoorClimate, Daily},
			{Alert, ToFamily, Consumption, Daily},
			{Alert, ToFamily, Cost, Daily},
			{Alert, ToFamily, IndoorClimate, Daily},
		}
	case Evaluation, OpenStatistics, Research:
		return nil
	}
	return nil
}

// Hourly is the scope asked in a box of its own: half-hours, for the family
// itself. Hours show who is at home.
func Hourly() Scope { return Scope{FamilyView, ToFamily, Consumption, HalfHourly} }

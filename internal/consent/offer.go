package consent

// Offer returns what a family is asked for a purpose: the scopes that go
// together on the consent screen and on the paper form.
//
// Half-hours of consumption are offered to the family alone and asked in a box
// of their own, see [Hourly]. What is no purpose returns nil.
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
	case Evaluation:
		return []Scope{
			{Evaluation, ToEvaluator, Consumption, Monthly},
			{Evaluation, ToEvaluator, Cost, Monthly},
		}
	case OpenStatistics:
		return []Scope{
			{OpenStatistics, ToPublic, Consumption, Annual},
			{OpenStatistics, ToPublic, Cost, Annual},
		}
	case Research:
		return []Scope{
			{Research, ToResearcher, Consumption, Monthly},
			{Research, ToResearcher, Cost, Monthly},
		}
	}
	return nil
}

// Hourly is the scope asked in a box of its own: half-hours, for the family
// itself. Hours show who is at home.
func Hourly() Scope { return Scope{FamilyView, ToFamily, Consumption, HalfHourly} }

// HourlyName is what the box of half-hours is called where the others go by their
// purpose.
const HourlyName = "hourly"

// Questions are the scopes of a box of their own: what a family says of itself when it
// is asked. It keeps that for itself to read again, and for who prepares a call or a
// visit. Nothing is measured for it.
func Questions() []Scope {
	return []Scope{
		{FamilyView, ToFamily, Survey, Annual},
		{CooperativeSummary, ToCooperative, Survey, Annual},
	}
}

// SurveyName is what the box of questions is called.
const SurveyName = "survey"

// Offered returns the scopes of a box by its name, that of a purpose, [HourlyName] or
// [SurveyName], none finer than a granularity; 0 is as fine as offered. It reports
// false for a box that there is not.
func Offered(name string, finest Granularity) ([]Scope, bool) {
	var all []Scope
	switch name {
	case HourlyName:
		all = []Scope{Hourly()}
	case SurveyName:
		all = Questions()
	default:
		all = Offer(Purpose(name))
	}
	for i, s := range all {
		if finest > 0 {
			all[i].Granularity = min(s.Granularity, finest)
		}
	}
	return all, all != nil
}

// Finest returns how fine a box is offered at most, in whichever of its categories; 0 for a
// box that there is not.
func Finest(name string) (finest Granularity) {
	all, _ := Offered(name, 0)
	for _, s := range all {
		finest = max(finest, s.Granularity)
	}
	return finest
}

package caltrack

// A Type says which degree days a model has.
type Type string

// The types of models, in the order in which they are tried.
const (
	InterceptOnly Type = "intercept_only"
	HeatingOnly   Type = "hdd_only"
	CoolingOnly   Type = "cdd_only"
	Both          Type = "cdd_hdd"
)

// A Model says what a home uses in a day of some temperature: Intercept, and
// Heating for each degree below one balance point and Cooling for each above the
// other.
//
// Source: CalTRACK 2.0, 3.2.1.
type Model struct {
	Type                    Type
	Intercept               float64 // energy a day
	Heating, Cooling        float64 // energy for each degree day; 0 without
	HeatingPoint, CoolPoint float64 // balance points; 0 without
	R2, AdjustedR2          float64
	Errors                  StdErrors
}

// StdErrors are the standard errors of the parameters of a [Model].
type StdErrors struct{ Intercept, Heating, Cooling float64 }

// Variables returns how many kinds of degree days the model has.
func (m Model) Variables() int {
	switch m.Type {
	case HeatingOnly, CoolingOnly:
		return 1
	case Both:
		return 2
	case InterceptOnly:
	}
	return 0
}

func (m Model) heats() bool { return m.Type == HeatingOnly || m.Type == Both }
func (m Model) cools() bool { return m.Type == CoolingOnly || m.Type == Both }

// A Load is what a model says was used, and for what.
type Load struct{ Base, Heating, Cooling float64 }

// Total returns the whole.
func (l Load) Total() float64 { return l.Base + l.Heating + l.Cooling }

func (l Load) plus(m Load) Load {
	return Load{l.Base + m.Base, l.Heating + m.Heating, l.Cooling + m.Cooling}
}

// daily returns the mean load of a day of a period with a temperature.
func (m Model) daily(p Period) Load {
	l := Load{Base: m.Intercept}
	if m.heats() {
		l.Heating = m.Heating * p.heating(m.HeatingPoint)
	}
	if m.cools() {
		l.Cooling = m.Cooling * p.cooling(m.CoolPoint)
	}
	return l
}

// On returns the load of a day of a temperature.
func (m Model) On(temp float64) Load {
	l := Load{Base: m.Intercept}
	if m.heats() {
		l.Heating = m.Heating * max(m.HeatingPoint-temp, 0)
	}
	if m.cools() {
		l.Cooling = m.Cooling * max(temp-m.CoolPoint, 0)
	}
	return l
}

// Predict returns the load over a period with a temperature; its days without one
// count as the others.
func (m Model) Predict(p Period) Load {
	l := m.daily(p)
	return Load{l.Base * p.Days, l.Heating * p.Days, l.Cooling * p.Days}
}

package simulators

// Works change a home for good, some local days before its start. The same scenario
// without them says what would have been used: the weather and the people are alike.
type Works struct {
	Days       int   `yaml:"days"`       // local days before Start when they are over; 0 for the start itself
	Took       int   `yaml:"took"`       // local days that they took; the home changes at their end
	Insulation int64 `yaml:"insulation"` // percent of the heat lost that is kept from then on
	Colder     int64 `yaml:"colder"`     // m°C that the family heats less, whatever the walls
}

// change makes a dwelling what it is after the works.
func (w Works) change(d *dwelling) {
	d.loss -= d.loss * w.Insulation / 100
	d.comfort, d.eco, d.held = d.comfort-w.Colder, d.eco-w.Colder, d.held-w.Colder
}

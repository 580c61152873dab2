package weather

import "fmt"

// Config says whether jobs ask Open-Meteo's archive for days whose weather nobody else
// knows. The zero value asks nobody.
type Config struct {
	// Place of the pilot, LATITUDE,LONGITUDE in degrees. A tenth of a degree is kept of
	// it, and that alone is sent.
	Place string `yaml:"place"`
}

// Validate reports a place that is none.
func (c Config) Validate() error {
	if c.Place == "" {
		return nil
	}
	if _, err := ParsePlace(c.Place); err != nil {
		return fmt.Errorf("place: %w", err)
	}
	return nil
}

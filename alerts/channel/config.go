package channel

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// Config is the section of the configuration that holds the channels, by kind.
type Config map[string]Section

// DefaultConfig returns every kind with its defaults: nobody is told.
func DefaultConfig() Config {
	c := Config{}
	for _, k := range Kinds() {
		c[k.Name] = k.Default()
	}
	return c
}

// Validate reports every setting that makes no sense, with its value and why.
func (c Config) Validate() error {
	var all []error
	for _, kind := range slices.Sorted(maps.Keys(c)) {
		if _, known := kinds[kind]; !known {
			all = append(all, fmt.Errorf("%s: there is no such channel", kind))
			continue
		}
		if err := c[kind].Validate(); err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				all = append(all, errors.New(kind+"."+line))
			}
		}
	}
	return errors.Join(all...)
}

// Open returns every channel that is configured.
func (c Config) Open(d Deps) ([]Open, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	var all []Open
	for _, kind := range slices.Sorted(maps.Keys(c)) {
		some, err := c[kind].Open(d)
		if err != nil {
			return nil, fmt.Errorf("open channel %s: %w", kind, err)
		}
		for _, o := range some {
			o.Kind = kind
			all = append(all, o)
		}
	}
	return all, nil
}

// UnmarshalYAML reads the sections that are there on top of those already held,
// or of the defaults; an unknown kind or setting fails.
func (c *Config) UnmarshalYAML(unmarshal func(any) error) error {
	sections := DefaultConfig()
	maps.Copy(sections, *c)
	var fields []reflect.StructField
	names := slices.Sorted(maps.Keys(sections))
	for i, name := range names {
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("Kind%d", i),
			Type: reflect.TypeOf(sections[name]),
			Tag:  reflect.StructTag(fmt.Sprintf(`yaml:%q`, name)),
		})
	}
	all := reflect.New(reflect.StructOf(fields))
	for i, name := range names {
		all.Elem().Field(i).Set(reflect.ValueOf(sections[name]))
	}
	if err := unmarshal(all.Interface()); err != nil {
		return err
	}
	for i, name := range names {
		section, ok := all.Elem().Field(i).Interface().(Section)
		if !ok || all.Elem().Field(i).IsNil() { // `log:` with nothing below it
			section = kinds[name].Default()
		}
		sections[name] = section
	}
	*c = sections
	return nil
}

// checkRoute reports what is wrong with who is told of what.
func checkRoute(recipient string, steps []household.Step) error {
	var faults []error
	if !slices.Contains(consent.Recipients, consent.Recipient(recipient)) {
		faults = append(faults, fmt.Errorf("recipient %q: want one of %v", recipient, consent.Recipients))
	}
	if len(steps) == 0 {
		faults = append(faults, errors.New("tell []: want at least one step"))
	}
	for _, s := range steps {
		if !slices.Contains(tellable, s) {
			faults = append(faults, fmt.Errorf("tell %q: want one of %v", s, tellable))
		}
	}
	return errors.Join(faults...)
}

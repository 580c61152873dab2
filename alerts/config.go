package alerts

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Rules is the section of the configuration that holds the parameters of every
// rule, by name. What a file leaves out keeps its default; a rule can be
// parametrised, not left out.
type Rules map[string]Rule

// DefaultRules returns every rule with its default parameters.
func DefaultRules() Rules {
	rules := Rules{}
	for _, k := range Kinds() {
		rules[k.Name] = k.Default()
	}
	return rules
}

// Validate reports every parameter that makes no sense, with its value and why.
func (r Rules) Validate() error {
	var all []error
	for _, name := range slices.Sorted(maps.Keys(r)) {
		if _, known := kinds[name]; !known {
			all = append(all, fmt.Errorf("%s: there is no such rule", name))
			continue
		}
		if err := r[name].Validate(); err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				all = append(all, errors.New(name+"."+line))
			}
		}
	}
	return errors.Join(all...)
}

// UnmarshalYAML reads the sections of the rules that are there on top of the
// parameters already held, or of the defaults; an unknown rule or parameter fails.
func (r *Rules) UnmarshalYAML(unmarshal func(any) error) error {
	rules := DefaultRules()
	maps.Copy(rules, *r)
	var fields []reflect.StructField
	names := slices.Sorted(maps.Keys(rules))
	for i, name := range names {
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("Rule%d", i),
			Type: reflect.TypeOf(rules[name]),
			Tag:  reflect.StructTag(fmt.Sprintf(`yaml:%q`, name)),
		})
	}
	section := reflect.New(reflect.StructOf(fields))
	for i, name := range names {
		section.Elem().Field(i).Set(reflect.ValueOf(rules[name]))
	}
	if err := unmarshal(section.Interface()); err != nil {
		return err
	}
	for i, name := range names {
		rule, ok := section.Elem().Field(i).Interface().(Rule)
		if !ok || section.Elem().Field(i).IsNil() { // `cold_home:` with nothing below it
			rule = kinds[name].Default()
		}
		rules[name] = rule
	}
	*r = rules
	return nil
}

// Thresholds returns the parameters of every rule by its name, "days=3 ratio_above=1.3".
func (r Rules) Thresholds() map[string]string {
	all := map[string]string{}
	for name, rule := range r {
		v := reflect.ValueOf(rule).Elem()
		var pairs []string
		for i := range v.NumField() {
			pairs = append(pairs, fmt.Sprintf("%s=%v", v.Type().Field(i).Tag.Get("yaml"), v.Field(i).Interface()))
		}
		all[name] = strings.Join(pairs, " ")
	}
	return all
}

// complain collects the faults of one rule's parameters.
type complain []error

// unless adds a fault about a parameter when ok is false.
func (c *complain) unless(ok bool, field string, value any, want string) {
	if !ok {
		*c = append(*c, fmt.Errorf("%s %v: %s", field, value, want))
	}
}

func (c complain) err() error { return errors.Join(c...) }

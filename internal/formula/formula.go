// Package formula holds pure calculations that anybody can try on inputs of his
// own, in JSON, and says of each what it reads and answers.
//
// It knows nothing of what they compute.
package formula

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// ErrUnknown refuses an id that no [Formula] has.
var ErrUnknown = errors.New("no such calculation")

// About says what a formula is for.
//
// One that describes a home, a cohort or a payment is an indicator: it has a
// question in English and French, a unit and a version of its method. What one is
// made of, or another package computes, has a source alone.
type About struct {
	ID         string // "brde"
	Unit       string // of its main result: "EUR", "ratio", "yes or no"
	Version    string // of the method
	Question   string
	QuestionFR string
	Method     string // thresholds and edge cases, in English
	Source     string // "" where Method is the product's own
}

// Indicator reports whether the formula describes a home, a cohort or a payment.
func (a About) Indicator() bool { return a.Question != "" }

// A Formula is a pure function from JSON to JSON.
type Formula struct {
	About
	Inputs  []Field // what it reads; a member that is left out is not known
	Results []Field // what it says; one that is not known is left out or null
	eval    func(json.RawMessage) (any, error)
}

// New makes a formula of a function from typed inputs to a typed result. It
// panics where what is said of it is not complete.
func New[In, Out any](about About, f func(In) Out) Formula {
	indicator := about.Indicator()
	if about.ID == "" || about.Source == "" && about.Method == "" ||
		indicator != (about.QuestionFR != "") || indicator != (about.Unit != "") || indicator != (about.Version != "") {
		panic("formula " + about.ID + " does not say enough of itself")
	}
	return Formula{
		About: about, Inputs: fields("", reflect.TypeFor[In]()), Results: fields("", reflect.TypeFor[Out]()),
		eval: func(raw json.RawMessage) (any, error) {
			raw = whole(raw)
			var in In
			if err := json.Unmarshal(raw, &in); err != nil {
				return nil, blame("", raw, reflect.TypeFor[In](), err)
			}
			return f(in), nil
		},
	}
}

// blame says which member of the inputs, or of an object in them, does not read.
func blame(within string, raw json.RawMessage, t reflect.Type, err error) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return errors.New("inputs: want an object with a member for each input")
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		text, given := members[name]
		if !given {
			continue
		}
		wrong := json.Unmarshal(text, reflect.New(f.Type).Interface())
		if wrong == nil {
			continue
		}
		of := f.Type
		for of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		if of.Kind() == reflect.Struct && of != reflect.TypeFor[Number]() && text[0] == '{' {
			return blame(within+name+".", text, of, wrong)
		}
		return fmt.Errorf("inputs: %s%s is %s, want %s", within, name, short(text), wanted(f.Type))
	}
	return fmt.Errorf("read inputs: %w", err)
}

// wanted says what a member must be: one that counts takes no fraction.
func wanted(t reflect.Type) string {
	kind := kindOf(t)
	if of, _, _ := inside(t); of.Kind() >= reflect.Int && of.Kind() <= reflect.Uint64 {
		kind = strings.Replace(kind, "number", "whole number", 1)
	}
	return kind
}

// short cuts a text that nobody wants to read whole.
func short(text json.RawMessage) string {
	const most = 60
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}

// A Set holds formulas in order of id. Its zero value is empty.
type Set struct{ formulas []Formula }

// Add puts formulas into the set. It panics when one of that id is there.
func (s *Set) Add(formulas ...Formula) {
	for _, f := range formulas {
		i, taken := s.index(f.ID)
		if taken {
			panic("formula " + f.ID + " is there twice")
		}
		s.formulas = slices.Insert(s.formulas, i, f)
	}
}

// All returns every formula, in order of id.
func (s *Set) All() []Formula { return slices.Clone(s.formulas) }

// Find returns a formula by its id.
func (s *Set) Find(id string) (Formula, bool) {
	i, ok := s.index(id)
	if !ok {
		return Formula{}, false
	}
	return s.formulas[i], true
}

func (s *Set) index(id string) (int, bool) {
	return slices.BinarySearchFunc(s.formulas, id, func(f Formula, id string) int { return strings.Compare(f.ID, id) })
}

// Evaluate runs a formula on inputs in JSON. The error wraps [ErrUnknown] when
// there is none of that id, and names the input that does not read.
func (s *Set) Evaluate(id string, inputs json.RawMessage) (any, error) {
	f, ok := s.Find(id)
	if !ok {
		return nil, fmt.Errorf("%q: %w", id, ErrUnknown)
	}
	return f.eval(inputs)
}

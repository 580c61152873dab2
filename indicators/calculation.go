package indicators

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// ErrUnknownCalculation refuses an id that no [Calculation] has.
var ErrUnknownCalculation = errors.New("no such calculation")

// A Calculation is a formula an auditor can try on inputs of his own: an
// indicator's core, or what one is made of.
type Calculation struct {
	ID      string
	Source  string
	Inputs  []Field // what it reads; a member that is left out is not known
	Results []Field // what it says; one that is not known is left out or null
	eval    func(json.RawMessage) (any, error)
}

// A Field is a member of the inputs or the result of a [Calculation].
type Field struct {
	Name string // "ages"; one inside another is "site.zone", one inside each of a list "tariff[].sub"
	Kind string // "number", "text", "yes or no", "list, each a number"
}

// calculations are sorted by id.
var calculations []Calculation

// calculate registers a formula from typed inputs to a typed result.
func calculate[In, Out any](id, source string, f func(In) Out) {
	if slices.ContainsFunc(calculations, func(c Calculation) bool { return c.ID == id }) {
		panic("calculation " + id + " is registered twice")
	}
	calculations = append(calculations, Calculation{
		ID: id, Source: source, Inputs: fields("", reflect.TypeFor[In]()), Results: fields("", reflect.TypeFor[Out]()),
		eval: func(raw json.RawMessage) (any, error) {
			var in In
			if err := json.Unmarshal(raw, &in); err != nil {
				return nil, fmt.Errorf("read inputs: %w", err)
			}
			return f(in), nil
		},
	})
	slices.SortFunc(calculations, func(a, b Calculation) int { return strings.Compare(a.ID, b.ID) })
}

// fields lists the members of a struct in JSON, those of structs in it too.
func fields(within string, t reflect.Type) []Field {
	var all []Field
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		of, list := f.Type, false
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			list = list || of.Kind() == reflect.Slice
			of = of.Elem()
		}
		nested := of.Kind() == reflect.Struct && of != reflect.TypeFor[number]()
		switch {
		case nested && list:
			all = append(all, fields(within+name+"[].", of)...)
		case nested:
			all = append(all, fields(within+name+".", of)...)
		case list:
			all = append(all, Field{within + name, "list, each a " + kindOf(of)})
		default:
			all = append(all, Field{within + name, kindOf(of)})
		}
	}
	return all
}

// kindOf says in a word what a member is.
func kindOf(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[number]() || t.Kind() >= reflect.Int && t.Kind() <= reflect.Float64:
		return "number"
	case t.Kind() == reflect.Bool:
		return "yes or no"
	case t.Kind() == reflect.String:
		return "text"
	}
	return t.String()
}

// FindCalculation returns a formula by its id.
func FindCalculation(id string) (Calculation, bool) {
	i, ok := slices.BinarySearchFunc(calculations, id, func(c Calculation, id string) int { return strings.Compare(c.ID, id) })
	if !ok {
		return Calculation{}, false
	}
	return calculations[i], true
}

// Calculations returns every formula, in order of id.
func Calculations() []Calculation { return slices.Clone(calculations) }

// Evaluate runs a formula on inputs in JSON. The error wraps
// [ErrUnknownCalculation] when there is none of that id.
func Evaluate(id string, inputs json.RawMessage) (any, error) {
	c, ok := FindCalculation(id)
	if !ok {
		return nil, fmt.Errorf("%q: %w", id, ErrUnknownCalculation)
	}
	return c.eval(inputs)
}

// EvaluateLines reads {"id","indicator","inputs"} lines and writes {"id","result"}
// lines, or {"id","error"} for one that cannot be computed. It returns how many
// could not.
func EvaluateLines(r io.Reader, w io.Writer) (failed int, err error) {
	in := json.NewDecoder(r)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for n := 1; ; n++ {
		var line struct {
			ID        string          `json:"id"`
			Indicator string          `json:"indicator"`
			Inputs    json.RawMessage `json:"inputs"`
		}
		if err := in.Decode(&line); errors.Is(err, io.EOF) {
			return failed, nil
		} else if err != nil {
			return failed, fmt.Errorf("read line %d: %w", n, err)
		}
		answer := struct {
			ID     string `json:"id"`
			Result any    `json:"result,omitempty"`
			Error  string `json:"error,omitempty"`
		}{ID: line.ID}
		if answer.Result, err = Evaluate(line.Indicator, line.Inputs); err != nil {
			failed++
			answer.Error = err.Error()
		}
		if err := out.Encode(answer); err != nil {
			return failed, fmt.Errorf("write line: %w", err)
		}
	}
}

// A number is an exact decimal that reads and writes as a JSON number; nil is null.
type number struct{ decimal.Decimal }

// UnmarshalJSON reads a JSON number, digit by digit.
func (n *number) UnmarshalJSON(b []byte) error {
	d, err := decimal.NewFromString(string(b))
	if err != nil {
		return fmt.Errorf("%s is not a number", b)
	}
	n.Decimal = d
	return nil
}

// MarshalJSON writes a JSON number.
func (n number) MarshalJSON() ([]byte, error) { return []byte(n.String()), nil }

func num(d decimal.Decimal) *number { return &number{d} }

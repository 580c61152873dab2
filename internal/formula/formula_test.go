package formula

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
)

type inputs struct {
	Price *Number            `json:"price"`
	Ages  []*int             `json:"ages"`
	By    map[string]*Number `json:"by"`
	Site  struct {
		Zone string `json:"zone"`
	} `json:"site"`
	Rows []struct {
		From string `json:"from"`
	} `json:"rows"`
	Object json.RawMessage `json:"object"`
}

type outputs struct {
	Price *Number `json:"price"`
}

func newSet() *Set {
	var s Set
	s.Add(New(About{ID: "double", Source: "arithmetic"}, func(in inputs) outputs {
		if in.Price == nil {
			return outputs{}
		}
		return outputs{Of(in.Price.Add(in.Price.Decimal))}
	}))
	return &s
}

func TestAFormulaSaysWhatItReads(t *testing.T) {
	f, ok := newSet().Find("double")
	want := []Field{
		{"price", "number"},
		{"ages", "list, each a number"},
		{"by", "by name, each a number"},
		{"site.zone", "text"},
		{"rows[].from", "text"},
		{"object", "anything"},
	}
	if !ok || !reflect.DeepEqual(f.Inputs, want) || f.Indicator() {
		t.Errorf("%v", f.Inputs)
	}
}

func TestNumbersAreExact(t *testing.T) {
	var out strings.Builder
	in := `{"id":"1","indicator":"double","inputs":{"price":0.1000000000000000055511151231257827}}
{"id":"2","indicator":"double","inputs":{}}`
	if failed, err := newSet().EvaluateLines(strings.NewReader(in), &out); failed != 0 || err != nil {
		t.Fatal(failed, err)
	}
	want := `{"id":"1","result":{"price":0.2000000000000000111022302462515654}}` + "\n" + `{"id":"2","result":{"price":null}}` + "\n"
	if out.String() != want {
		t.Error(out.String())
	}
}

func TestAWholeNumberMayHaveAPoint(t *testing.T) {
	for in, want := range map[string]string{
		`{"ages":[14.0,-1.00,2]}`:            `{"ages":[14,-1,2]}`,
		`{"ages":[13.9,1.0e1]}`:              `{"ages":[13.9,1.0e1]}`,
		`{"site":{"zone":"a\"1.0"},"b":0.0}`: `{"site":{"zone":"a\"1.0"},"b":0}`,
	} {
		if got := string(whole(json.RawMessage(in))); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
	if _, err := newSet().Evaluate("double", json.RawMessage(`{"ages":[14.0]}`)); err != nil {
		t.Error(err)
	}
}

func TestKindsReadWell(t *testing.T) {
	for want, member := range map[string]any{
		"list, each an object":         []struct{ Zone string }{},
		"by name, each an object":      map[string]struct{}{},
		"lists by name, each anything": map[string][]any{},
		"list, each a number":          []*Number{},
	} {
		if got := kindOf(reflect.TypeOf(member)); got != want {
			t.Errorf("%T: %s, want %s", member, got, want)
		}
	}
}

func TestALineThatDoesNotReadIsNamed(t *testing.T) {
	_, err := newSet().EvaluateLines(strings.NewReader(`{"id":5,"indicator":[],"inputs":{}}`), io.Discard)
	if err == nil || err.Error() != "read line 1: id: 5: want text\nindicator: []: want text" {
		t.Error(err)
	}
}

func TestAnInputThatDoesNotReadIsNamed(t *testing.T) {
	for in, want := range map[string]string{
		`{"price":"a lot"}`:     `inputs: price is "a lot", want number`,
		`{"price":1e999999999}`: `inputs: price is 1e999999999, want number`,
		`{"ages":[1,"x"]}`:      `inputs: ages is [1,"x"], want list, each a whole number`,
		`{"ages":[13.9]}`:       `inputs: ages is [13.9], want list, each a whole number`,
		`{"site":{"zone":1}}`:   `inputs: site.zone is 1, want text`,
		`{"site":7}`:            `inputs: site is 7, want object`,
		`[]`:                    `want an object`,
		``:                      `want an object`,
		`{"price":`:             `want an object`,
	} {
		_, err := newSet().Evaluate("double", json.RawMessage(in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
	}
	if _, err := newSet().Evaluate("triple", nil); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

func TestWhatIsNoNumberIsNotKnown(t *testing.T) {
	for _, none := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if Known(none) != nil {
			t.Error(none)
		}
	}
	if zero := Known(math.Copysign(0, -1)); zero == nil || math.Signbit(*zero) {
		t.Error("-0")
	}
}

func TestAnIndicatorSaysAllOfItself(t *testing.T) {
	f := func(inputs) outputs { return outputs{} }
	for name, about := range map[string]About{
		"no source":      {ID: "a"},
		"one language":   {ID: "a", Unit: "EUR", Version: "1", Question: "?", Source: "s"},
		"no unit":        {ID: "a", Version: "1", Question: "?", QuestionFR: "?", Source: "s"},
		"a unit for not": {ID: "a", Unit: "EUR", Source: "s"},
	} {
		if !panics(func() { New(about, f) }) {
			t.Errorf("%s is taken", name)
		}
	}
	s := newSet()
	if double, _ := s.Find("double"); !panics(func() { s.Add(double) }) {
		t.Error("the same id is taken twice")
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

package written

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// JSON reads one JSON value into a pointer, and refuses a name that an object has
// twice. Every member that does not read is
// named together with the others, each with its value and what it must be. Members
// that are not fields are passed over.
func JSON(text []byte, into any) error { return readJSON(text, into, false) }

// StrictJSON is [JSON], and refuses members that are not fields.
func StrictJSON(text []byte, into any) error { return readJSON(text, into, true) }

func readJSON(text []byte, into any, strict bool) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if strict {
		d.DisallowUnknownFields()
	}
	err := d.Decode(into)
	if err == nil {
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return errors.New("something follows the JSON: want one value alone")
		}
		return twice(text)
	}
	if wrong := unparsed(text); wrong != nil {
		return wrong
	}
	r := jsonReader{strict: strict}
	r.read("", bytes.TrimSpace(text), reflect.TypeOf(into).Elem())
	if len(r.faults) == 0 { // by a rule of a type of its own
		return err
	}
	return errors.Join(r.faults...)
}

// unparsed says where a text stops being JSON; nil where it does not.
func unparsed(text []byte) error {
	text = bytes.TrimRight(text, " \t\r\n")
	var any json.RawMessage
	err := json.Unmarshal(text, &any)
	var at *json.SyntaxError
	if !errors.As(err, &at) {
		return err
	}
	if len(text) == 0 {
		return errors.New("is empty: want JSON")
	}
	before := text[:min(max(at.Offset-1, 0), int64(len(text)))]
	place := fmt.Sprintf("column %d", len(before)-bytes.LastIndexByte(before, '\n'))
	if bytes.ContainsRune(bytes.TrimLeft(text, " \t\r\n"), '\n') {
		place = fmt.Sprintf("line %d, %s", bytes.Count(before, []byte("\n"))+1, place)
	}
	return fmt.Errorf("is no JSON at %s: %w", place, err)
}

// A jsonReader collects the members of a value that do not read into a type.
type jsonReader struct {
	strict bool
	faults []error
}

func (r *jsonReader) fault(path, format string, args ...any) {
	where := ""
	if path != "" {
		where = path + ": "
	}
	r.faults = append(r.faults, errors.New(where+fmt.Sprintf(format, args...)))
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

func (r *jsonReader) read(path string, text json.RawMessage, t reflect.Type) {
	if string(text) == "null" {
		return
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	kind := t.Kind()
	if reflect.PointerTo(t).Implements(unmarshaler) {
		kind = reflect.Invalid // reads itself
	}
	switch kind { //nolint:exhaustive // the rest has no members
	case reflect.Struct, reflect.Map:
		var members map[string]json.RawMessage
		if json.Unmarshal(text, &members) != nil {
			break
		}
		for _, name := range slices.Sorted(maps.Keys(members)) {
			if of := memberOf(t, name); of != nil {
				r.read(strings.TrimPrefix(path+"."+name, "."), members[name], of)
			} else if r.strict {
				r.fault(strings.TrimPrefix(path+"."+name, "."), "no such member: want some of %s", strings.Join(names(t), ", "))
			}
		}
		return
	case reflect.Slice:
		var items []json.RawMessage
		if json.Unmarshal(text, &items) != nil {
			break
		}
		for i, item := range items {
			r.read(path+"["+strconv.Itoa(i)+"]", item, t.Elem())
		}
		return
	}
	if json.Unmarshal(text, reflect.New(t).Interface()) != nil {
		r.fault(path, "%s: want %s", short(text), wanted(t))
	}
}

// memberOf returns the type of a member; nil where there is none of that name.
func memberOf(t reflect.Type, name string) reflect.Type {
	if t.Kind() == reflect.Map {
		return t.Elem()
	}
	for f := range t.Fields() {
		if strings.EqualFold(nameOf(f), name) { // as encoding/json does
			return f.Type
		}
	}
	return nil
}

func names(t reflect.Type) (all []string) {
	for f := range t.Fields() {
		all = append(all, nameOf(f))
	}
	return all
}

func nameOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// wanted says what a value must be.
func wanted(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch kind := t.Kind(); {
	case kind == reflect.Struct, kind == reflect.Map:
		return "an object"
	case kind == reflect.Slice:
		return "a list"
	case kind == reflect.Bool:
		return "true or false"
	case kind == reflect.String:
		return "text"
	case kind >= reflect.Int && kind <= reflect.Uint64:
		return "a whole number"
	case kind == reflect.Float32, kind == reflect.Float64:
		return "a number"
	}
	return "another value"
}

// short cuts a value that nobody wants to read whole.
func short(text json.RawMessage) string {
	const most = 60
	if len(text) > most {
		return strings.ToValidUTF8(string(text[:most]), "") + "…"
	}
	return string(text)
}

package formula

import (
	"encoding/json"
	"reflect"
	"strings"
)

// A Field is a member of the inputs or the result of a [Formula].
type Field struct {
	Name string // "ages"; one inside another is "site.zone", one inside each of a list "tariff[].sub"
	Kind string // "number", "text", "yes or no", "list, each a number"
}

// fields lists the members of a struct in JSON, those of structs in it too. Those
// of a map by name are "*".
func fields(within string, t reflect.Type) []Field {
	if t.Kind() == reflect.Map {
		return []Field{{within + "*", kindOf(t.Elem())}}
	}
	var all []Field
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		of, list, named := inside(f.Type)
		switch {
		case of.Kind() != reflect.Struct || of == reflect.TypeFor[Number]():
			all = append(all, Field{within + name, kindOf(f.Type)})
		case list:
			all = append(all, fields(within+name+"[].", of)...)
		case named:
			all = append(all, fields(within+name+".*.", of)...)
		default:
			all = append(all, fields(within+name+".", of)...)
		}
	}
	return all
}

// inside returns what a pointer, a list or a map by name holds in the end.
func inside(t reflect.Type) (of reflect.Type, list, named bool) {
	for t != reflect.TypeFor[json.RawMessage]() {
		kind := t.Kind()
		if kind != reflect.Pointer && kind != reflect.Slice && kind != reflect.Map {
			break
		}
		list = list || kind == reflect.Slice
		named = named || kind == reflect.Map
		t = t.Elem()
	}
	return t, list, named
}

// kindOf says in a few words what a member is.
func kindOf(t reflect.Type) string {
	of, list, named := inside(t)
	word, article := of.String(), "a "
	switch {
	case of == reflect.TypeFor[Number]() || of.Kind() >= reflect.Int && of.Kind() <= reflect.Float64:
		word = "number"
	case of.Kind() == reflect.Bool:
		word = "yes or no"
	case of.Kind() == reflect.String:
		word = "text"
	case of.Kind() == reflect.Struct:
		word, article = "object", "an "
	case of == reflect.TypeFor[json.RawMessage](), of.Kind() == reflect.Interface:
		word, article = "anything", ""
	}
	switch {
	case list && named:
		return "lists by name, each " + article + word
	case list:
		return "list, each " + article + word
	case named:
		return "by name, each " + article + word
	}
	return word
}

package written

import (
	"encoding/json"
	"strings"
	"testing"
)

type room struct {
	Name   string             `json:"name"`
	Area   *int               `json:"area"`
	Warm   bool               `json:"warm"`
	Height float64            `json:"height"`
	Raw    json.RawMessage    `json:"raw"`
	Walls  []room             `json:"walls"`
	Of     map[string]float64 `json:"of"`
	More   map[string]any     `json:"more"`
}

func TestJSONNamesEveryMemberThatDoesNotRead(t *testing.T) {
	for text, want := range map[string]string{
		`{"name": "a", "area": 3, "walls": [{"area": null}], "of": {"x": 1}, "more": {"y": []}, "raw": 7}`: "",
		`{"name": 5}`:                       `name: 5: want text`,
		`{"more": 5}`:                       `more: 5: want an object`,
		`{"walls": {}}`:                     `walls: {}: want a list`,
		`{"walls": [{}, {"area": 1.5}]}`:    `walls[1].area: 1.5: want a whole number`,
		`{"of": {"x": "1"}, "warm": "yes"}`: "of.x: \"1\": want a number\nwarm: \"yes\": want true or false",
		`{"area": 1e99, "height": 1e999}`:   "area: 1e99: want a whole number\nheight: 1e999: want a number",
		`{"name": "a", "walls": [{"area": 1, "area": 2, "area": 3}], "name": "a"}`: "walls[0].area: stands twice in one object: give it once\nname: stands twice in one object: give it once",
		`{"walls": [{"area": 1}, {"area": 2}]}`:                                    "",
		`{"windows": 2}`:                                                           `windows: no such member: want some of name, area, warm, height, raw, walls, of, more`,
		" 5\n":                                                                     `5: want an object`,
		`"` + strings.Repeat("x", 99) + `"`:                                        `"` + strings.Repeat("x", 59) + `…: want an object`,
		" \n":                                                                      `is empty: want JSON`,
		"{\n  \"name\": x}":                                                        `is no JSON at line 2, column 11: invalid character 'x' looking for beginning of value`,
		`{"name": "a"`:                                                             `is no JSON at column 12: unexpected end of JSON input`,
		`{} {}`:                                                                    `something follows the JSON: want one value alone`,
		`{"name": "a", "walls": [{"name": {}}]}`:                                   `walls[0].name: {}: want text`,
	} {
		got := ""
		if err := StrictJSON([]byte(text), &room{}); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestJSONPassesOtherMembersOver(t *testing.T) {
	var r room
	if err := JSON([]byte(`{"name": "a", "windows": 2}`), &r); err != nil || r.Name != "a" {
		t.Error(r, err)
	}
	if err := JSON([]byte(`{"name": 1, "windows": 2}`), &r); err == nil || err.Error() != "name: 1: want text" {
		t.Error(err)
	}
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"name": "a\\", "walls": [{"area": 1.5e3}, null], "of": {"": 1}}`))
	f.Fuzz(func(_ *testing.T, text []byte) {
		_ = JSON(text, &room{}) // never panics
	})
}

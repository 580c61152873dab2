package canonical

import "testing"

func TestTheExampleOfRFC8785(t *testing.T) {
	in := `{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false], "é": {"b": 1, "a": 2}, "<": "&"
}`
	want := `{"<":"&","literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],` +
		`"string":"€$\u000f\nA'B\"\\\\\"/","é":{"a":2,"b":1}}`
	got, err := JSON([]byte(in))
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	again, err := JSON(got)
	if err != nil || string(again) != want {
		t.Error("it changes the second time")
	}
	for _, wrong := range []string{`{"a":1,"a":2}`, `{"a":`, ``, "\"\xff\"", `"\ud800"`} {
		if got, err := JSON([]byte(wrong)); err == nil {
			t.Errorf("%q: %s", wrong, got)
		}
	}
}

func TestMarshalSortsWhatIsInside(t *testing.T) {
	got, err := Marshal(struct {
		B struct {
			D int    `json:"d"`
			C string `json:"c"`
		} `json:"b"`
		A float64 `json:"a"`
	}{A: 0.5})
	if err != nil || string(got) != `{"a":0.5,"b":{"c":"","d":0}}` {
		t.Errorf("%s, %v", got, err)
	}
}

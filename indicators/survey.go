package indicators

import "slices"

// surveyValues say which answers of a survey mean poverty.
type surveyValues struct {
	Poor  []int `yaml:"poor"`
	Other []int `yaml:"other"`
}

type surveyResult struct {
	Status string `json:"status"`
	Flag   *bool  `json:"flag"`
	File   string `json:"country_file"`
}

// answered returns what an answer of a survey means; an answer that is none of its
// codes is invalid.
func answered(code *int, v vintage[surveyValues]) surveyResult {
	r := surveyResult{Status: "ok", File: v.File}
	switch {
	case code == nil:
		r.Status = "indeterminate"
	case slices.Contains(v.Values.Poor, *code):
		r.Flag = ptr(true)
	case slices.Contains(v.Values.Other, *code):
		r.Flag = ptr(false)
	default:
		r.Status = "invalid_input"
	}
	return r
}

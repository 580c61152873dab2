package indicators

import "foyer/internal/formula"

type warmInputs struct {
	Answer *int `json:"hh050"`
}

func init() {
	national(formula.About{
		ID: "eu_unable_warm", Unit: "yes or no", Version: "1",
		Question:   "Does the family say that it cannot keep its home warm?",
		QuestionFR: "La famille dit-elle ne pas pouvoir chauffer suffisamment son logement ?",
		Method:     "EU-SILC HH050: not able (2); not: able (1). indeterminate: no answer.",
	}, "eu", "unable_warm", func(in warmInputs, v vintage[surveyValues]) surveyResult { return answered(in.Answer, v) })
	nightly("eu_unable_warm", "eu", "unable_warm", surveyNightly, surveyNight("unable_warm", map[string]int{"yes": 2, "no": 1}, answered))
}

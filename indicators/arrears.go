package indicators

import "foyer/internal/formula"

type arrearsInputs struct {
	Answer *int `json:"hs021"`
}

func init() {
	national(formula.About{
		ID: "eu_arrears", Unit: "yes or no", Version: "1",
		Question:   "Was the family late with a utility bill within twelve months?",
		QuestionFR: "La famille a-t-elle eu un retard de facture d'énergie ou d'eau en douze mois ?",
		Method:     "EU-SILC HS021: once (1), or twice or more (2); not: no (3). indeterminate: no answer.",
	}, "eu", "arrears", func(in arrearsInputs, v vintage[surveyValues]) surveyResult { return answered(in.Answer, v) })
	nightly("eu_arrears", "eu", "arrears", surveyNightly, surveyNight("arrears", map[string]int{"once": 1, "more": 2, "never": 3}, answered))
}

package household

import (
	"errors"
	"strings"
	"testing"

	"foyer/internal/energy"
)

func TestOnlyAnswersToAQuestionAreAnswers(t *testing.T) {
	for _, c := range []struct {
		question, answer string
		ok               bool
	}{
		{"unable_warm", "yes", true},
		{"unable_warm", "", true},
		{"unable_warm", "maybe", false},
		{"unable_warm", "yes+no", false},
		{"felt_cold", "cost_restriction+poor_insulation", true},
		{"felt_cold", "no", true},
		{"felt_cold", "no+cost_restriction", false},
		{"felt_cold", "+", false},
		{"housing_cost", "0", true},
		{"housing_cost", "5400.50", true},
		{"housing_cost", "-1", false},
		{"housing_cost", "5400,50", false},
		{"housing_cost", "NaN", false},
		{"shoe_size", "42", false},
		{"felt_cold", Declined, true},
		{"felt_cold", "no+" + Declined, false},
		{"housing_cost", Declined, true},
		{"works", Declined, false},
		{"energy_class", Declined, false},
	} {
		err := Answer{Question: c.question, Answer: c.answer}.Check()
		if (err == nil) != c.ok || err != nil && (!errors.Is(err, ErrAnswer) || !strings.Contains(err.Error(), "want")) {
			t.Errorf("%s %q: %v", c.question, c.answer, err)
		}
	}
}

func TestTheLastAnswerOfADayHolds(t *testing.T) {
	d := energy.Day{Year: 2026, Month: 11, Date: 2}
	all := []Answer{
		{Question: "unable_warm", Answer: "yes", Day: d.Add(1)},
		{Question: "unable_warm", Answer: "no", Day: d},
		{Question: "unable_warm", Answer: "yes", Day: d},
		{Question: "unable_warm", Day: d.Add(1)},
		{Question: "arrears", Answer: "once", Day: d},
	}
	got := Holding(all)
	if len(got) != 2 || got[0].Question != "arrears" || got[1].Answer != "yes" || got[1].Day != d {
		t.Errorf("%+v", got)
	}
}

package main

import (
	"testing"

	"foyer/indicators"
	"foyer/internal/text"
)

// A family that takes its figures with it reads what each one answers.
func TestEveryNightlyFigureSaysWhatItAnswers(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range texts.Languages() {
		for _, i := range indicators.Nightly(indicators.France) {
			if said, err := l.T("indicator." + i.ID); err != nil || said == "" {
				t.Errorf("%s: %v: add its question to internal/text/locales", i.ID, err)
			}
		}
	}
}

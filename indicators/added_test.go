package indicators

import (
	"os"
	"os/exec"
	"testing"
)

func TestNothingIsReadBeforeSomebodyLooks(t *testing.T) {
	if os.Getenv("FOYER_TEST_LOOKS") == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNothingIsReadBeforeSomebodyLooks$")
		cmd.Env = append(os.Environ(), "FOYER_TEST_LOOKS=none")
		printed, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v:\n%s", err, printed)
		}
		return
	}
	if len(waiting) == 0 || len(registry) != 0 || len(formulas.All()) != 0 {
		t.Errorf("at start %d wait, %d indicators and %d formulas are there already", len(waiting), len(registry), len(formulas.All()))
	}
	if some := len(All()); some == 0 || len(Formulas()) <= some/2 || waiting != nil {
		t.Errorf("then there are %d indicators and %d formulas", some, len(Formulas()))
	}
}

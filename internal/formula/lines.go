package formula

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"foyer/internal/written"
)

// EvaluateLines reads {"id","indicator","inputs"} lines and writes {"id","result"}
// lines, or {"id","error"} for one that cannot be computed. It returns how many
// could not.
func (s *Set) EvaluateLines(r io.Reader, w io.Writer) (failed int, err error) {
	in := json.NewDecoder(r)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for n := 1; ; n++ {
		var line struct {
			ID        string          `json:"id"`
			Indicator string          `json:"indicator"`
			Inputs    json.RawMessage `json:"inputs"`
		}
		var text json.RawMessage
		err := in.Decode(&text)
		if errors.Is(err, io.EOF) {
			return failed, nil
		}
		if err == nil {
			err = written.JSON(text, &line)
		}
		if err != nil {
			return failed, fmt.Errorf("read line %d: %w", n, err)
		}
		answer := struct {
			ID     string `json:"id"`
			Result any    `json:"result,omitempty"`
			Error  string `json:"error,omitempty"`
		}{ID: line.ID}
		if answer.Result, err = s.Evaluate(line.Indicator, line.Inputs); err != nil {
			failed++
			answer.Error = err.Error()
		}
		if err := out.Encode(answer); err != nil {
			return failed, fmt.Errorf("write line: %w", err)
		}
	}
}

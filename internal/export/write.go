package export

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/text"
)

// Format is the name of the format, with its version.
const Format = "foyer-export/1"

// A Writer writes exports in the words of one language.
type Writer struct {
	Words      *text.Language
	Now        func() time.Time                               // wall clock
	Controller func(at time.Time) (consent.Controller, error) // of the receipt of an act at an instant, as the charter had it

	// Sent is called when rows have been written, before more are read; nil for nothing.
	Sent func() error
}

// JSON writes one document. It returns [disclosure.ErrEnded] when the family may not have
// the rest; what was written is then not JSON.
func (w Writer) JSON(ctx context.Context, out io.Writer, e *disclosure.Export) error {
	b := bufio.NewWriter(out)
	head, err := json.Marshal(map[string]string{"format": Format, "made_at": e.At.UTC().Format(time.RFC3339), "family": string(e.Family), "language": e.Language})
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	_, _ = fmt.Fprintf(b, "%s,\n\"tables\":{", head[:len(head)-1]) // the writer keeps its first error
	for i, t := range household.Tables {
		mark := map[bool]string{true: "", false: ","}[i == 0]
		_, _ = fmt.Fprintf(b, "%s\n%q:[", mark, t.Name)
		first := true
		write := func(row []any) error {
			object, err := w.object(t, row)
			if err != nil {
				return err
			}
			if !first {
				_ = b.WriteByte(',')
			}
			first = false
			_, err = fmt.Fprintf(b, "\n%s", object)
			return err
		}
		if err := w.rows(ctx, e, t, write, func() error { return w.flush(b) }); err != nil {
			return err
		}
		_ = b.WriteByte(']')
	}
	_, _ = fmt.Fprint(b, "},\n\"complete\":true}\n")
	return w.flush(b)
}

func (w Writer) flush(b *bufio.Writer) error {
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	if w.Sent == nil {
		return nil
	}
	return w.Sent()
}

// object writes a row as an object, its members in the order of the columns.
func (w Writer) object(t household.Table, row []any) (string, error) {
	w.say(t, row)
	var b strings.Builder
	for i, c := range t.Columns {
		v, err := value(c.Kind, row[i])
		if err != nil {
			return "", fmt.Errorf("write %s of %s: %w", c.Name, t.Name, err)
		}
		fmt.Fprintf(&b, "%s%q:%s", map[bool]string{true: "{", false: ","}[i == 0], c.Name, v)
	}
	return b.String() + "}", nil
}

// Zip writes a zip with a CSV file for each table: UTF-8 with a mark of its byte order,
// commas, names of columns, and then every cell in quotes. Errors are those of [Writer.JSON].
func (w Writer) Zip(ctx context.Context, out io.Writer, e *disclosure.Export) error {
	z := zip.NewWriter(out)
	var squeezed *flate.Writer // of the file being written: what is in it must not wait
	z.RegisterCompressor(zip.Deflate, func(o io.Writer) (io.WriteCloser, error) {
		var err error
		squeezed, err = flate.NewWriter(o, flate.DefaultCompression)
		return squeezed, err
	})
	flush := func() error {
		if err := squeezed.Flush(); err != nil {
			return fmt.Errorf("write export: %w", err)
		}
		if err := z.Flush(); err != nil {
			return fmt.Errorf("write export: %w", err)
		}
		if w.Sent == nil {
			return nil
		}
		return w.Sent()
	}
	for _, t := range household.Tables {
		f, err := z.CreateHeader(&zip.FileHeader{Name: t.Name + ".csv", Method: zip.Deflate, Modified: e.At})
		if err != nil {
			return fmt.Errorf("write export: %w", err)
		}
		line := func(cells []string) error {
			_, err := io.WriteString(f, strings.Join(cells, ",")+"\r\n")
			return err
		}
		var names []string
		for _, c := range t.Columns {
			names = append(names, c.Name) // in no quotes: some readers take the mark and a quote for a mistake
		}
		names[0] = "\uFEFF" + names[0]
		if err := line(names); err != nil {
			return fmt.Errorf("write export: %w", err)
		}
		write := func(row []any) error {
			cells, err := w.cells(t, row)
			if err != nil {
				return err
			}
			return line(cells)
		}
		if err := w.rows(ctx, e, t, write, flush); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

func (w Writer) cells(t household.Table, row []any) ([]string, error) {
	w.say(t, row)
	cells := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		s, err := cell(c.Kind, row[i])
		if err != nil {
			return nil, fmt.Errorf("write %s of %s: %w", c.Name, t.Name, err)
		}
		cells[i] = Cell(s)
	}
	return cells, nil
}

// rows hands over the rows of a table.
func (w Writer) rows(ctx context.Context, e *disclosure.Export, t household.Table, write func([]any) error, flush func() error) error {
	if t.Name != "receipts" {
		return e.Rows(ctx, t, w.Now, write, flush)
	}
	acts, err := e.Acts(ctx)
	if err != nil {
		return err
	}
	for _, act := range acts {
		c, err := w.Controller(act[0].At)
		if err != nil {
			return fmt.Errorf("write receipt: %w", err)
		}
		receipt, err := json.Marshal(consent.NewReceipt(c, string(e.Family), act))
		if err != nil {
			return fmt.Errorf("write receipt: %w", err)
		}
		if err := write([]any{act[0].Act, string(receipt)}); err != nil {
			return err
		}
	}
	return flush()
}

// say puts in what a row says in words. What has no words is said by its own name.
func (w Writer) say(t household.Table, row []any) {
	i := slices.IndexFunc(t.Columns, func(c household.Column) bool { return c.Kind == household.Said })
	if i < 0 {
		return
	}
	of, _ := row[i-1].(string)
	said, err := "", error(nil)
	switch t.Name {
	case "bills":
		said, err = w.Words.BillLine(of)
	case "indicators":
		said, err = w.Words.T("indicator." + of)
	case "alerts":
		var r struct {
			Key  string            `json:"key"`
			Args map[string]string `json:"args"`
		}
		if err = json.Unmarshal([]byte(of), &r); err == nil {
			said, err = w.Words.Reason(r.Key, r.Args, w.Now())
		}
	}
	if err != nil { // a town's own tariff or rule: its name stands beside
		said = ""
	}
	row[i] = said
}

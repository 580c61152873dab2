package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
)

func newReadings() *cobra.Command {
	cmd := &cobra.Command{Use: "readings", Short: "Take in what meters counted before they were heard"}
	cmd.AddCommand(newReadingsImport())
	return cmd
}

func newReadingsImport() *cobra.Command {
	var columns strings.Builder
	for _, c := range pastColumns {
		fmt.Fprintf(&columns, "\n  %-11s %s", c.name, c.holds)
	}
	cmd := &cobra.Command{
		Use:   "import FILE.csv…",
		Short: "Import energy by day or by half-hour, as a bill or a grid operator states it",
		Long: "Reads lists with a header, separated by commas or semicolons. Columns:\n" + columns.String() + "\n\n" +
			"What can be stored is stored; each line that cannot is named, with what to do, and the\n" +
			"command exits with 3. Importing the same again changes nothing. Where another amount is\n" +
			"stored for the same time, that one stands, unless --replace is given.\n\n" +
			"Figures and results follow when `foyer serve` next rolls up.",
		Example: "  foyer readings import past.csv --dry-run\n" +
			"  foyer readings import linky.csv --meter m4k7xq2pz",
	}
	var in pastImport
	path := configFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&in.meter, "meter", "", "whose energy it is when the file has no column meter")
	f.BoolVar(&in.dry, "dry-run", false, "say what would be stored and what is wrong, and write nothing")
	f.BoolVar(&in.replace, "replace", false, "have the file stand where another amount is stored for the same time")
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError{errors.New("give a list of past energy")}
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for _, name := range args { // before anything is stored
			if info, err := os.Stat(name); err != nil {
				return usageError{err}
			} else if info.IsDir() {
				return usageError{fmt.Errorf("%s is a folder", name)}
			}
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			judge, err := newPastJudge(cmd.Context(), o, in.replace)
			if err != nil {
				return err
			}
			in.judge, in.office = judge, o
			return in.all(cmd, args)
		})
	}
	return cmd
}

// A pastImport is one run of `foyer readings import`.
type pastImport struct {
	meter        string
	dry, replace bool
	judge        *pastJudge
	office       *app.Office
}

// all imports files, one after the other. One that fails stops no other.
func (in *pastImport) all(cmd *cobra.Command, files []string) error {
	var failed []error
	wrong := false
	for _, name := range files {
		faulty, err := in.file(cmd, name)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", filepath.Base(name), err))
		}
		if wrong = wrong || faulty; cmd.Context().Err() != nil {
			break
		}
	}
	if len(failed) == 0 && wrong {
		return errCheck
	}
	return errors.Join(failed...)
}

// file imports one file, and reports whether a line of it was refused.
func (in *pastImport) file(cmd *cobra.Command, name string) (faulty bool, err error) {
	f, err := os.Open(name) //nolint:gosec // the operator names the file
	if err != nil {
		return false, err
	}
	past, err := readPast(f, in.office.Zone, in.meter)
	if err = errors.Join(err, f.Close()); err != nil {
		return false, err
	}
	v, err := in.judge.judge(cmd.Context(), past.rows)
	if err != nil {
		return false, err
	}
	past.faults = append(past.faults, v.faults...)
	slices.SortStableFunc(past.faults, func(a, b pastFault) int { return cmp.Compare(a.line, b.line) })
	if !in.dry {
		if err := in.store(cmd, v.store); err != nil {
			return len(past.faults) > 0, err
		}
	}
	return len(past.faults) > 0, in.tell(cmd.OutOrStdout(), filepath.Base(name), past, v)
}

// storedAtOnce bounds how long a server that writes beside the import waits.
const storedAtOnce = 5_000

// store keeps intervals and marks what they touch to be computed again.
func (in *pastImport) store(cmd *cobra.Command, ivs []energy.Interval) error {
	began, done := app.Wall(), 0
	terminal := isTerminal(cmd.ErrOrStderr())
	for part := range slices.Chunk(ivs, storedAtOnce) {
		if err := cmd.Context().Err(); err != nil {
			return fmt.Errorf("%d of %d stored: %w", done, len(ivs), err)
		}
		if err := in.office.Records.ImportIntervals(cmd.Context(), part); err != nil {
			return fmt.Errorf("%d of %d stored: %w", done, len(ivs), err)
		}
		done += len(part)
		if spent := app.Wall().Sub(began); terminal && spent > 2*time.Second {
			left := time.Duration(float64(spent) / float64(done) * float64(len(ivs)-done))
			_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "\r\033[K%3d %%  about %s left", 100*done/len(ivs), left.Round(time.Second))
		}
	}
	if terminal {
		_, _ = io.WriteString(cmd.ErrOrStderr(), "\r\033[K")
	}
	return nil
}

// isTerminal reports whether somebody watches w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// toldAtMost bounds how many lines are named for the same reason.
const toldAtMost = 10

// tell prints what became of a file.
func (in *pastImport) tell(w io.Writer, name string, past pastFile, v pastVerdict) error {
	var b strings.Builder
	told := map[string]int{}
	for _, f := range past.faults {
		told[f.reason]++
		if told[f.reason] <= toldAtMost {
			b.WriteString(lineFault(name, f.line, f.column, f.value, f.reason))
			if f.detail != "" {
				b.WriteString(" (" + f.detail + ")")
			}
			b.WriteByte('\n')
		}
	}
	for _, f := range past.faults {
		if more := told[f.reason] - toldAtMost; more > 0 {
			fmt.Fprintf(&b, "%s and %d lines more: %s\n", name, more, f.reason)
			delete(told, f.reason)
		}
	}
	for _, s := range in.sums(v.store) {
		fmt.Fprintf(&b, "%s %s\n", name, s)
	}
	fmt.Fprintf(&b, "%s: %s\n", name, in.count(past, v))
	_, err := io.WriteString(w, b.String())
	return err
}

// count says how many lines came to what; stored and refused always.
func (in *pastImport) count(past pastFile, v pastVerdict) string {
	stored := "stored"
	if in.dry {
		stored = "would be stored"
	}
	var parts []string
	for _, x := range []struct {
		n      int
		what   string
		always bool
	}{
		{len(v.store), stored, true},
		{v.replaced, "of them in place of another amount", false},
		{v.known, "known already", false},
		{past.empty, "without an amount", false},
		{len(past.faults), "refused", true},
	} {
		if x.n > 0 || x.always {
			parts = append(parts, fmt.Sprintf("%d %s", x.n, x.what))
		}
	}
	return strings.Join(parts, ", ")
}

// sums says for each register how much is new and of which time.
func (in *pastImport) sums(ivs []energy.Interval) []string {
	type register struct {
		meter energy.MeterID
		name  energy.Register
	}
	type sum struct {
		from, to time.Time
		n        int
		energy   decimal.Decimal
	}
	all := map[register]*sum{}
	for _, iv := range ivs {
		k := register{iv.Meter, iv.Register}
		s := all[k]
		if s == nil {
			s = &sum{from: iv.From, to: iv.To}
			all[k] = s
		}
		if iv.From.Before(s.from) {
			s.from = iv.From
		}
		if iv.To.After(s.to) {
			s.to = iv.To
		}
		s.n++
		s.energy = s.energy.Add(decimal.New(iv.Energy, -6))
	}
	out := make([]string, 0, len(all))
	for k, s := range all {
		intervals := "intervals"
		if s.n == 1 {
			intervals = "interval"
		}
		out = append(out, fmt.Sprintf("%s %s: %s kWh in %d %s from %s to %s",
			k.meter, k.name, s.energy.StringFixed(3), s.n, intervals, in.judge.clock(s.from), in.judge.clock(s.to)))
	}
	slices.Sort(out)
	return out
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/journal"
)

func newAudit() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Show that nobody changed what was said, read and decided"}
	cmd.AddCommand(newAuditVerify(), newAuditExport(), newAuditCheckpoint(), newAuditProof(), newAuditKey())
	return cmd
}

func newAuditCheckpoint() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "checkpoint",
		Short: "Sign how the journal stands, and print it",
		Long: "A checkpoint says how many entries there are and what their tree comes to, under a signature.\n" +
			"Print it, mail it, publish it: whoever has one can prove later that nothing before it was changed.\n" +
			"`foyer serve` signs one every hour.",
		Example: "  foyer audit checkpoint > 2026-11-26.checkpoint",
		Args:    noArgs,
	}
	path := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			signed, err := o.Checkpoint(cmd.Context())
			if err == nil {
				_, err = io.WriteString(cmd.OutOrStdout(), signed)
			}
			return err
		})
	}
	return cmd
}

func newAuditKey() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Print the public key that signs checkpoints",
		Long: "Give it to everybody who is to verify, by another way than the export.\n\n" +
			"With --new it makes another private key, where the file of the old one was lost or moved away, and\n" +
			"writes that into the journal. What the old one signed still counts.",
		Example: "  foyer audit key\n  foyer audit key --new",
		Args:    noArgs,
	}
	path := configFlag(cmd)
	fresh := cmd.Flags().Bool("new", false, "make another key; the file of the old one must not be there")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			public, err := o.JournalKey(cmd.Context(), *fresh)
			if err != nil {
				return err
			}
			return say(cmd, "%s", public)
		})
	}
	return cmd
}

func newAuditExport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export FILE",
		Short: "Write the journal so that anybody can check it",
		Long: "JSON lines: the public key, every entry with its hash, and a checkpoint signed now. It names nobody.\n" +
			"FILE must not be there yet; - is standard output. The format: docs/reference/journal.md.",
		Example: "  foyer audit export journal-2026-11.jsonl\n  foyer audit verify journal-2026-11.jsonl",
		Args:    oneArg("FILE"),
	}
	path := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			if args[0] == "-" {
				_, err := o.ExportJournal(cmd.Context(), cmd.OutOrStdout())
				return err
			}
			f, err := os.OpenFile(args[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return fmt.Errorf("export the journal: %w", err)
			}
			n, err := o.ExportJournal(cmd.Context(), f)
			if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
				return errors.Join(err, os.Remove(args[0]))
			}
			return say(cmd, "%d entries", n)
		})
	}
	return cmd
}

func newAuditVerify() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Check every entry, hash and signature of the journal",
		Long: "With FILE, or - for standard input, it checks an export, and needs nothing else. Without, it checks\n" +
			"the journal in the records of the configuration, and the rows that its entries tell of: what\n" +
			"families said, who read what, what was decided, and prices.\n\n" +
			"An export brings its own key: give the one you know with --key, lest somebody wrote all of it anew.\n" +
			"It ends with 0 when all holds, and with 3 when not: it names the first entry that is broken.",
		Example: "  foyer audit verify\n  foyer audit verify journal-2026-11.jsonl --key foyer/town+1a2b3c4d+AbCd… --since 2026-10.checkpoint",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("unexpected argument %q", args[1])}
			}
			return nil
		},
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	key := cmd.Flags().String("key", "", "public key that must have signed; without, that of the configuration's file or of the export")
	since := cmd.Flags().String("since", "", "file of an older checkpoint that the journal must be a continuation of")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *key != "" {
			if err := journal.ValidKey(*key); err != nil {
				return usageError{fmt.Errorf("--key: %w", err)}
			}
		}
		older, err := olderCheckpoint(*since)
		if err != nil {
			return err
		}
		v := verified{asJSON: *asJSON, since: older}
		if len(args) == 1 {
			v.Audited, err = verifyFile(cmd, args[0], journal.ExportCheck{Key: *key, Since: older})
			return v.print(cmd, err)
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			bar := newProgressBar(cmd.ErrOrStderr())
			v.Audited, err = o.Audit(cmd.Context(), *key, older, func(done, of int64) { bar.show("entries", int(done), int(of)) })
			bar.end()
			return v.print(cmd, err)
		})
	}
	return cmd
}

// olderCheckpoint reads the file of --since.
func olderCheckpoint(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := journal.ReadCheckpoint(path)
	if err != nil {
		return "", err
	}
	if _, err := journal.ParseCheckpoint(text); err != nil {
		return "", usageError{fmt.Errorf("--since %q: %w", path, err)}
	}
	return text, nil
}

func verifyFile(cmd *cobra.Command, path string, held journal.ExportCheck) (a app.Audited, err error) {
	in := cmd.InOrStdin()
	if path != "-" {
		f, err := os.Open(path) //nolint:gosec // the operator names the file
		if err != nil {
			return a, fmt.Errorf("verify an export: %w", err)
		}
		defer f.Close() //nolint:errcheck // it was only read
		in = f
	}
	a.Report, a.Key, err = journal.VerifyExport(in, held)
	return a, err
}

// A verified journal is what is said of a check.
type verified struct {
	app.Audited
	asJSON bool
	since  string
}

// print says what came out, and fails with errCheck when something does not hold.
func (v verified) print(cmd *cobra.Command, err error) error {
	var fault *journal.Fault
	switch broken := errors.As(err, &fault); {
	case err != nil && !broken:
		return err
	case broken && v.asJSON:
		return errors.Join(json.NewEncoder(visibleJSON{cmd.OutOrStdout()}).Encode(map[string]any{
			"ok": false, "index": fault.Index, "kind": fault.Kind, "why": fault.Why,
		}), errCheck)
	case broken:
		return errors.Join(say(cmd, "broken: %s", visible(fault.Error())), errCheck)
	case v.asJSON:
		return json.NewEncoder(visibleJSON{cmd.OutOrStdout()}).Encode(map[string]any{
			"ok": true, "entries": v.Entries, "root": v.Root, "first": v.First.Format(time.RFC3339Nano), "last": v.Last.Format(time.RFC3339Nano),
			"checkpoints": v.Checkpoints, "kinds": v.Kinds, "key": v.Key, "waiting": v.Waiting, "unproven": v.Unproven,
		})
	}
	lines := []string{
		fmt.Sprintf("%d entries, %s to %s, and %d checkpoints hold", v.Entries, v.First.Format(time.RFC3339), v.Last.Format(time.RFC3339), v.Checkpoints),
		"root " + v.Root.String(), "signed by " + v.Key,
	}
	if v.since != "" {
		lines = append(lines, "the older checkpoint is of the same journal")
	}
	if v.Unproven > 0 {
		lines = append(lines, fmt.Sprintf("%d rows are of households whose key was destroyed: their digests stand for them", v.Unproven))
	}
	if v.Waiting > 0 {
		lines = append(lines, fmt.Sprintf("%d reads wait for the entry of their minute", v.Waiting))
	}
	for _, line := range lines {
		if err := say(cmd, "%s", line); err != nil {
			return err
		}
	}
	return nil
}

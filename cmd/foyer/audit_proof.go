package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/journal"
)

func newAuditProof() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "proof FILE",
		Short: "Check the proof that the journal tells of one read",
		Long: "A family downloads it from /api/v1/me/access/{id}: what was read, by whom and why, and the way from\n" +
			"there to a checkpoint of the journal. FILE is that answer, - standard input. Nothing else is needed\n" +
			"but the public key, which must come from elsewhere.",
		Example: "  foyer audit proof read.json --key foyer/town+1a2b3c4d+AbCd…",
		Args:    oneArg("FILE"),
	}
	asJSON := jsonFlag(cmd)
	key := cmd.Flags().String("key", "", "public `key` that must have signed, as foyer audit key prints it")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *key == "" {
			return usageError{errors.New("--key: which public key must have signed? Where Foyer runs, `foyer audit key` prints it")}
		}
		if err := journal.ValidKey(*key); err != nil {
			return usageError{fmt.Errorf("--key: %w", err)}
		}
		p, err := readProof(cmd, args[0])
		if err != nil {
			return err
		}
		e, err := p.Verify(*key)
		if err != nil {
			return verified{asJSON: *asJSON, Audited: app.Audited{}}.print(cmd, err)
		}
		if *asJSON {
			return json.NewEncoder(visibleJSON{cmd.OutOrStdout()}).Encode(map[string]any{"ok": true, "index": e.Index, "at": e.At, "kind": e.Kind, "row": p.Row})
		}
		c, err := journal.ParseCheckpoint(p.Checkpoint)
		if err != nil {
			return err
		}
		if err := say(cmd, "entry %d of %s tells of this read, and the checkpoint of %d entries is signed over it", e.Index, e.At.Format("2006-01-02T15:04:05.000Z"), c.Size); err != nil {
			return err
		}
		return say(cmd, "%s", visible(string(p.Row)))
	}
	return cmd
}

// readProof reads the answer of /api/v1/me/access/{id}.
func readProof(cmd *cobra.Command, path string) (p journal.Proof, err error) {
	in := cmd.InOrStdin()
	if path != "-" {
		f, err := os.Open(path) //nolint:gosec // the operator names the file
		if err != nil {
			return p, fmt.Errorf("read a proof: %w", err)
		}
		defer f.Close() //nolint:errcheck // it was only read
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, 4*journal.MaxLeaf))
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	switch {
	case err != nil || p.Row == nil:
		return p, usageError{fmt.Errorf("%s: it is no proof: want the answer of /api/v1/me/access/{id}", path)}
	case p.Entry == "":
		return p, errors.New("the journal does not tell of this read yet: it does when the minute of the read is over")
	case p.Checkpoint == "":
		return p, errors.New("no checkpoint is signed over this read yet: one is every hour")
	}
	return p, nil
}

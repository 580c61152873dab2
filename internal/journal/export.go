package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"foyer/internal/canonical"
)

// MaxLine is the longest line of an export, in bytes.
const MaxLine = 2 * MaxLeaf

type exportHead struct {
	Format string `json:"format"`
	Key    string `json:"key"`
}

type exportEnd struct {
	Checkpoint string `json:"checkpoint"`
}

// An Exporter writes a journal so that anybody can check it: JSON lines, in canonical
// form; the key, the entries with their hashes, and a checkpoint of all of them.
type Exporter struct{ w io.Writer }

// NewExporter begins an export with the public key of its checkpoint.
func NewExporter(w io.Writer, public string) (*Exporter, error) {
	x := &Exporter{w}
	return x, x.line(exportHead{Format: Format, Key: public})
}

// Entry writes the next entry.
func (x *Exporter) Entry(leaf []byte) error {
	_, err := fmt.Fprintf(x.w, "%s%s%s%s%s\n", beforeLeaf, leaf, beforeHash, tlog.RecordHash(leaf), afterHash)
	return err
}

// End writes the checkpoint.
func (x *Exporter) End(signed string) error { return x.line(exportEnd{Checkpoint: signed}) }

func (x *Exporter) line(v any) error {
	b, err := canonical.Marshal(v)
	if err != nil {
		return err
	}
	_, err = x.w.Write(append(b, '\n'))
	return err
}

const (
	beforeLeaf = `{"entry":`
	beforeHash = `,"hash":"`
	afterHash  = `"}`
	hashLength = 44 // of 32 bytes in base64
)

// An ExportCheck says what an export is held against.
type ExportCheck struct {
	Key   string // public key that must have signed it; "" for the one it brings
	Since string // an older checkpoint that it must be a continuation of; "" for none
}

// VerifyExport reads an export to its end and checks every byte of it. The error is
// a [*Fault] when something does not hold. It returns the key that signed it.
func VerifyExport(r io.Reader, held ExportCheck) (Report, string, error) {
	lines := bufio.NewReaderSize(r, MaxLine)
	head, err := readHead(lines)
	if err != nil {
		return Report{}, "", err
	}
	if held.Key != "" && held.Key != head.Key {
		return Report{}, head.Key, &Fault{Index: -1, Kind: "key", Why: fmt.Sprintf("it is signed by %s, not by %s", head.Key, held.Key)}
	}
	c := NewCheck(head.Key)
	if held.Since != "" {
		if err := c.Promise("older checkpoint", held.Since, false); err != nil {
			return Report{}, head.Key, err
		}
	}
	signed, err := readEntries(lines, c)
	if err != nil {
		return Report{}, head.Key, err
	}
	cp, err := OpenAlone(signed, head.Key)
	if err != nil {
		return Report{}, head.Key, &Fault{Index: -1, Kind: "checkpoint", Why: err.Error()}
	}
	if cp.Size < c.Size() {
		return Report{}, head.Key, &Fault{Index: cp.Size, Kind: c.last, Why: fmt.Sprintf("the checkpoint is of %d entries: what follows is signed by nobody", cp.Size)}
	}
	if err := c.Promise("checkpoint", signed, true); err != nil {
		return Report{}, head.Key, err
	}
	report, err := c.End()
	return report, head.Key, err
}

func readHead(lines *bufio.Reader) (exportHead, error) {
	var head exportHead
	line, err := readLine(lines, -1, "head")
	if err != nil {
		return head, err
	}
	if err := exactly(line, &head); err != nil || head.Format != Format {
		return head, &Fault{Index: -1, Kind: "head", Why: "the first line is not that of a " + Format + " export"}
	}
	if _, err := verifierOf(head.Key); err != nil {
		return head, &Fault{Index: -1, Kind: "head", Why: err.Error()}
	}
	return head, nil
}

// readEntries follows the entries and returns the checkpoint after them.
func readEntries(lines *bufio.Reader, c *Check) (string, error) {
	for {
		line, err := readLine(lines, c.Size(), Missing)
		if err != nil {
			return "", err
		}
		if bytes.HasPrefix(line, []byte(`{"checkpoint"`)) {
			var end exportEnd
			if err := exactly(line, &end); err != nil {
				return "", &Fault{Index: -1, Kind: "checkpoint", Why: err.Error()}
			}
			if _, err := lines.Peek(1); !errors.Is(err, io.EOF) {
				return "", &Fault{Index: -1, Kind: "checkpoint", Why: "something follows it"}
			}
			return end.Checkpoint, nil
		}
		leaf, hash, err := splitLine(line)
		if err != nil {
			return "", &Fault{Index: c.Size(), Kind: kindOf(leaf), Why: err.Error()}
		}
		if _, _, err := c.Entry(leaf, hash); err != nil {
			return "", err
		}
	}
}

// readLine returns the next line without its end. Without one, index and kind say of
// what.
func readLine(lines *bufio.Reader, index int64, kind Kind) ([]byte, error) {
	line, err := lines.ReadSlice('\n')
	switch {
	case err == nil:
		return line[:len(line)-1], nil
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, &Fault{Index: index, Kind: kindOf(line), Why: fmt.Sprintf("its line is longer than %d bytes", MaxLine)}
	case errors.Is(err, io.EOF):
		return nil, &Fault{Index: index, Kind: kind, Why: "the export ends before its checkpoint does"}
	}
	return nil, fmt.Errorf("read the export: %w", err)
}

// splitLine takes the leaf and the hash out of a line of an entry.
func splitLine(line []byte) ([]byte, tlog.Hash, error) {
	middle := len(line) - len(beforeHash) - hashLength - len(afterHash)
	if middle < len(beforeLeaf) {
		return nil, tlog.Hash{}, errors.New("its line holds no entry and hash")
	}
	leaf, text := line[len(beforeLeaf):middle], line[middle+len(beforeHash):len(line)-len(afterHash)]
	hash, err := tlog.ParseHash(string(text))
	if err != nil || hash.String() != string(text) || !bytes.HasPrefix(line, []byte(beforeLeaf)) ||
		!bytes.HasPrefix(line[middle:], []byte(beforeHash)) || !bytes.HasSuffix(line, []byte(afterHash)) {
		return leaf, tlog.Hash{}, errors.New("its line is not written as entries are")
	}
	return leaf, hash, nil
}

// exactly reads a line that must be the canonical form of v.
func exactly(line []byte, v any) error {
	if err := json.Unmarshal(line, v); err != nil {
		return err
	}
	again, err := canonical.Marshal(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, line) {
		return errors.New("it is not in canonical form")
	}
	return nil
}

package journal

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// A Certificate says that a family was erased. It holds no name: the family keeps it,
// Foyer does not.
type Certificate struct {
	Household string    // random id of the family
	At        time.Time // when its key was destroyed; UTC, seconds
	Ring      string    // name of the ring that held the key
	Entry     int64     // of the journal, that tells the removal; -1 when it is not known any more
	Rows      int64     // deleted from the records
	Meters    int       // whose readings were deleted
}

const (
	certificateHead = "Foyer erasure certificate 1"
	certificateForm = certificateHead + `
household %s
erased %s
ring %s
entry %d
rows %d
meters %d
`
)

func (c Certificate) text() string {
	return fmt.Sprintf(certificateForm, c.Household, c.At.UTC().Format(time.RFC3339), c.Ring, c.Entry, c.Rows, c.Meters)
}

// Certify signs a certificate as a signed note.
func (k Key) Certify(c Certificate) (string, error) {
	signed, err := note.Sign(&note.Note{Text: c.text()}, k.signer)
	if err != nil {
		return "", fmt.Errorf("sign a certificate: %w", err)
	}
	return string(signed), nil
}

var errNotCertificate = errors.New("it is no certificate of an erasure")

// OpenCertificate returns a certificate that a key signed, and nothing else. None of
// its bits can be another: the error says why it does not hold.
func OpenCertificate(signed, public string) (Certificate, error) {
	v, err := verifierOf(public)
	if err != nil {
		return Certificate{}, err
	}
	if !strings.HasPrefix(signed, certificateHead+"\n") {
		return Certificate{}, errNotCertificate
	}
	n, err := note.Open([]byte(signed), note.VerifierList(v))
	if err != nil {
		return Certificate{}, fmt.Errorf("%w that %s has signed, or it was changed", errNotCertificate, v.Name())
	}
	if !alone(signed, n) {
		return Certificate{}, errBeside
	}
	var c Certificate
	var at string
	if _, err := fmt.Sscanf(n.Text, certificateForm, &c.Household, &at, &c.Ring, &c.Entry, &c.Rows, &c.Meters); err != nil {
		return Certificate{}, errNotCertificate
	}
	if c.At, err = time.Parse(time.RFC3339, at); err != nil || c.text() != n.Text {
		return Certificate{}, errNotCertificate
	}
	return c, nil
}

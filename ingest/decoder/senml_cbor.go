package decoder

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/fxamacker/cbor/v2"
)

const (
	reasonCBOR      = "malformed CBOR, or more records than a pack has"
	reasonCBORTwice = "a record in CBOR that says a field twice"
)

// maxSenMLRecords bounds a pack in CBOR: an empty record is one byte of it.
const maxSenMLRecords = 4096

// senmlCBOR reads packs. A field that a record repeats is refused, and so is text
// that is no UTF-8.
var senmlCBOR = func() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		MaxNestedLevels:  maxDepth,
		MaxArrayElements: maxSenMLRecords,
		MaxMapPairs:      64,
	}.DecMode()
	if err != nil {
		panic("decoder: " + err.Error())
	}
	return mode
}()

// fitsSenMLCBOR takes a list that begins with a map, or with nothing more. No text
// begins so, hence no JSON.
func fitsSenMLCBOR(in *Input) bool {
	b := withoutSelfDescription(in.message.Payload)
	head, rest := cborHead(b)
	if head != cborList {
		return false
	}
	if len(rest) == 0 {
		return true
	}
	head, _ = cborHead(rest)
	return head == cborMap
}

// decodeSenMLCBOR reads a pack.
//
// Source: RFC 8428, section 6.
func decodeSenMLCBOR(in *Input) (Result, error) {
	var pack []map[senmlLabel]cbor.RawMessage
	if err := senmlCBOR.Unmarshal(withoutSelfDescription(in.message.Payload), &pack); err != nil {
		if _, twice := errors.AsType[*cbor.DupMapKeyError](err); twice {
			return Result{}, refuse(reasonCBORTwice)
		}
		return Result{}, refuse(reasonCBOR)
	}
	var records []byte
	for i, fields := range pack {
		records = append(records, "[,"[min(i, 1)])
		records = appendSenMLRecord(records, fields)
	}
	records = append(records, ']')
	if len(pack) == 0 || len(records) > maxPayload || !in.plain.parse(records) || !isSenML(in.plain.root()) {
		return Result{}, refuse(reasonUnknown)
	}
	return in.senmlPack(in.plain.root())
}

// A senmlLabel is a field's name in JSON.
type senmlLabel string

// senmlLabels are the labels in CBOR, from -6 on. There will be no others: fields
// to come have their names.
//
// Source: RFC 8428, section 6, table 4.
var senmlLabels = [...]senmlLabel{"bs", "bv", "bu", "bt", "bn", "bver", "n", "u", "v", "vs", "vb", "s", "t", "ut", "vd"}

// UnmarshalCBOR reads a label or a name.
func (l *senmlLabel) UnmarshalCBOR(b []byte) error {
	var label int64
	if senmlCBOR.Unmarshal(b, &label) != nil {
		return senmlCBOR.Unmarshal(b, (*string)(l))
	}
	if i := label + 6; i >= 0 && i < int64(len(senmlLabels)) {
		*l = senmlLabels[i]
	} else {
		*l = senmlLabel(strconv.FormatInt(label, 10)) // of no field
	}
	return nil
}

// appendSenMLRecord writes a record in JSON, its fields by name.
func appendSenMLRecord(to []byte, fields map[senmlLabel]cbor.RawMessage) []byte {
	to = append(to, '{')
	for i, name := range slices.Sorted(maps.Keys(fields)) {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(appendText(to, string(name)), ':')
		to = appendSenMLValue(to, fields[name])
	}
	return append(to, '}')
}

// appendSenMLValue writes a value in JSON: floats in the fewest digits that say
// them, bytes in base64url. What no field of ours can hold becomes a list.
func appendSenMLValue(to []byte, raw cbor.RawMessage) []byte {
	head, _ := cborHead(raw)
	switch head {
	case cborUint, cborInt:
		var n big.Int
		if senmlCBOR.Unmarshal(raw, &n) == nil {
			return n.Append(to, 10)
		}
	case cborBytes:
		var b []byte
		if senmlCBOR.Unmarshal(raw, &b) == nil {
			return appendText(to, base64.RawURLEncoding.EncodeToString(b))
		}
	case cborText:
		var s string
		if senmlCBOR.Unmarshal(raw, &s) == nil {
			return appendText(to, s)
		}
	case cborTag:
		return appendFraction(to, raw)
	case cborSimple:
		return appendSimple(to, raw)
	}
	return append(to, "[]"...)
}

// appendFraction writes a decimal fraction, an exponent of ten and an integer.
//
// Source: RFC 8949, section 3.4.4.
func appendFraction(to []byte, raw cbor.RawMessage) []byte {
	var tag cbor.RawTag
	var parts struct {
		_        struct{} `cbor:",toarray"`
		Exponent int64
		Mantissa big.Int
	}
	const (
		decimalFraction = 4
		maxBits         = 128 // no quantity needs more, and longer ones take long to spell
	)
	if senmlCBOR.Unmarshal(raw, &tag) != nil || tag.Number != decimalFraction ||
		senmlCBOR.Unmarshal(tag.Content, &parts) != nil || parts.Mantissa.BitLen() > maxBits {
		return append(to, "[]"...)
	}
	to = append(parts.Mantissa.Append(to, 10), 'e')
	return strconv.AppendInt(to, parts.Exponent, 10)
}

// appendSimple writes a float, a boolean, or nothing.
func appendSimple(to []byte, raw cbor.RawMessage) []byte {
	var v any
	if senmlCBOR.Unmarshal(raw, &v) != nil {
		return append(to, "[]"...)
	}
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(to, v)
	case float64:
		bits := 64
		if raw[0] != cborDouble {
			bits = 32
		}
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return strconv.AppendFloat(to, v, 'g', -1, bits)
		}
	}
	return append(to, "null"...)
}

func appendText(to []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		return append(to, `""`...)
	}
	return append(to, quoted...)
}

// The major types of CBOR.
//
// Source: RFC 8949, section 3.1.
const (
	cborUint = iota
	cborInt
	cborBytes
	cborText
	cborList
	cborMap
	cborTag
	cborSimple
)

const cborDouble = 0xfb // the initial byte of a float of 64 bits

// cborHead returns the major type of the item that b begins with, and what follows
// its head.
func cborHead(b []byte) (major byte, rest []byte) {
	if len(b) == 0 {
		return cborSimple, nil
	}
	n := 1
	if length := b[0] & 0x1f; length >= 24 && length <= 27 {
		n += 1 << (length - 24)
	}
	return b[0] >> 5, b[min(n, len(b)):]
}

// withoutSelfDescription cuts the tag that says: this is CBOR.
//
// Source: RFC 8949, section 3.4.6.
func withoutSelfDescription(b []byte) []byte {
	if len(b) >= 3 && b[0] == 0xd9 && b[1] == 0xd9 && b[2] == 0xf7 {
		return b[3:]
	}
	return b
}

package decoder

import (
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// A sparkplugPayload is the part of a payload that is read.
//
// Source: https://github.com/eclipse/tahu, sparkplug_b.proto; Sparkplug 3.0, 6.4.
type sparkplugPayload struct {
	at         uint64 // milliseconds since 1970, 0 where there is none
	compressed bool
	metrics    []sparkplugMetric
}

// A sparkplugMetric is a name or an alias, and perhaps a value.
type sparkplugMetric struct {
	name       string
	alias      uint64
	aliased    bool
	at         uint64
	datatype   uint64
	historical bool
	null       bool
	unit       string // of its properties

	integer uint64 // as it is on the wire: the datatype says its sign
	decimal string // a float or a double, in its shortest digits
	has     sparkplugKind
}

type sparkplugKind uint8

const (
	sparkplugNothing sparkplugKind = iota
	sparkplugInteger
	sparkplugDecimal
	sparkplugOther // no number
)

// Datatypes that have a sign and are written without.
const (
	sparkplugInt8  = 1
	sparkplugInt16 = 2
	sparkplugInt32 = 3
	sparkplugInt64 = 4
	sparkplugUint8 = 5
	sparkplugLast  = 8 // UInt64
)

// A wireField is one field of a message of protobuf.
type wireField struct {
	number  int
	integer uint64 // of a varint or a fixed number
	bytes   []byte // of anything with a length
}

// wireFields calls do for each field of b and reports whether b is a message.
func wireFields(b []byte, do func(wireField) bool) bool {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return false
		}
		b = b[n:]
		f := wireField{number: int(number)}
		switch kind {
		case protowire.VarintType:
			f.integer, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			f.integer = uint64(v)
		case protowire.Fixed64Type:
			f.integer, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(b)
		case protowire.StartGroupType, protowire.EndGroupType:
			n = protowire.ConsumeFieldValue(number, kind, b)
		default:
			return false
		}
		if n < 0 || !do(f) {
			return false
		}
		b = b[n:]
	}
	return true
}

// readSparkplug reads a payload and reports whether it is one.
func readSparkplug(b []byte) (p sparkplugPayload, ok bool) {
	ok = wireFields(b, func(f wireField) bool {
		switch f.number {
		case 1:
			p.at = f.integer
		case 2:
			m, ok := readSparkplugMetric(f.bytes)
			p.metrics = append(p.metrics, m)
			return ok
		case 4:
			p.compressed = string(f.bytes) == "SPBV1.0_COMPRESSED"
		}
		return true
	})
	return p, ok
}

func readSparkplugMetric(b []byte) (m sparkplugMetric, ok bool) {
	ok = wireFields(b, func(f wireField) bool {
		switch f.number {
		case 1:
			m.name = string(f.bytes)
		case 2:
			m.alias, m.aliased = f.integer, true
		case 3:
			m.at = f.integer
		case 4:
			m.datatype = f.integer
		case 5:
			m.historical = f.integer != 0
		case 7:
			m.null = f.integer != 0
		case 9:
			var ok bool
			m.unit, ok = readSparkplugUnit(f.bytes)
			return ok
		case 10, 11:
			m.integer, m.has = f.integer, sparkplugInteger
		case 12:
			v := math.Float32frombits(uint32(f.integer)) //nolint:gosec // a fixed32
			m.decimal, m.has = strconv.FormatFloat(float64(v), 'g', -1, 32), sparkplugDecimal
		case 13:
			m.decimal, m.has = strconv.FormatFloat(math.Float64frombits(f.integer), 'g', -1, 64), sparkplugDecimal
		case 14, 15, 16, 17, 18, 19:
			m.has = sparkplugOther
		}
		return true
	})
	return m, ok
}

// sparkplugUnits are properties in which senders write the unit of a metric.
var sparkplugUnits = words("engUnit EngUnit engunit unit Unit units Units engineeringUnit EngineeringUnits engineering_unit")

// readSparkplugUnit returns the property that names the unit, if there is one. Keys
// and values are two lists of the same length.
func readSparkplugUnit(b []byte) (unitName string, ok bool) {
	var keys []string
	var values [][]byte
	ok = wireFields(b, func(f wireField) bool {
		switch f.number {
		case 1:
			keys = append(keys, string(f.bytes))
		case 2:
			values = append(values, f.bytes)
		}
		return true
	})
	for i, k := range keys {
		if !sparkplugUnits[k] || i >= len(values) {
			continue
		}
		ok = ok && wireFields(values[i], func(f wireField) bool {
			if f.number == 8 {
				unitName = string(f.bytes)
			}
			return true
		})
	}
	return unitName, ok
}

// number returns the value of m, whose datatype a birth may have said.
func (m *sparkplugMetric) number(datatype uint64) (number, numeric) {
	if m.datatype != 0 {
		datatype = m.datatype
	}
	switch {
	case m.null || m.has == sparkplugNothing:
		return number{}, nothing
	case m.has == sparkplugDecimal:
		return readNumber([]byte(m.decimal))
	case m.has != sparkplugInteger || datatype == 0 || datatype > sparkplugLast:
		return number{}, notNumber
	}
	signed := int64(0)
	switch datatype {
	case sparkplugInt8:
		signed = int64(int8(m.integer)) //nolint:gosec // two's complement of the datatype
	case sparkplugInt16:
		signed = int64(int16(m.integer)) //nolint:gosec // two's complement of the datatype
	case sparkplugInt32:
		signed = int64(int32(m.integer)) //nolint:gosec // two's complement of the datatype
	case sparkplugInt64:
		signed = int64(m.integer) //nolint:gosec // two's complement of the datatype
	default:
		return number{mant: m.integer}, isNumber
	}
	if signed < 0 {
		return number{neg: true, mant: -uint64(signed)}, isNumber //nolint:gosec // two's complement
	}
	return number{mant: uint64(signed)}, isNumber
}

package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"foyer/internal/energy"
)

// A body is the byte 1, the CRC-32C of the rest (4 bytes, little endian), then
// readings one after the other:
//
//	meter     its length, 0 for that of the reading before; its bytes
//	register  its length; its bytes
//	instant   UTC milliseconds
//	value     thousandths
//	source    0 device, 1 arrival
//
// Lengths are unsigned varints, numbers signed ones. Readings can be appended to
// readings, because the first of each append names its meter.
const (
	bodyVersion = 1
	bodyHeader  = 5
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errBody = errors.New("a damaged body")

// encode appends readings to b.
func encode(b []byte, rs []energy.Reading) []byte {
	var meter energy.MeterID
	for _, r := range rs {
		if r.Meter == meter {
			b = append(b, 0)
		} else {
			meter = r.Meter
			b = binary.AppendUvarint(b, uint64(len(meter)))
			b = append(b, meter...)
		}
		b = binary.AppendUvarint(b, uint64(len(r.Register)))
		b = append(b, r.Register...)
		b = binary.AppendVarint(b, r.At.UnixMilli())
		b = binary.AppendVarint(b, r.Value)
		b = append(b, sourceByte(r.Source))
	}
	return b
}

// seal returns the body of encoded readings. parts are not kept.
func seal(parts ...[]byte) []byte {
	size := bodyHeader
	for _, p := range parts {
		size += len(p)
	}
	b := make([]byte, bodyHeader, size)
	b[0] = bodyVersion
	for _, p := range parts {
		b = append(b, p...)
	}
	binary.LittleEndian.PutUint32(b[1:], crc32.Checksum(b[bodyHeader:], castagnoli))
	return b
}

// unseal returns what a body holds.
func unseal(body []byte) ([]byte, error) {
	if len(body) < bodyHeader || body[0] != bodyVersion {
		return nil, errBody
	}
	b := body[bodyHeader:]
	if binary.LittleEndian.Uint32(body[1:]) != crc32.Checksum(b, castagnoli) {
		return nil, fmt.Errorf("%w: its checksum differs", errBody)
	}
	return b, nil
}

// A names table gives equal names one string.
type names map[string]string

func (n names) of(b []byte) string {
	if s, ok := n[string(b)]; ok {
		return s
	}
	s := string(b)
	n[s] = s
	return s
}

// decode appends the readings of a body to rs.
func decode(rs []energy.Reading, body []byte, known names) ([]energy.Reading, error) {
	b, err := unseal(body)
	if err != nil {
		return rs, err
	}
	var meter string
	for len(b) > 0 {
		var r energy.Reading
		name, rest, err := cut(b)
		if err != nil {
			return rs, err
		}
		if len(name) > 0 {
			meter = known.of(name)
		}
		register, rest, err := cut(rest)
		if err != nil {
			return rs, err
		}
		at, n := binary.Varint(rest)
		value, m := binary.Varint(rest[max(n, 0):])
		if n <= 0 || m <= 0 || len(rest) <= n+m {
			return rs, errBody
		}
		r.Meter, r.Register = energy.MeterID(meter), energy.Register(known.of(register))
		r.At, r.Value, r.Source = time.UnixMilli(at).UTC(), value, sourceOf(rest[n+m])
		rs, b = append(rs, r), rest[n+m+1:]
	}
	return rs, nil
}

// cut returns a name and what follows it.
func cut(b []byte) (name, rest []byte, err error) {
	size, n := binary.Uvarint(b)
	if n <= 0 {
		return nil, nil, errBody
	}
	if b = b[n:]; size > uint64(len(b)) {
		return nil, nil, errBody
	}
	return b[:size], b[size:], nil
}

func sourceByte(s energy.TimeSource) byte {
	if s == energy.ArrivalTime {
		return 1
	}
	return 0
}

func sourceOf(b byte) energy.TimeSource {
	if b == 1 {
		return energy.ArrivalTime
	}
	return energy.DeviceTime
}

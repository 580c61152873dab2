package decoder

import "time"

// A timeFormat is a way to write a time.
type timeFormat string

// The ways templates know; any other name is a layout of package time.
const (
	formatUnix   timeFormat = "unix"    // seconds since 1970, with decimals; or a finer unit, see readEpoch
	formatMillis timeFormat = "unix_ms" // milliseconds since 1970, or a finer unit
	formatISO    timeFormat = "iso"     // 2026-11-25T10:00:00.5, with Z, +01:00, +0100 or without a zone
	formatLocal  timeFormat = "local"   // the same where what it says of its zone is not true: local time
	formatTIC    timeFormat = "tic"     // H261125100000: season, then local time (Linky)
	formatDSMR   timeFormat = "dsmr"    // 261125100000W: local time, then season (DSMR)
	formatGasDay timeFormat = "gas_day" // 25/11/2026: the end of that gas day, at 6:00 local time of the next (GRDF)
)

// tells reports whether a time can be read by f: a layout of package time has at least
// one part of a time in it.
func (f timeFormat) tells() bool {
	switch f {
	case formatUnix, formatMillis, formatISO, formatLocal, formatTIC, formatDSMR, formatGasDay:
		return true
	}
	return time.Date(2011, 11, 13, 17, 18, 19, 0, time.UTC).Format(string(f)) != string(f)
}

// read tells the time that v gives in format.
func (in *Input) read(v value, format timeFormat, zone *time.Location, s season, path string) stamp {
	if !v.scalar() {
		return stamp{}
	}
	raw := v.raw()
	switch format {
	case formatUnix, formatMillis:
		n, is := readNumber(raw)
		if is != isNumber {
			return stamp{}
		}
		return in.readEpoch(n, format, path)
	case formatISO:
		t, zoned, ok := readISO(raw)
		switch {
		case !ok:
			return noStamp(raw, path)
		case zoned:
			return in.judge(t, path)
		}
		return in.civil(t, zone, s, path)
	case formatLocal:
		if len(raw) < len("2006-01-02T15:04:05") {
			return noStamp(raw, path)
		}
		t, _, ok := readISO(raw[:len("2006-01-02T15:04:05")])
		if !ok {
			return noStamp(raw, path)
		}
		return in.civil(t, zone, s, path)
	case formatGasDay:
		t, err := time.Parse("02/01/2006", string(raw))
		if err != nil {
			return noStamp(raw, path)
		}
		return in.civil(t.Add(30*time.Hour), zone, s, path)
	case formatTIC:
		return in.readTIC(raw, zone, path)
	case formatDSMR:
		if len(raw) != 13 {
			return noStamp(raw, path)
		}
		t, ok := readCompact(raw[:12])
		switch {
		case ok && raw[12] == 'S':
			return in.civil(t, zone, summer, path)
		case ok && raw[12] == 'W':
			return in.civil(t, zone, winter, path)
		}
		return noStamp(raw, path)
	}
	t, err := time.Parse(string(format), string(raw))
	if err != nil {
		return noStamp(raw, path)
	}
	return in.civil(t, zone, s, path)
}

// readEpoch reads a time since 1970. Some senders count it a thousand times finer, or
// a million: what in its own unit would be after 2100 is read so. Never coarser: a
// clock that was never set counts milliseconds from its start, which would be seconds
// of a time that can be.
func (in *Input) readEpoch(n number, format timeFormat, path string) stamp {
	exp := 3
	if format == formatMillis {
		exp = 0
	}
	for {
		ms, fits := scale{exp: exp}.apply(n)
		switch t := time.UnixMilli(ms).UTC(); {
		case fits && t.Before(epochTo):
			return in.judge(t, path)
		case exp == -6: // nanoseconds
			return stamp{verdict: implausible, path: path}
		}
		exp -= 3
	}
}

// noStamp is a text that is no time: none when it is empty, else implausible.
func noStamp(raw []byte, path string) stamp {
	if isNoValue(raw) {
		return stamp{}
	}
	return stamp{verdict: implausible, path: path}
}

// readTIC reads the date of a Linky: E (summer), H (winter) or a space, then local
// yymmddHHMMSS. A lower-case letter is a clock in degraded mode: not believed.
//
// Source: Enedis-NOI-CPT_54E, horodatage.
func (in *Input) readTIC(raw []byte, zone *time.Location, path string) stamp {
	if len(raw) != 13 {
		return noStamp(raw, path)
	}
	t, ok := readCompact(raw[1:])
	if !ok {
		return noStamp(raw, path)
	}
	switch raw[0] {
	case 'E':
		return in.civil(t, zone, summer, path)
	case 'H':
		return in.civil(t, zone, winter, path)
	case ' ':
		return in.civil(t, zone, anySeason, path)
	}
	return stamp{verdict: implausible, path: path}
}

// seasonOf returns the season a date of a Linky names by its first letter, or a
// sender of it by the word.
func seasonOf(v value) season {
	raw := v.raw()
	switch string(raw) {
	case "":
		return anySeason
	case "summer":
		return summer
	case "winter":
		return winter
	}
	switch raw[0] {
	case 'E':
		return summer
	case 'H':
		return winter
	}
	return anySeason
}

// readCompact reads yymmddHHMMSS.
func readCompact(b []byte) (time.Time, bool) {
	var f [6]int
	for i := range f {
		n, ok := fixed(b[2*i : 2*i+2])
		if !ok {
			return time.Time{}, false
		}
		f[i] = n
	}
	return dateOf(2000+f[0], f[1], f[2], f[3], f[4], f[5], 0)
}

// readISO reads ISO 8601 as devices write it; zoned says whether it names its offset.
func readISO(b []byte) (t time.Time, zoned, ok bool) {
	if len(b) < 19 || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return time.Time{}, false, false
	}
	var f [6]int
	for i, s := range [6][]byte{b[0:4], b[5:7], b[8:10], b[11:13], b[14:16], b[17:19]} {
		if f[i], ok = fixed(s); !ok {
			return time.Time{}, false, false
		}
	}
	rest, nanos := b[19:], 0
	if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') {
		unit := 100_000_000
		rest = rest[1:]
		for len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9' {
			nanos += int(rest[0]-'0') * unit
			unit /= 10
			rest = rest[1:]
		}
	}
	t, ok = dateOf(f[0], f[1], f[2], f[3], f[4], f[5], nanos)
	switch {
	case !ok:
		return t, false, false
	case len(rest) == 0:
		return t, false, true
	case len(rest) == 1 && (rest[0] == 'Z' || rest[0] == 'z'):
		return t, true, true
	}
	offset, ok := readOffset(rest)
	return t.Add(-offset), true, ok
}

// readOffset reads +01:00, +0100 or +01.
func readOffset(b []byte) (time.Duration, bool) {
	if b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	sign := 1
	if b[0] == '-' {
		sign = -1
	}
	b = b[1:]
	if len(b) == 5 && b[2] == ':' {
		b = []byte{b[0], b[1], b[3], b[4]}
	}
	if len(b) == 2 {
		b = []byte{b[0], b[1], '0', '0'}
	}
	if len(b) != 4 {
		return 0, false
	}
	h, ok1 := fixed(b[:2])
	m, ok2 := fixed(b[2:])
	return time.Duration(sign*(h*60+m)) * time.Minute, ok1 && ok2 && h < 24 && m < 60
}

// dateOf returns the time if there is such a date.
func dateOf(year, month, day, hour, minute, second, nanos int) (time.Time, bool) {
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	return t, t.Day() == day
}

// fixed reads decimal digits and nothing else.
func fixed(b []byte) (int, bool) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

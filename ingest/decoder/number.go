package decoder

import (
	"bytes"
	"math/big"
	"strings"
)

// A number is a decimal as the message spells it: mant × 10^exp. Digits beyond
// the nineteenth are dropped: no quantity within its limits needs them.
type number struct {
	neg  bool
	mant uint64
	exp  int
}

// A reading of a number can end in three ways.
type numeric uint8

const (
	nothing numeric = iota // absent, null, or one of the words that say so
	isNumber
	notNumber // text that is no decimal, among it hexadecimal
)

// number reads v: a JSON number, or a decimal in quotes, with leading zeros.
func (v value) number() (number, numeric) {
	switch v.kind() {
	case digits, text:
		return readNumber(v.raw())
	case absent, null:
		return number{}, nothing
	case boolean, list, object:
	}
	return number{}, notNumber
}

// whyNoNumber says what stands where a number belongs. The texts quote nothing.
func (v value) whyNoNumber() string {
	if v.kind() == boolean {
		return whyBoolean
	}
	return whyNoNumber(v.raw())
}

func whyNoNumber(b []byte) string {
	if whole, decimals, comma := bytes.Cut(bytes.TrimSpace(b), []byte(",")); comma {
		_, is := readNumber(append(append(bytes.Clone(whole), '.'), decimals...))
		if is == isNumber {
			return whyComma
		}
	}
	return whyNumber
}

// readNumber reads decimal text: "12", "-0.5", "007970903", "1.2e3". Not a number
// and infinity count as nothing, like the words senders use for no value.
func readNumber(b []byte) (number, numeric) {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t' || b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	var n number
	i := 0
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		n.neg = b[i] == '-'
		i++
	}
	seen, point, kept := false, false, 0
loop:
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '0' && c <= '9':
			seen = true
			switch {
			case kept == 0 && c == '0': // leading zeros
			case kept == 19: // more digits than we keep
				if !point {
					n.exp++
				}
				continue
			default:
				n.mant = n.mant*10 + uint64(c-'0')
				kept++
			}
			if point {
				n.exp--
			}
		case c == '.' && !point:
			point = true
		default:
			break loop
		}
	}
	if !seen {
		if isNoValue(b) {
			return number{}, nothing
		}
		return number{}, notNumber
	}
	if i < len(b) {
		e, ok := exponent(b[i:])
		if !ok {
			return number{}, notNumber
		}
		n.exp += e
	}
	if n.mant == 0 {
		n.neg = false
	}
	return n, isNumber
}

// exponent reads "e-3"; beyond ±9999 it stays there.
func exponent(b []byte) (int, bool) {
	if b[0] != 'e' && b[0] != 'E' {
		return 0, false
	}
	b = b[1:]
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	e := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		e = min(e*10+int(c-'0'), 9999)
	}
	if neg {
		e = -e
	}
	return e, len(b) > 0
}

// isNoValue reports whether b is a word for no value (empty text included).
func isNoValue(b []byte) bool {
	if len(b) > 12 {
		return false
	}
	switch strings.ToLower(string(b)) {
	case "", "-", "--", "nan", "-nan", "+nan", "inf", "-inf", "+inf", "infinity", "-infinity", "+infinity",
		"null", "none", "nil", "n/a", "na", "err", "error", "unknown", "unavailable", "undefined":
		return true
	}
	return false
}

// is reports whether n is exactly m × 10^e.
func (n number) is(m number) bool {
	n, m = n.reduced(), m.reduced()
	return n == m
}

func (n number) reduced() number {
	if n.mant == 0 {
		return number{}
	}
	for n.mant%10 == 0 {
		n.mant /= 10
		n.exp++
	}
	return n
}

// plus returns n + m; ok is false where no number of ours holds it.
func (n number) plus(m number) (sum number, ok bool) {
	switch {
	case m.mant == 0:
		return n, true
	case n.mant == 0:
		return m, true
	case n.exp > 30 || m.exp > 30 || n.exp < -60 || m.exp < -60:
		return number{}, false
	}
	sum.exp = min(n.exp, m.exp)
	total := n.signed(n.exp - sum.exp)
	total.Add(total, m.signed(m.exp-sum.exp))
	sum.neg = total.Sign() < 0
	total.Abs(total)
	for ten := big.NewInt(10); !total.IsUint64(); sum.exp++ { // digits that no quantity needs
		total.Quo(total, ten)
	}
	sum.mant = total.Uint64()
	return sum, true
}

// signed returns the digits of n, with its sign, times 10^e.
func (n number) signed(e int) *big.Int {
	v := new(big.Int).SetUint64(n.mant)
	if n.neg {
		v.Neg(v)
	}
	return v.Mul(v, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(e)), nil))
}

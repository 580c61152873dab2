package decoder

import (
	"math"
	"math/big"
	"math/bits"
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
	default:
		return number{}, notNumber
	}
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

// A scale turns a number into thousandths of a base unit: (n + offset) × num/den × 10^exp.
type scale struct {
	num, den uint64 // 0 stands for 1
	exp      int
	offset   int64
}

// decimal reports whether s only moves the point.
func (s scale) decimal() bool { return s.num <= 1 && s.den <= 1 && s.offset == 0 }

// apply scales n, rounding half away from zero; false when it does not fit.
func (s scale) apply(n number) (int64, bool) {
	if !s.decimal() {
		return s.applyRational(n)
	}
	u, e := n.mant, n.exp+s.exp
	switch {
	case u == 0:
		return 0, true
	case e >= 0:
		for ; e > 0; e-- {
			hi, lo := bits.Mul64(u, 10)
			if hi != 0 {
				return 0, false
			}
			u = lo
		}
	case e < -20:
		return 0, true
	default:
		for ; e < -1; e++ {
			u /= 10 // the digits after the first dropped one cannot change half away from zero
		}
		u = u/10 + (u%10)/5
	}
	if u > math.MaxInt64 {
		return 0, false
	}
	if n.neg {
		return -int64(u), true
	}
	return int64(u), true
}

func (s scale) applyRational(n number) (int64, bool) {
	if n.exp > 30 || n.exp < -60 {
		return 0, n.exp < 0 && s.offset == 0
	}
	v := new(big.Rat).SetInt(new(big.Int).SetUint64(n.mant))
	v.Mul(v, pow10(n.exp))
	if n.neg {
		v.Neg(v)
	}
	v.Add(v, new(big.Rat).SetInt64(s.offset))
	v.Mul(v, new(big.Rat).SetFrac(new(big.Int).SetUint64(max(s.num, 1)), new(big.Int).SetUint64(max(s.den, 1))))
	v.Mul(v, pow10(s.exp))
	twice := new(big.Int).Mul(v.Num(), big.NewInt(2))
	half := new(big.Int).Set(v.Denom())
	if v.Sign() < 0 {
		half.Neg(half)
	}
	q := new(big.Int).Quo(twice.Add(twice, half), new(big.Int).Mul(v.Denom(), big.NewInt(2)))
	return q.Int64(), q.IsInt64()
}

func pow10(e int) *big.Rat {
	abs := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(e, -e))), nil)
	if e < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), abs)
	}
	return new(big.Rat).SetInt(abs)
}

// step returns the worth of the last digit of n once scaled, at least 1.
func (s scale) step(n number) int64 {
	if !s.decimal() {
		return 1
	}
	step := int64(1)
	for e := n.exp + s.exp; e > 0 && step < math.MaxInt64/10; e-- {
		step *= 10
	}
	return step
}

package decoder

import (
	"math"
	"math/big"
	"math/bits"
)

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
	return nearest(v.Mul(v, pow10(s.exp)))
}

// nearest rounds half away from zero; false when the result does not fit.
func nearest(v *big.Rat) (int64, bool) {
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

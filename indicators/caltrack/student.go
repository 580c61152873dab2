package caltrack

import "math"

// StudentT returns the quantile p, between 0 and 1, of Student's t distribution with
// df degrees of freedom, more than 0; not a number for anything else.
//
// Source: the distribution as a regularised incomplete beta function, NIST DLMF
// 8.17; solved by bisection of its logarithm, so that every quantile is found.
func StudentT(p, df float64) float64 {
	switch {
	case !(p > 0 && p < 1) || !(df > 0):
		return math.NaN()
	case p == 0.5:
		return 0
	case p < 0.5:
		return -StudentT(1-p, df)
	}
	// 1 - p is half of I(x; df/2, 1/2) with x = df / (df + t²), which falls as t rises.
	low, high := -300.0, 300.0 // of ln t
	for range 200 {
		middle := (low + high) / 2
		if middle == low || middle == high {
			break
		}
		t := math.Exp(middle)
		if tail(t, df) > 1-p {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Exp((low + high) / 2)
}

// tail returns the probability of more than t, which is above 0.
func tail(t, df float64) float64 {
	r := t / math.Sqrt(df)
	if r > 1e100 {
		return 0
	}
	x := 1 / (1 + r*r)
	return incompleteBeta(x, r*r*x, df/2, 0.5, logBetaHalf(df/2)) / 2
}

// incompleteBeta returns the regularised incomplete beta function I(x; a, b), with
// ln B(a, b); y is 1 - x, given apart because it may be much smaller.
//
// Source: NIST DLMF 8.17.22, the continued fraction by Lentz's method.
func incompleteBeta(x, y, a, b, logBeta float64) float64 {
	switch {
	case x <= 0:
		return 0
	case y <= 0:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - incompleteBeta(y, x, b, a, logBeta)
	}
	front := math.Exp(-logBeta+a*logOf(x, y)+b*logOf(y, x)) / a
	const enough = 1e-16
	c, d := 1.0, 1/nonZero(1-(a+b)*x/(a+1))
	f := d
	for m := 1.0; m < 10_000; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / nonZero(1+even*d)
		c = nonZero(1 + even/c)
		f *= c * d
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / nonZero(1+odd*d)
		c = nonZero(1 + odd/c)
		step := c * d
		f *= step
		if math.Abs(step-1) < enough {
			break
		}
	}
	return front * f
}

// logOf returns ln x, where y is 1 - x.
func logOf(x, y float64) float64 {
	if y < 0.5 {
		return math.Log1p(-y)
	}
	return math.Log(x)
}

// logBetaHalf returns ln B(a, 1/2).
//
// Source: NIST DLMF 5.11.13 for large a, where the difference of two logarithms of
// gamma functions loses its digits.
func logBetaHalf(a float64) float64 {
	half := math.Log(math.Pi) / 2
	const large = 100
	if a > large {
		return half - (math.Log(a)/2 - 1/(8*a) + 1/(192*a*a*a) - 1/(640*math.Pow(a, 5)))
	}
	la, _ := math.Lgamma(a)
	lab, _ := math.Lgamma(a + 0.5)
	return half + la - lab
}

// nonZero keeps a divisor of the continued fraction away from 0.
func nonZero(v float64) float64 {
	const tiny = 1e-300
	if math.Abs(v) < tiny {
		return tiny
	}
	return v
}

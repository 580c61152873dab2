// Package tariff says what energy costs: dated prices as data, and bills whose
// lines add up.
//
// Money is exact decimals until a bill's line, which is rounded once, to the
// cent, half away from zero. The package knows contracts and energy; it knows no
// family, no meter and no store.
package tariff

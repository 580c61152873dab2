package decoder

import (
	"strings"

	"foyer/internal/energy"
)

// Registers of the tiers by contract. Historique: 1 and 2 as named; standard: EASF.
var (
	tiersOffPeak = importNames("hc", "hp")
	tiersEJP     = importNames("ejphn", "ejphpm")
	tiersTempo   = importNames("hcjb", "hpjb", "hcjw", "hpjw", "hcjr", "hpjr")
	tiersEASF    = importNames("f01", "f02", "f03", "f04", "f05", "f06", "f07", "f08", "f09", "f10")
	outputsEASD  = importNames("d01", "d02", "d03", "d04")
)

func importNames(names ...string) (rs []energy.Register) {
	for _, n := range names {
		rs = append(rs, energy.NewRegister(energy.EnergyImport, n))
	}
	return rs
}

// zlinkyFact is the key under which the contract behind a topic is kept.
const zlinkyFact = "zlinky "

func (z *zlinky) mode(standard bool) string {
	if standard {
		return "standard"
	}
	return "historique"
}

func (z *zlinky) anyTier() bool {
	for i := range zlinkyTier {
		if z.positive(z.get(zlinkyTier[i])) {
			return true
		}
	}
	return false
}

// imports keeps the indexes of energy drawn.
func (z *zlinky) imports(tiers []energy.Register, standard bool) {
	if standard {
		for i, reg := range tiersEASF {
			z.index(reg, zlinkyTier[i])
		}
		for i, reg := range outputsEASD {
			for _, k := range zlinkyOut[i] {
				z.index(reg, k)
			}
		}
		z.index(importTotal, zlinkySum)
		return
	}
	for i, reg := range tiers { // here 0 is a period that has not come yet
		z.in.observe(reg, z.get(zlinkyTier[i]), z.unit, zlinkyTier[i].snake)
	}
	if !z.sumIsPart(tiers) {
		z.index(importTotal, zlinkySum)
	}
}

// index keeps an index that counts.
func (z *zlinky) index(reg energy.Register, k zlinkyKey) {
	v := z.get(k)
	if n, is := v.number(); is == isNumber && n.mant == 0 {
		z.in.reject(k.snake, "0 stands for unused")
		return
	}
	z.in.observe(reg, v, z.unit, k.snake)
}

// sumIsPart reports whether the sum is less than its tiers: a meter in historique
// mode has no total but with the base contract, and converters add the first two
// tiers only.
func (z *zlinky) sumIsPart(tiers []energy.Register) bool {
	if len(tiers) == 0 {
		return false
	}
	sum, is := z.get(zlinkySum).number()
	total, ok := z.unit.scale.apply(sum)
	if is != isNumber || !ok {
		return false // observing it says why not
	}
	var tiersTotal int64
	for i := range tiers {
		if n, is := z.get(zlinkyTier[i]).number(); is == isNumber {
			v, _ := z.unit.scale.apply(n)
			if v > limits[energy.EnergyImport].max-tiersTotal {
				return true
			}
			tiersTotal += v
		}
	}
	if slack := 2 * max(z.unit.scale.step(sum), 10_000); total < tiersTotal-slack || total > tiersTotal+slack {
		z.in.reject(zlinkySum.snake, "not the sum of the tiers")
		return true
	}
	return false
}

// contract tells the registers of the tiers (none with the base contract in
// historique mode) and whether the meter is in standard mode; known is false when
// nothing in the message nor before it says so.
func (z *zlinky) contract() (tiers []energy.Register, standard, known bool) {
	tarif := z.get(zlinkyTarif).text()
	remembered := ""
	if tarif == "" {
		remembered, tarif, _ = strings.Cut(z.in.recall(zlinkyFact+z.in.message.Topic), " ")
	}
	// OPTARIF names exist in historique mode only, apart from BASE.
	switch {
	case tarif == "HC..":
		return tiersOffPeak, false, true
	case tarif == "EJP.":
		return tiersEJP, false, true
	case strings.HasPrefix(tarif, "BBR"):
		return tiersTempo, false, true
	case remembered != "":
		return nil, remembered == "standard", true
	case z.saysStandard(), tarif != "" && tarif != "BASE":
		return nil, true, true
	}
	switch period := z.get(zlinkyPeriod).text(); {
	case period == "HC.." || period == "HP..":
		return tiersOffPeak, false, true
	case period == "HN.." || period == "PM..":
		return tiersEJP, false, true
	case len(period) == 4 && (strings.HasPrefix(period, "HCJ") || strings.HasPrefix(period, "HPJ")):
		return tiersTempo, false, true
	case period == "TH.." || tarif == "BASE":
		return nil, false, true
	}
	return nil, false, false
}

// saysStandard reports whether the message holds what only a meter in standard
// mode fills in; in historique mode the attributes are there and empty.
func (z *zlinky) saysStandard() bool {
	if z.root.get("status_register_breakout").get("type_tic").text() == "standard" || z.get(zlinkyDate).text() != "" {
		return true
	}
	return z.positive(z.get(zlinkyTarifIndex)) || z.positive(z.get(zlinkyInjected)) ||
		z.positive(z.get(zlinkyOut[0][0])) || z.positive(z.get(zlinkyOut[0][1]))
}

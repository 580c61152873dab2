package decoder

import (
	"strings"

	"foyer/internal/energy"
)

// An obisRegister is what a code of IEC 62056-61 stands for. Gateways that write
// codes instead of words count in Wh and W.
type obisRegister struct {
	register energy.Register
	unit     unit
}

// obisCodes are the codes of electricity meters that are read, without medium and
// channel: C.D.E.
//
// Source: IEC 62056-61, table 5 (C) and 8 (D); DLMS UA, list of standard OBIS codes.
var obisCodes = map[string]obisRegister{
	"1.8.0":  {importTotal, units["Wh"]},
	"1.8.1":  {energy.NewRegister(energy.EnergyImport, "t1"), units["Wh"]},
	"1.8.2":  {energy.NewRegister(energy.EnergyImport, "t2"), units["Wh"]},
	"1.8.3":  {energy.NewRegister(energy.EnergyImport, "t3"), units["Wh"]},
	"1.8.4":  {energy.NewRegister(energy.EnergyImport, "t4"), units["Wh"]},
	"2.8.0":  {exportTotal, units["Wh"]},
	"2.8.1":  {energy.NewRegister(energy.EnergyExport, "t1"), units["Wh"]},
	"2.8.2":  {energy.NewRegister(energy.EnergyExport, "t2"), units["Wh"]},
	"2.8.3":  {energy.NewRegister(energy.EnergyExport, "t3"), units["Wh"]},
	"2.8.4":  {energy.NewRegister(energy.EnergyExport, "t4"), units["Wh"]},
	"21.8.0": {energy.NewRegister(energy.EnergyImport, "l1"), units["Wh"]},
	"41.8.0": {energy.NewRegister(energy.EnergyImport, "l2"), units["Wh"]},
	"61.8.0": {energy.NewRegister(energy.EnergyImport, "l3"), units["Wh"]},
	"22.8.0": {energy.NewRegister(energy.EnergyExport, "l1"), units["Wh"]},
	"42.8.0": {energy.NewRegister(energy.EnergyExport, "l2"), units["Wh"]},
	"62.8.0": {energy.NewRegister(energy.EnergyExport, "l3"), units["Wh"]},
	"1.7.0":  {energy.NewRegister(energy.Power, "total"), units["W"]},
	"2.7.0":  {energy.NewRegister(energy.PowerExport, "total"), units["W"]},
	"21.7.0": {energy.NewRegister(energy.Power, "l1"), units["W"]},
	"41.7.0": {energy.NewRegister(energy.Power, "l2"), units["W"]},
	"61.7.0": {energy.NewRegister(energy.Power, "l3"), units["W"]},
	"22.7.0": {energy.NewRegister(energy.PowerExport, "l1"), units["W"]},
	"42.7.0": {energy.NewRegister(energy.PowerExport, "l2"), units["W"]},
	"62.7.0": {energy.NewRegister(energy.PowerExport, "l3"), units["W"]},
	"9.7.0":  {energy.NewRegister(energy.ApparentPower, "total"), units["VA"]},
	"10.7.0": {energy.NewRegister(energy.ApparentPowerExport, "total"), units["VA"]},
}

// obisKey takes a key such as 1-0:1.8.0, 1-0:1.8.0.255 or 1-0:1.8.0.255_3,0_2
// apart, of which the last two name the billing period (255 is the running one)
// and the class and attribute: those of a value are the second.
func obisKey(key string) (code string, electric, ok bool) {
	medium, rest, ok := strings.Cut(key, ":")
	if !ok || len(medium) > 7 || strings.Count(medium, "-") != 1 || strings.Trim(medium, "-0123456789") != "" {
		return "", false, false
	}
	rest, attribute, attributed := strings.Cut(rest, "_")
	parts := strings.Split(rest, ".")
	if len(parts) < 3 || len(parts) > 4 || strings.Trim(rest, ".0123456789") != "" {
		return "", false, false
	}
	running := len(parts) == 3 || parts[3] == "255"
	isValue := !attributed || strings.HasSuffix(attribute, "_2")
	return strings.Join(parts[:3], "."), strings.HasPrefix(medium, "1-") && running && isValue, true
}

// observeOBIS keeps v if key is the code of something that is kept.
func (in *Input) observeOBIS(key string, v value, clocks func() []stamp) error {
	code, electric, ok := obisKey(key)
	if !ok || !electric {
		return nil
	}
	means, ours := obisCodes[code]
	if !ours {
		in.trace.addf("%s: left out: not a code that is kept", key)
		return nil
	}
	n, is := v.number()
	switch is {
	case nothing:
		in.reject("a value of OBIS", whyNothing)
		return nil
	case notNumber:
		in.unreadable = true
		in.reject("a value of OBIS", v.whyNoNumber())
		return nil
	case isNumber:
	}
	at, err := in.instant(clocks())
	if err != nil {
		return err
	}
	if in.found++; in.found > maxFound {
		return refuse(reasonMany)
	}
	in.keep(means.register, n, means.unit, origin{code, v}, at)
	return nil
}

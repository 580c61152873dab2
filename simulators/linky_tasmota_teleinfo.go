package simulators

import "foyer/internal/energy"

func init() {
	register(dialect{
		name: "linky_tasmota_teleinfo", scheme: "tasmota", role: Electricity,
		contracts: []string{Base, PeakOffPeak}, tick: 1000,
		describe: func(d *device) {
			d.ID, d.topic = "linky", "tele/linky/SENSOR"
			d.alive, d.living = "tele/linky/LWT", "Online"
			d.serial = "02" + d.digits(10)
			d.oldLinky()
		},
		show: showTeleinfo, encode: encodeTeleinfo,
	})
}

// oldLinky gives a Linky the index of some years.
func (d *device) oldLinky() {
	d.precision = 1000
	d.index.off = d.dice.between(2_000_000, 14_000_000, 3)*1000 + d.dice.below(1000, 4)
	d.index.peak = d.dice.between(4_000_000, 24_000_000, 5)*1000 + d.dice.below(1000, 6)
}

// Tasmota's Teleinfo driver sends the labels of a Linky in historique mode, an index
// in whole Wh, and its own accumulators beside it.
//
// Source: tasmota/docs docs/Teleinfo.md; Enedis-NOI-CPT_54E, "Sorties de télé-information client".
func showTeleinfo(d *device, s *sample, vs []Value) []Value {
	wh := func(r energy.Register, exact int64) Value { return Value{r, floor(exact, d.precision), exact} }
	if d.hphc {
		vs = append(vs, wh("energy_import/hc", s.used.off), wh("energy_import/hp", s.used.peak))
	} else {
		vs = append(vs, wh("energy_import/base", s.used.total()))
	}
	return append(vs, d.papp(s))
}

// papp is the apparent power of a Linky, in steps of 10 VA.
func (d *device) papp(s *sample) Value {
	va := voltAmpere(milliwatts(s.flow.off + s.flow.peak))
	return Value{"apparent_power/total", floor(va, 10) * 1000, va * 1000}
}

func encodeTeleinfo(d *device, s *sample, vs []Value, b []byte) []byte {
	va := vs[len(vs)-1].Value / 1000
	b = appendLocal(append(b, `{"Time":"`...), s.at, d.zone)
	b = appendLocal(append(b, `","ENERGY":{"TotalStartTime":"`...), d.since, d.zone)
	b = appendDecimal(append(b, `","Total":`...), max(0, s.used.total()-d.index.total()), 6, 3)
	b = appendDecimal(append(b, `,"Yesterday":`...), s.eve, 6, 3)
	b = appendDecimal(append(b, `,"Today":`...), s.today, 6, 3)
	b = appendInt(b, `,"Period":`, (s.flow.off+s.flow.peak)*d.every/step/1000)
	b = appendInt(b, `,"Power":`, va)
	b = appendDecimal(append(b, `,"Current":`...), va*1000/230, 3, 3)
	b = appendInt(b, `,"Load":`, va/(10*d.kVA))
	b = append(append(b, `},"TIC":{"ADCO":"`...), d.serial...)
	amperes := va / 230
	period := "TH.."
	if d.hphc {
		b = appendInt(append(b, `","OPTARIF":"HC.."`...), `,"ISOUSC":`, d.kVA*5)
		b = appendInt(b, `,"HCHC":`, vs[0].Value/1000)
		b = appendInt(b, `,"HCHP":`, vs[1].Value/1000)
		if period = "HP.."; s.off {
			period = "HC.."
		}
	} else {
		b = appendInt(append(b, `","OPTARIF":"BASE"`...), `,"ISOUSC":`, d.kVA*5)
		b = appendInt(b, `,"BASE":`, vs[0].Value/1000)
	}
	b = append(append(append(b, `,"PTEC":"`...), period...), '"')
	b = appendInt(b, `,"IINST":`, amperes)
	b = appendInt(b, `,"IMAX":`, d.kVA*5)
	b = appendInt(b, `,"PAPP":`, va)
	b = append(b, `,"HHPHC":"A","MOTDETAT":0},"ESP32":{"Temperature":`...)
	b = appendDecimal(b, 360+d.dice.below(20, s.at, 9), 1, 1)
	return append(b, `},"TempUnit":"C"}`...)
}

package decoder

import "strings"

func init() {
	register(Decoder{
		Name:   "enedis_myelectricaldata/totals",
		Order:  40,
		Topics: []string{"{any*}/{point}/{direction:consumption|production|consumption_max_power|production_max_power}/{what+}"},
		Fits:   fitsMyElectricalData,
		Decode: func(*Input) (Result, error) {
			return Result{Outcome: Ignored, Reason: "a total of a period, computed again each day: no index"}, nil
		},
		Doc: Doc{Apart: "ignored: a total of a period, computed again each day: no index"},
	})
	register(Decoder{
		Name:   "enedis_myelectricaldata/account",
		Order:  40,
		Topics: []string{"{any*}/{point}/{kind:status|contract|address|power|last_activation_date}/{what*}"},
		Fits:   fitsMyElectricalData,
		Decode: func(*Input) (Result, error) {
			return Result{Outcome: Status, Reason: "the account and the contract"}, nil
		},
		Doc: Doc{Apart: "status: the account and the contract"},
	})
	register(Decoder{
		Name:   "enedis_myelectricaldata/market",
		Order:  40,
		Topics: []string{"{any*}/myelectricaldata/{kind:rte|edf|ecowatt|tempo}/{what+}"},
		Decode: func(*Input) (Result, error) {
			return Result{Outcome: Ignored, Reason: "days and prices of the market"}, nil
		},
		Doc: Doc{Apart: "ignored: days and prices of the market"},
	})
	registerFamily(meterFamily{
		Name:  "enedis_myelectricaldata",
		Title: "MyElectricalData",
		About: "Totals of years, months, weeks and days that Enedis hands on the day after, computed again each day; those called " +
			"linear even fall. None is an index, so none is a reading. History comes in with `foyer readings import`.",
		Source: []string{"https://github.com/MyElectricalData/myelectricaldata_import"},
	})
}

// fitsMyElectricalData takes topics below a delivery point, which has 14 digits.
func fitsMyElectricalData(in *Input) bool {
	point := in.name("point")
	return len(point) == 14 && strings.Trim(point, "0123456789") == ""
}

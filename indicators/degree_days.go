package indicators

import "github.com/shopspring/decimal"

type meanInputs struct {
	Mean  *number `json:"t_mean"`
	Point *number `json:"balance_point"`
}

type meanResult struct {
	Heating *number `json:"hdd"`
	Cooling *number `json:"cdd"`
}

type extremesInputs struct {
	Min  *number `json:"t_min"`
	Max  *number `json:"t_max"`
	Base *number `json:"base"`
}

type extremesResult struct {
	Meteo  *number `json:"meteo"`
	Costic *number `json:"costic"`
}

func init() {
	calculate("degree_days_daily_mean", "CalTRACK 2.0, 3.3.4 and 3.3.5", func(in meanInputs) meanResult {
		if in.Mean == nil || in.Point == nil {
			return meanResult{}
		}
		below := in.Point.Sub(in.Mean.Decimal)
		return meanResult{num(decimal.Max(decimal.Zero, below)), num(decimal.Max(decimal.Zero, below.Neg()))}
	})
	calculate("dju_base18", "Degrés-jours unifiés from the minimum and maximum of a day: the method of Météo-France, and that of COSTIC (not verified)",
		func(in extremesInputs) extremesResult {
			if in.Min == nil || in.Max == nil || in.Base == nil || in.Max.LessThan(in.Min.Decimal) {
				return extremesResult{}
			}
			low, high, base := in.Min.Decimal, in.Max.Decimal, in.Base.Decimal
			middle := base.Sub(low.Add(high).Div(decimal.NewFromInt(2)))
			r := extremesResult{Meteo: num(decimal.Max(decimal.Zero, middle)), Costic: num(middle)}
			switch below := base.Sub(low); {
			case !below.IsPositive():
				r.Costic = num(decimal.Zero)
			case high.GreaterThan(base): // the base lies within the day's range
				share := below.Div(high.Sub(low))
				r.Costic = num(below.Mul(decimal.New(8, -2).Add(decimal.New(42, -2).Mul(share))))
			}
			return r
		})
}

package text

import (
	"strconv"
	"time"
)

// Weekday returns the name of a day of the week: "mardi".
func (l *Language) Weekday(d time.Weekday) (string, error) {
	return l.T("date.weekday." + strconv.Itoa(int(d)))
}

// Short returns the name of a day of the week for a narrow column: "mar.".
func (l *Language) Short(d time.Weekday) (string, error) {
	return l.T("date.short." + strconv.Itoa(int(d)))
}

// Month returns the name of a month: "novembre".
func (l *Language) Month(m time.Month) (string, error) {
	return l.T("date.month." + strconv.Itoa(int(m)))
}

// Date writes the date of t as it stands in its zone: "24 novembre 2026".
func (l *Language) Date(t time.Time) (string, error) {
	day, month, err := l.dayAndMonth(t)
	if err != nil {
		return "", err
	}
	return l.T("date.full", "Date", day, "Month", month, "Year", t.Year())
}

// DayMonth writes the day of t as it stands in its zone: "mardi 24 novembre".
func (l *Language) DayMonth(t time.Time) (string, error) {
	day, month, err := l.dayAndMonth(t)
	if err != nil {
		return "", err
	}
	weekday, err := l.Weekday(t.Weekday())
	if err != nil {
		return "", err
	}
	return l.T("date.day", "Weekday", weekday, "Date", day, "Month", month)
}

// Clock writes the time of day of t as it stands in its zone: "14 h 30", "9 h".
func (l *Language) Clock(t time.Time) (string, error) {
	if t.Minute() == 0 {
		return l.T("date.hour", "Hour", t.Hour())
	}
	return l.T("date.minute", "Hour", t.Hour(), "Minute", t.Format("04"))
}

// When writes an instant as somebody would say it at now, both as they stand in
// their zone: "aujourd'hui à 14 h 30", "hier à 9 h", "mardi 24 novembre à 9 h",
// "3 janvier 2025 à 9 h".
func (l *Language) When(t, now time.Time) (string, error) {
	t = t.In(now.Location())
	day, err := l.relative(t, now)
	if err != nil {
		return "", err
	}
	clock, err := l.Clock(t)
	if err != nil {
		return "", err
	}
	return l.T("date.at", "Day", day, "Time", clock)
}

func (l *Language) relative(t, now time.Time) (string, error) {
	switch date := t.Format(time.DateOnly); {
	case date == now.Format(time.DateOnly):
		return l.T("date.today")
	case date == now.AddDate(0, 0, -1).Format(time.DateOnly):
		return l.T("date.yesterday")
	case t.After(now.AddDate(0, -11, 0)):
		return l.DayMonth(t)
	default:
		return l.Date(t)
	}
}

// Age writes how long ago something began, in one unit: "20 min", "5 h", "3 j".
func (l *Language) Age(d time.Duration) (string, error) {
	switch {
	case d < time.Hour:
		return l.T("age.minutes", "N", max(int(d.Minutes()), 0))
	case d < 48*time.Hour:
		return l.T("age.hours", "N", int(d.Hours()))
	default:
		return l.T("age.days", "N", int(d.Hours()/24))
	}
}

func (l *Language) dayAndMonth(t time.Time) (day, month string, err error) {
	month, err = l.Month(t.Month())
	if err != nil {
		return "", "", err
	}
	if t.Day() == 1 {
		day, err = l.T("date.first")
		return day, month, err
	}
	return strconv.Itoa(t.Day()), month, nil
}

package energy

// ValidID reports whether s can name a pilot, a gateway or a meter: 1 to most
// characters of [a-z0-9-].
func ValidID(s string, most int) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= most
}

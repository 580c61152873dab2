package decoder

// A Decoder reads one dialect.
type Decoder struct {
	// Name is family/shape, as in the reference of meters.
	Name string

	// Order decides who is asked first where topics overlap: lower first, then
	// by name. Shapes within a shared topic take less than 50, whole topics 50,
	// topics that are all names 90.
	Order int

	// Topics are patterns; the first that matches names the segments.
	Topics []string

	// Fits tests the shape; nil accepts every payload.
	Fits func(*Input) bool

	// Decode reads a message that matched. Its error refuses the message.
	Decode func(*Input) (Result, error)

	// Doc is what the reference of meters says of it.
	Doc Doc

	patterns []pattern
}

var registered []*Decoder

// register adds a dialect; it is called from init functions only.
func register(d Decoder) { registered = append(registered, &d) }

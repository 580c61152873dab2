package decoder

// names are the names that stand in a document, wherever, as far as 256 bits tell: each
// name sets one, and may share it with others. A template asks for dozens of names that
// a message does not have, and most of them are answered here.
type names [4]uint64

// addName adds a name to n: its length and three of its bytes choose the bit.
func addName[T string | []byte](n *names, name T) {
	var mix uint32
	if size := len(name); size > 0 {
		mix = uint32(size) ^ uint32(name[0])<<8 ^ uint32(name[size/2])<<16 ^ uint32(name[size-1])<<24 //nolint:gosec // of the length the last bits do
	}
	bit := mix * 0x9e3779b1 >> 24 // 2³² by the golden ratio, whose first bits depend on all of mix
	n[bit/64] |= 1 << (bit % 64)
}

// mayHold reports whether all of want can be there: false is sure.
func (n *names) mayHold(want *names) bool {
	return n[0]&want[0] == want[0] && n[1]&want[1] == want[1] && n[2]&want[2] == want[2] && n[3]&want[3] == want[3]
}

// mayShare reports whether any of want can be there: false is sure.
func (n *names) mayShare(want *names) bool {
	return n[0]&want[0]|n[1]&want[1]|n[2]&want[2]|n[3]&want[3] != 0
}

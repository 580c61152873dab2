package household

// A Written is what became of a write that named itself by a key. The answer
// itself is not kept: what it said may have been withdrawn since.
type Written struct {
	Request  string // SHA-256 of what was asked
	Status   int    // of the answer; 0 while it is under way
	Location string // where what it said is to be read, "" when it said nothing
}

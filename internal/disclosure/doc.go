// Package disclosure is the only way out: whoever sees something of a family
// sees it through the [Gate].
//
// The Gate knows who asks, joins what the family agreed to inside the very query
// that reads, and writes down the read in the same transaction. A family that is
// unknown and one that did not agree are one answer, [ErrWithheld], by the same
// statements. The package knows no page, no wire format and no SQL.
package disclosure

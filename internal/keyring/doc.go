// Package keyring holds the keys under which everything that names a family is kept:
// a data key for each family and one for the installation, wrapped under a master key
// that comes from a file.
//
// It knows a key by its owner alone, and nothing of who that is or what is sealed.
// The wrapped keys are in a store of their own, which is never backed up with the
// data: without its key what a backup holds of a family cannot be read.
package keyring

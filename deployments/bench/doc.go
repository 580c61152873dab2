// Command bench measures how fast messages of meters become readings that can be
// read back, beside another program that does the same when its binary is given.
//
// It starts real servers on this machine, publishes what Tasmota plugs publish,
// reads acknowledgements off the wire, reads every reading back and compares it
// with what was sent. It knows Foyer as an operator does: the binary, a
// configuration file, and the registry in which meters are enrolled. It needs
// Linux, whose /proc says what each process has cost.
package main

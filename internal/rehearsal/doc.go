// Package rehearsal tries savings on simulated homes of which it is known what their
// works saved, because the same homes also live without them.
//
// Nothing is published and nothing is stored: what the meters and sensors of a
// scenario would have told goes straight into the calculation of the nightly job.
package rehearsal

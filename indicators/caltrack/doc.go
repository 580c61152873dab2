// Package caltrack says what a home saved, its weather taken into account: the
// daily and the billing method of CalTRACK 2.0.
//
// The use of the year before the works is explained by degree days; the model then
// says what the home would have used in the weather that followed, and the
// difference to what it did use is the saving. [Fit] tries a model for each pair of
// balance points of a grid and keeps the one with the largest adjusted R²; [Save]
// compares it with what followed and says how uncertain the difference is; [Verify]
// does all of it, bounds what is missing and refuses what was saved by being cold.
//
// Numbers agree with OpenEEmeter 3.2.0 save in what that release does differently
// from the method: here a local day is one day, of 23 to 25 hours, with the mean of
// the temperatures of its hours; a day seen by less than half has no temperature;
// and the uncertainty is that of CalTRACK 4.3.2.4, over what the home would have
// used while reporting.
//
// All of it is pure: the same periods in any order give the same bytes. The package
// knows no family, no store and no clock.
//
// Source: CalTRACK 2.0 methods (github.com/CalTRACK-2/caltrack, CC0); Sun and
// Baltazar 2013 for the uncertainty. Sections are cited where they are followed.
package caltrack

// Package archtest holds no code: its tests hold the promises that the project makes
// about its own shape, as data with a reason in every row. Which package may import
// which, where a third-party library stops, where the clock and the environment are
// read, where text from outside is looked at in the raw, and what no file may contain.
//
// A new package and a new library fail the tests until they have a row: that is the
// moment to decide where they belong.
package archtest

// Package schedule says when a digest runs and which periods are due.
//
// Its one idea: a slot is a time on the wall of the digest's zone, and a period comes
// from the calendar. [Schedule.Next] turns wall times into instants so that no clock
// change loses or doubles one, [Schedule.Slots] lists the slots that passed since a
// watermark, and [Due] lists the periods that are over and have no edition. A slot says
// that it is time to look; it never says which period to draft.
//
// Its limit: nothing here runs. There is no clock, no file, no goroutine and no state:
// the present time, the watermark and the editions there are come in as arguments.
package schedule

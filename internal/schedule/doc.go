// Package schedule says when a digest runs and which periods are due, and runs digests when
// they are.
//
// A slot is a time on the wall of the digest's zone, and a period comes from the calendar. A
// slot says that it is time to look; it never says which period to draft. [Schedule.Next] turns
// wall times into instants so that no clock change loses or doubles one, [Due] lists the periods
// that are over and have no edition, and [Loop] waits for slots and drafts what is due.
//
// Digests are names here. What drafting one means comes in as a function, and nothing is stored:
// the editions that exist say what is missing.
package schedule

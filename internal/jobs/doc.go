// Package jobs is the durable work of the daemon: which digest drafts which period, once,
// whatever happens to the processes that do it.
//
// Its one idea: a check is asked for at every slot of a digest's schedule and when a process
// that leads starts, and finds out which finished period has no edition; a draft is one
// period of one digest. Both are rows of a database (an SQLite file, or PostgreSQL for
// several machines), worked by River. A check puts at most one draft of its digest in the
// queue, and a draft that is over puts in the check that finds the next one. So periods of
// a digest are drafted in order and one at a time, however many processes share the work,
// while other digests go on side by side.
//
// Exactly once is reached by three things together. The database admits one unfinished
// draft per digest. A period whose draft has succeeded is never put in the queue again, and
// success and the next check are one transaction. And a draft that was cut off (a process
// that was killed, a database that went away) is worked on again, so what it does must be
// safe to repeat: the caller's draft of the same period is the same edition.
//
// What a killed process had in its hands is taken over when it is known to be gone: each
// process holds a lock that the system or the server takes back. Where that cannot be told,
// it is when the time of a draft is up, and five minutes more.
//
// Its limit: digests are names here. What is due and what drafting means come in as
// functions, and the clock that decides about periods is theirs. The database needs to be
// of this program's own: River gives up jobs of kinds that it does not know.
package jobs

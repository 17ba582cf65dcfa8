// Package fleet shares the drafting of digests among any number of processes, by a queue in
// PostgreSQL: River, as it is.
//
// River elects a leader, which inserts a job for a digest at each of its slots and when it
// begins to lead. A job brings its digest up to date: it drafts the oldest missing edition, and
// looks again until nothing is missing. While a job of a digest is not finished no other one is
// inserted, so editions are drafted one at a time and in order, on whichever process is free.
// Retries and the rescue of jobs whose process was killed are River's.
//
// The queue knows no editions: what is missing is found out from the editions that exist, so an
// edition is drafted once although its job may run twice, and a lost database loses nothing.
//
// The tables must be this program's own: River gives up jobs of kinds that it does not know.
package fleet

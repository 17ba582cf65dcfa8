// Package status shows how the daemon is: to people on a page, to Prometheus as metrics, to
// orchestrators as live and ready, in a log as one line per run, and in a chat when a slot passes
// without a draft.
//
// A [Board] holds what happened, and all the rest is made from it. So the page, the metrics and
// the alarm cannot disagree.
//
// The package knows digests by their names, starts nothing and stores nothing. After a restart
// the board is empty until [Board.Looked] and [Board.Finished] fill it again.
package status

// Package status says how the daemon is: to people on a page, to Prometheus as metrics, to
// orchestrators as live and ready, to a log as one line per run, and, when a slot passes
// without a draft, to a chat.
//
// Its one idea: there is a [Board], on which whoever runs digests writes what happened, and
// all the rest reads from it. So the page, the metrics and the alarm cannot disagree.
//
// Its limit: it knows digests by their names, makes nothing happen and keeps nothing. After
// a restart the board is empty, but for what is written on it again; see [Board.Recall],
// [Board.Looked] and [Watch].
package status

// Package actiontest has no code: its tests check action.yml and the workflows. By default they run the Action's last step
// with hostile inputs and a program that records its arguments, and check what no run shows: no expression in a script,
// every action pinned, the least permissions. With the build tag integration they build the program from a clean checkout
// as a runner does, and run all steps against the fake GitHub.
//
// What only GitHub's own runner does is not covered: the actions that the steps use, masks, containers, other systems.
package actiontest

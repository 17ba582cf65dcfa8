// Package actiontest holds no code: its tests hold what action.yml and the workflows
// promise. They run the steps of the Action as a runner does, from a clean checkout and
// against the fake GitHub, with inputs that somebody has chosen to do harm. And they look
// at what no run shows: that nothing is put into a line of a shell, that every action is
// pinned, that the permissions are the least that do.
//
// What they cannot show is what only GitHub's own runner does: the actions that the steps
// use are not run, and masks, containers and other systems are not tried.
package actiontest

//go:build !unix

package jobs

// presence does nothing where the system has no such locks: nobody knows to be alone, and
// what a killed process left is rescued when its time is up.
type presence struct{}

func arrive(string) (p presence, alone bool, err error) { return presence{}, false, nil }

func (presence) settle() error { return nil }
func (presence) leave() error  { return nil }

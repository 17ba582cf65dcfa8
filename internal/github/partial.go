package github

import "errors"

// Stops reports whether going on after err makes no sense, because every further call
// would fail in the same way: no authorisation, a limit reached, the caller gone.
func Stops(err error) bool {
	switch KindOf(err) {
	case Unauthorized, RateLimited, Cancelled:
		return true
	}
	return false
}

// ErrorAt returns what err says about one element of a list in the answer, nodes[3]
// for example: the errors at or below it. Errors that name no place, or of an answer that
// could not be read whole, concern every element. It returns nil when the element is not concerned.
func ErrorAt(err error, list string, i int) error {
	var all QueryErrors
	if AsError(err) != nil || !errors.As(err, &all) {
		return err
	}
	var here QueryErrors
	for _, e := range all {
		if len(e.Path) < 2 || e.Path[0] == list && e.Path[1] == i {
			here = append(here, e)
		}
	}
	if len(here) == 0 {
		return nil
	}
	return here
}

// ErrorIn returns what err says about one field of the object that its errors belong to,
// repository.releases for example: all but the errors at or below another field.
func ErrorIn(err error, field string) error {
	all, ok := err.(QueryErrors)
	if !ok {
		return err
	}
	var here QueryErrors
	for _, e := range all {
		if len(e.Path) < 2 || e.Path[1] == field {
			here = append(here, e)
		}
	}
	if len(here) == 0 {
		return nil
	}
	return here
}

// WebHost returns the host of the pages that people see. A server of which it cannot
// be known (a test's, a proxy's) stands for github.com.
func (c *Client) WebHost() string {
	if host := (Endpoints{REST: c.REST.BaseURL}).WebHost(); host != "" {
		return host
	}
	return "github.com"
}

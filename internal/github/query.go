package github

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"

	"github.com/shurcooL/githubv4"
)

// Query sends a GraphQL query made from q, a pointer to a struct (built with reflect.StructOf too), and fills q.
// Vars must use githubv4's types: a plain string would be sent as an ID. A null leaves the field as it was, so every
// call needs a new q.
//
// GraphQL can answer in part: whatever data came is in q even when an error is returned. That error is QueryErrors
// (errors.As) where GitHub named what is missing, else or also *Error. KindOf reads both; TooHeavy asks for a
// smaller page or batch.
func (c *Client) Query(ctx context.Context, q any, vars map[string]any) error {
	if err := checkStruct(q); err != nil {
		return err
	}
	one := &call{read: true, graphql: true, resource: "graphql"}
	return one.result(c.v4.Query(withCall(ctx, one), q, vars))
}

// Mutate sends a GraphQL mutation made from m, once, and fills m. Its errors are those of Query. After an Unavailable
// error the mutation may have been done or not. Vars is left as it is.
func (c *Client) Mutate(ctx context.Context, m any, input githubv4.Input, vars map[string]any) error {
	if err := checkStruct(m); err != nil {
		return err
	}
	one := &call{graphql: true, resource: "graphql"}
	return one.result(c.v4.Mutate(withCall(ctx, one), m, input, maps.Clone(vars)))
}

// checkStruct keeps a mistake in a caller from being sent: githubv4 makes an empty query of anything but structs.
func checkStruct(q any) error {
	if t := reflect.TypeOf(q); t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("query of %T: not a pointer to a struct", q)
	}
	return nil
}

// result joins what githubv4 says with the errors the transport kept.
func (c *call) result(err error) error {
	var (
		own *Error
		ue  *url.Error
	)
	switch {
	case err == nil && len(c.errors) == 0:
		return nil
	case err == nil:
		return c.errors
	case errors.As(err, &own):
		return own
	case errors.As(err, &ue):
		// The transport's own errors are left: a cancelled context, mostly. The address tells nothing, it is always
		// the same.
		return ue.Err
	case c.attempts == 0:
		return err // the query could not be written
	}
	return c.misfit(err)
}

// misfit is for data that does not fit the struct.
func (c *call) misfit(err error) error {
	e := &Error{Kind: Unavailable, Message: clean("answer does not fit the query: " + err.Error()), cause: err}
	if len(c.errors) > 0 {
		e.Kind = c.errors.kind()
		e.Message = clean(e.Message + "; " + c.errors.Error())
		e.RequestID = c.errors[0].RequestID
		e.cause = errors.Join(c.errors, err)
	}
	return e
}

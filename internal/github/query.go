package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/shurcooL/githubv4"
)

// Query sends a GraphQL query made from q, a pointer to a struct (built with reflect.StructOf too), and fills q.
// Vars must use githubv4's types: a plain string would be sent as an ID. A null leaves the field as it was, so every
// call needs a new q.
//
// A field that may be null must be a pointer: an object or list that is null where it is not, or that is missing from
// the response, is an error at its place, as if GitHub had said so.
//
// A response can be partial: whatever data came is in q even when an error is returned. That error is QueryErrors
// (errors.As) where it is known what is missing, else or also *Error. KindOf reads both; TooHeavy asks for a smaller
// page or batch.
func (c *Client) Query(ctx context.Context, q any, vars map[string]any) error {
	return c.query(ctx, q, vars, new(time.Duration))
}

// query is Query for one of several calls that share how long GitHub may be silent.
func (c *Client) query(ctx context.Context, q any, vars map[string]any, silence *time.Duration) error {
	if err := checkStruct(q); err != nil {
		return err
	}
	one := &call{read: true, graphql: true, resource: "graphql", silence: silence}
	one.verify = func(env envelope) QueryErrors { return incomplete(reflect.TypeOf(q), vars, env) }
	return one.result(c.v4.Query(withCall(ctx, one), q, vars))
}

// Mutate sends a GraphQL mutation made from m, once, and fills m. Its errors are those of Query. After an Unavailable
// error the mutation may have been done or not. Vars is left as it is.
func (c *Client) Mutate(ctx context.Context, m any, input githubv4.Input, vars map[string]any) error {
	if err := checkStruct(m); err != nil {
		return err
	}
	one := &call{graphql: true, resource: "graphql", silence: new(time.Duration)}
	return one.result(c.v4.Mutate(withCall(ctx, one), m, input, maps.Clone(vars)))
}

// checkStruct keeps a mistake in a caller from being sent: githubv4 makes an empty query of anything but structs.
func checkStruct(q any) error {
	if t := reflect.TypeOf(q); t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("query of %T: not a pointer to a struct", q)
	}
	return nil
}

// call is what the transport knows about one call, over all its attempts. Query and Mutate put one into the context,
// because a GraphQL request does not show whether it reads; for REST the guard makes one from the method.
type call struct {
	read     bool           // may be sent again
	graphql  bool           // bound for the GraphQL address
	resource string         // whose hourly limit it counts against, GitHub's name
	waited   time.Duration  // between attempts, without waits for the hourly limit
	silence  *time.Duration // without a response; shared with the calls that ask for parts of the same
	attempts int            // sent so far

	verify func(envelope) QueryErrors // what a GraphQL response lacks; may be nil
	errors QueryErrors                // GraphQL errors of the response delivered
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callOf returns the call a request belongs to; the guard makes sure that there is one.
func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// newRESTCall describes a REST request.
func newRESTCall(req *http.Request) *call {
	read := req.Method == http.MethodGet || req.Method == http.MethodHead
	return &call{read: read, resource: resourceOf(req.URL.Path), silence: new(time.Duration)}
}

// left is how much longer GitHub may be silent.
func (c *call) left() time.Duration { return patience - *c.silence }

// resourceOf guesses the limit a REST request counts against; GitHub names it only in the response.
func resourceOf(path string) string {
	switch {
	case strings.HasSuffix(path, "/search/code"):
		return "code_search"
	case strings.HasPrefix(path, "/search/"), strings.HasPrefix(path, "/api/v3/search/"):
		return "search"
	}
	return "core"
}

// result joins githubv4's error with the errors that the transport kept.
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
		// The transport's own errors are left: a cancelled context, mostly. Its address is always the same.
		return ue.Err
	case c.attempts == 0:
		return err // the query could not be written
	}
	return c.mismatch(err)
}

// mismatch is for data that does not fit the struct.
func (c *call) mismatch(err error) error {
	e := &Error{Kind: Unavailable, Status: http.StatusOK, Message: clean("does not fit the query: " + err.Error()), cause: err}
	if len(c.errors) > 0 {
		e.Kind = c.errors.kind()
		e.Message = clean(e.Message + "; " + c.errors.Error())
		e.RequestID = c.errors[0].RequestID
		e.cause = errors.Join(c.errors, err)
	}
	return e
}

// envelope is the body of a GraphQL response.
type envelope struct {
	data      json.RawMessage // an object, or nil if there is none
	errors    QueryErrors
	requestID string
}

// parseEnvelope reads a GraphQL response. It is an error if the body is not one: GitHub and the proxies before it return
// 200 with a web page, nothing, half a response, or a lone message, and githubv4 would take some of these for success.
func parseEnvelope(raw []byte, requestID string) (envelope, error) {
	var wire struct {
		Data    json.RawMessage
		Errors  []json.RawMessage
		Message string
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return envelope{}, errors.New("empty")
	}
	if err := json.Unmarshal(raw, &wire); err != nil {
		return envelope{}, errors.New("not a GraphQL response: " + clean(string(raw)))
	}
	env := envelope{requestID: requestID}
	if hasFields(wire.Data) {
		env.data = wire.Data
	}
	for _, e := range wire.Errors {
		env.errors = append(env.errors, parseQueryError(e, requestID))
	}
	if env.data == nil && len(env.errors) == 0 {
		return envelope{}, errors.New("no data: " + clean(wire.Message))
	}
	return env, nil
}

// hasFields reports whether data is an object with something in it. githubv4 takes null, [] and {} for success.
func hasFields(data json.RawMessage) bool {
	return len(data) > 2 && data[0] == '{' && len(bytes.TrimSpace(data[1:len(data)-1])) > 0
}

// body is what githubv4 gets to decode: the data alone, as its own reading of errors loses most of them and fails on
// odd ones.
func (e envelope) body() []byte {
	data := e.data
	if data == nil {
		data = json.RawMessage("null")
	}
	return append(append([]byte(`{"data":`), data...), '}')
}

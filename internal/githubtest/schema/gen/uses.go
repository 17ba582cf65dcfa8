package main

import (
	"fmt"
	"os"
	"strings"
)

// uses is what uses.txt lists.
type uses struct {
	operations []operation
	types      map[string][]string // GraphQL type → its fields or members, or "*"
}

// operation names a REST operation: a lower-case method and a path with {parameters}.
type operation struct{ method, path string }

// listed reports whether the type is listed by name.
func (u *uses) listed(name string) bool {
	_, ok := u.types[name]
	return ok
}

func loadUses(file string) (*uses, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	u := &uses{types: map[string][]string{}}
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := u.add(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	return u, nil
}

func (u *uses) add(line string) error {
	if method, path, ok := strings.Cut(line, " /"); ok {
		u.operations = append(u.operations, operation{strings.ToLower(method), "/" + path})
		return nil
	}
	name, fields, ok := strings.Cut(line, ": ")
	if !ok {
		return fmt.Errorf("%q is neither an operation nor a type with fields", line)
	}
	u.types[name] = append(u.types[name], strings.Fields(fields)...)
	return nil
}

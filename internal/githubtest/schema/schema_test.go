package schema

import (
	"os"
	"strings"
	"testing"
)

func TestSubsetsLoadAndHoldWhatTheListNames(t *testing.T) {
	data, err := os.ReadFile("uses.txt")
	if err != nil {
		t.Fatal(err)
	}
	operations, types := 0, 0
	for line := range strings.SplitSeq(string(data), "\n") {
		if method, path, ok := strings.Cut(line, " /"); ok && !strings.HasPrefix(line, "#") {
			operations++
			if REST().Paths["/"+path][strings.ToLower(method)] == nil {
				t.Errorf("%s is listed but not in openapi.json", line)
			}
		} else if name, _, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "#") {
			types++
			if GraphQL().Types[name] == nil {
				t.Errorf("%s is listed but not in schema.graphql", name)
			}
		}
	}
	if operations == 0 || types == 0 {
		t.Errorf("%d operations and %d types are listed", operations, types)
	}
}

func TestSubsetsCarryNoDescriptions(t *testing.T) {
	if strings.Contains(graphQLText, `"""`) {
		t.Error("schema.graphql has descriptions")
	}
	for _, key := range []string{`"description": "`, `"example"`, `"summary": "`} {
		if strings.Contains(string(openAPIText), key) {
			t.Errorf("openapi.json has %s", key)
		}
	}
}

func TestLockFileNamesNoRegistry(t *testing.T) {
	data, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "://") {
		t.Error("package-lock.json holds an address: make it with omit-lockfile-registry-resolved")
	}
}

func TestVariablesMustBeDeclaredAndTyped(t *testing.T) {
	const query = `query($owner: String!) { repository(owner: $owner, name: "n") { id } }`
	for _, tt := range []struct {
		name      string
		variables map[string]any
		want      string
	}{
		{"right", map[string]any{"owner": "o"}, ""},
		{"missing", nil, "must be defined"},
		{"undeclared", map[string]any{"owner": "o", "name": "n"}, "variable name is sent but not declared"},
		{"wrong type", map[string]any{"owner": true}, "cannot use bool as String"},
	} {
		_, err := ParseQuery(query, tt.variables)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

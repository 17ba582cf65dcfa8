package actiontest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// attacks on the shell, on the flags of the program, on the log and on the outputs. Each would leave a file "pwned",
// read another file, or give the runner a command.
var attacks = []string{
	"$(touch pwned)", "`touch pwned`", `"; touch pwned; "`, `'; touch pwned; '`, "x\ntouch pwned\n", "x & touch pwned", "| touch pwned", "> pwned",
	"$GITHUB_TOKEN", "${GITHUB_TOKEN}", "${{ github.token }}", "*", "~", "!!", "a b", "\\", "{a,b}",
	"--config=/etc/passwd", "-q", "--", "-", "--output=pwned", "--save-snapshot=pwned", "--help", "publish",
	"x\n::add-mask::x\n##[add-mask]x\n", "x\r::set-env name=PATH::pwned", "x%0A::stop-commands::x", "EOF\nedition=99\nEOF",
}

// draftStep prepares the last step of the action with a program that records its arguments and exits with a code.
func draftStep(t *testing.T, code int) (r *runner, arguments func() []string) {
	t.Helper()
	checkout, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	r = &runner{checkout: checkout, workspace: t.TempDir(), temp: t.TempDir(), token: "secret", only: "digest"}
	recorded := filepath.Join(t.TempDir(), "arguments")
	program := filepath.Join(r.temp, "digest", "digest")
	write(t, program, fmt.Sprintf("#!/bin/bash\nprintf '%%s\\0' \"$@\" >%q\nexit %d\n", recorded, code))
	if err := os.Chmod(program, 0o755); err != nil {
		t.Fatal(err)
	}
	return r, func() []string {
		list := strings.Split(read(t, recorded), "\x00")
		return list[:len(list)-1]
	}
}

func TestInputsBecomeArguments(t *testing.T) {
	t.Parallel()
	r, arguments := draftStep(t, 0)
	for _, tt := range []struct {
		inputs map[string]string
		want   []string
	}{
		{nil, []string{"publish", "--catch-up=1"}},
		{map[string]string{"config": "a b.yaml", "week": "2023-W50", "catch-up": "4"}, []string{"publish", "--catch-up=4", "--config=a b.yaml", "--week=2023-W50"}},
		{map[string]string{"publish": "false", "from": "2023-12-11", "to": "2023-12-17"}, []string{"--output=.", "--from=2023-12-11", "--to=2023-12-17"}},
		{map[string]string{"publish": "false", "output": "drafts", "catch-up": "4"}, []string{"--output=drafts"}},
	} {
		res := r.run(t, tt.inputs)
		if diff := cmp.Diff(tt.want, arguments()); res.code != 0 || diff != "" {
			t.Errorf("%v: %v\narguments (-want +got):\n%s", tt.inputs, res, diff)
		}
	}
}

func TestHostileInputsAreOneArgumentEach(t *testing.T) {
	t.Parallel()
	r, arguments := draftStep(t, 0)
	for _, attack := range attacks {
		inputs := map[string]string{"config": attack, "from": attack, "to": attack, "week": attack, "token": attack, "catch-up": attack, "output": attack, "goproxy": attack}
		for publish, want := range map[string][]string{
			"true":  {"publish", "--catch-up=" + attack, "--config=" + attack, "--from=" + attack, "--to=" + attack, "--week=" + attack},
			"false": {"--output=" + attack, "--config=" + attack, "--from=" + attack, "--to=" + attack, "--week=" + attack},
		} {
			inputs["publish"] = publish
			res := r.run(t, inputs)
			if diff := cmp.Diff(want, arguments()); res.code != 0 || res.log != "" || diff != "" {
				t.Errorf("%q: %v\narguments (-want +got):\n%s", attack, res, diff)
			}
		}
	}
	if got := files(t, r.workspace); len(got) > 0 {
		t.Errorf("files in the workspace: %q", got)
	}
}

func TestHostileSwitchesAreRejected(t *testing.T) {
	t.Parallel()
	r, _ := draftStep(t, 1)
	for _, input := range []string{"publish", "fail-on-gaps"} {
		for _, attack := range append(slices.Clone(attacks), "", "True", "true ", "true\n", "yes") {
			res := r.run(t, map[string]string{input: attack})
			if res.code != 2 || res.outputs["exit-code"] != "2" || res.log != "::error title=digest::"+input+": want 'true' or 'false'\n" {
				t.Errorf("%s %q: %v", input, attack, res)
			}
		}
	}
	if got := files(t, r.workspace); len(got) > 0 {
		t.Errorf("files in the workspace: %q", got)
	}
}

func TestExitCodeIsThatOfTheProgram(t *testing.T) {
	t.Parallel()
	for _, code := range []int{0, 1, 2, 3, 4, 5, 130} {
		r, _ := draftStep(t, code)
		without := code
		if code == 3 { // gaps
			without = 0
		}
		for fail, want := range map[string]int{"false": without, "true": code} {
			if res := r.run(t, map[string]string{"fail-on-gaps": fail}); res.code != want {
				t.Errorf("exit code %d, fail-on-gaps %s: %v", code, fail, res)
			}
		}
	}
}

package webhook

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// maxAddress is more than any address has, in bytes.
const maxAddress = 4 << 10

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Address finds the address of a webhook in the environment variable or in the file that
// the configuration names; spaces and line breaks around it do not count. With neither
// named the webhook is off, and the address is empty.
//
// It is an error if both are named, or if one is named that holds nothing: its owner expects to be
// notified. Errors quote neither the address nor, as the two are easily mistaken
// for each other, a name that could be one.
func Address(env, file string, getenv func(string) string, readFile func(string) ([]byte, error)) (string, error) {
	var text, from string
	switch {
	case env == "" && file == "":
		return "", nil
	case env != "" && file != "":
		return "", errors.New("the webhook is to come from an environment variable and from a file: want one of them")
	case env != "":
		if !variable.MatchString(env) {
			return "", errors.New("want the name of the environment variable that holds the address of the webhook, not the address")
		}
		text, from = getenv(env), "the environment variable "+env
	default:
		if strings.Contains(file, "://") {
			return "", errors.New("want the path of the file that holds the address of the webhook, not the address")
		}
		data, err := readFile(file)
		if err != nil {
			return "", fmt.Errorf("read the address of the webhook: %w", err)
		}
		text, from = string(data), file
	}
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", fmt.Errorf("%s holds no address of a webhook", from)
	case len(text) > maxAddress || strings.ContainsAny(text, "\r\n\t "):
		return "", fmt.Errorf("%s holds something else than one address", from)
	}
	return text, nil
}

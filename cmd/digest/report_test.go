package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
)

func TestAClockThatIsFarOffIsTold(t *testing.T) {
	for skew, told := range map[time.Duration]bool{
		0: false, 5 * time.Minute: false, -4 * time.Minute: false, 6 * time.Minute: true, -2 * time.Hour: true,
	} {
		var stderr bytes.Buffer
		p := &program{stdout: &bytes.Buffer{}, stderr: newVoice(&stderr)}
		e := digest.Sample()
		if err := p.report(newReport(&edition{Edition: e}, collected{snapshot: digest.Snapshot{Period: e.Period}, usage: github.Usage{Skew: skew}}, printer{}), outputFlags{}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(stderr.String(), "the clock of this machine differs"); got != told {
			t.Errorf("%s apart: %q", skew, stderr.String())
		}
	}
}

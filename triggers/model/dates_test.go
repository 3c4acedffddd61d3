package model_test

import (
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"pgregory.net/rapid"
)

func TestParseTime(t *testing.T) {
	for text, want := range map[string]string{
		"2024-09-19T10:00:00+00:00":        "2024-09-19T10:00:00+00:00",
		"2024-09-19T10:00:00":              "2024-09-19T10:00:00+00:00", // no zone: UTC
		"2024-09-19T10:00:00.250":          "2024-09-19T10:00:00.25+00:00",
		"2024-09-19T10:00:00Z":             "2024-09-19T10:00:00+00:00",
		"2024-09-19T05:00:00-05:00":        "2024-09-19T10:00:00+00:00",
		"2024-09-19T05:00:00-0500":         "2024-09-19T10:00:00+00:00",
		"2024-09-19T10:00:00.000001+00:00": "2024-09-19T10:00:00.000001+00:00",
		"2024-09-19T10:00:00.000000+00:00": "2024-09-19T10:00:00+00:00",
	} {
		got, err := model.ParseTime(text)
		if err != nil {
			t.Errorf("ParseTime(%q): %v", text, err)
		} else if model.FormatTime(got) != want {
			t.Errorf("ParseTime(%q) = %s, want %s", text, model.FormatTime(got), want)
		}
	}
	for _, bad := range []string{"", "today", "2024-09-19", "2024-13-01T00:00:00", "2024-09-19 10:00:00", "0001-01-01T00:00:00"} {
		if got, err := model.ParseTime(bad); err == nil {
			t.Errorf("ParseTime(%q) = %s, want an error", bad, got)
		}
	}
}

func TestWrittenDatesReadBackAndSortAsInstants(t *testing.T) {
	draw := rapid.Custom(func(t *rapid.T) time.Time {
		zone := time.FixedZone("", rapid.IntRange(-12, 12).Draw(t, "zone")*3600)
		fraction := rapid.SampledFrom([]int64{0, 0, 1, 1000, 250e6, 999999999}).Draw(t, "fraction")
		return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "seconds"), fraction).In(zone)
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		if back, err := model.ParseTime(model.FormatTime(a)); err != nil || !back.Equal(a) {
			t.Errorf("%s reads back as %s, %v", a, back, err)
		}
		if a.Before(b) != (model.FormatTime(a) < model.FormatTime(b)) {
			t.Errorf("%s and %s sort differently as texts", a, b)
		}
	})
}

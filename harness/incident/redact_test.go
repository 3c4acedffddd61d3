package incident_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/incident"
)

// Texts are equal afterwards exactly if they were equal before, whatever they are
// made of and wherever they stand; and no address is left.
func TestRedactionKeepsIdentity(t *testing.T) {
	mails := []string{"ada@lovelace.org", "grace.hopper@navy.mil", "person-1@example.com"}
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.OneOf(rapid.SampledFrom(mails), rapid.SampledFrom([]string{
			"ada", "redacted-1", "OPEN", "2024-09-19", "203.0.113.7", "198.18.0.1", "::1", "+44 20 7946 0000", "a remark", "USER",
		}))
		text := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(part, 1, 3).Draw(t, "parts"), rapid.SampledFrom([]string{"#", "/", " ", ", "}).Draw(t, "joint"))
		})
		name := rapid.SampledFrom([]string{"pk", "sk", "status", "modified_by", "userName", "comment", "birthday"})
		var before []map[string]types.AttributeValue
		for range rapid.IntRange(1, 4).Draw(t, "images") {
			image := map[string]types.AttributeValue{}
			for range rapid.IntRange(1, 4).Draw(t, "attributes") {
				image[name.Draw(t, "name")] = &types.AttributeValueMemberS{Value: text.Draw(t, "text")}
			}
			before = append(before, image)
		}
		there, back := map[string]string{}, map[string]string{}
		for i, image := range incident.Redact(before) {
			for name, v := range image {
				was, is := before[i][name].(*types.AttributeValueMemberS).Value, v.(*types.AttributeValueMemberS).Value
				if known, ok := there[was]; ok && known != is {
					t.Fatalf("%q is %q here and %q there", was, is, known)
				}
				if known, ok := back[is]; ok && known != was {
					t.Fatalf("%q and %q both are %q", was, known, is)
				}
				there[was], back[is] = is, was
				for _, mail := range mails[:2] {
					if strings.Contains(is, mail) {
						t.Fatalf("%q is %q: the address is left", was, is)
					}
				}
			}
		}
	})
}

func TestWhatIsPersonal(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"status", "OPEN", "OPEN"},
		{"modified_by", "OPEN", "OPEN"},
		{"modified_date", "2024-09-19T10:00:00+00:00", "2024-09-19T10:00:00+00:00"},
		{"assigned", "2024-09-19", "2024-09-19"},
		{"birthday", "1815-12-10", "1001-01-01"},
		{"pk", "FIN#3c475384-834c-47b0-ac71-a41a022e401c", "FIN#3c475384-834c-47b0-ac71-a41a022e401c"},
		{"vector", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
		{"where", "https://u:p@host.example.org/x?mail=ada@lovelace.org", "https://u:person-1@example.com/x?mail=person-2@example.com"},
		{"x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "token-1"},
		{"x", "AKIAIOSFODNN7EXAMPLE", "access-key-1"},
		{"x", "10:00:00", "10:00:00"},
		{"x", "999.1.1.1", "999.1.1.1"},
		{"x", "call +1 (202) 456-1111", "redacted-1"},
		{"lastName", "Lovelace", "redacted-1"},
		{"surname", "", ""},
	} {
		t.Run(fmt.Sprint(c.name, " ", c.text), func(t *testing.T) {
			clean := incident.Redact([]map[string]types.AttributeValue{{c.name: &types.AttributeValueMemberS{Value: c.text}}})
			if got := clean[0][c.name].(*types.AttributeValueMemberS).Value; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

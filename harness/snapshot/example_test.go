package snapshot_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// A snapshot is proposed, looked at, accepted, and from then on compared.
func Example() {
	dir, err := os.MkdirTemp("", "snapshot")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	store := snapshot.Store{Dir: filepath.Join(dir, "snapshots"), Pending: filepath.Join(dir, "pending")}

	show := func(score string) {
		r := snapshot.Document{
			Scenario: "vulnerabilities/close_one",
			Sections: []snapshot.Section{{View: "indicators", Label: "FIN#f1", Value: &types.AttributeValueMemberM{
				Value: map[string]types.AttributeValue{
					"max_open_severity_score": &types.AttributeValueMemberN{Value: score},
					"status":                  &types.AttributeValueMemberS{Value: "VULNERABLE"},
				},
			}}},
		}.Render()
		res, err := store.Compare("vulnerabilities/close_one", r)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(res.Name, "is", res.Outcome)
		for _, hunk := range snapshot.Hunks(res.Diff, 1) {
			for _, line := range hunk {
				fmt.Printf("%s  (%s)\n", line, r.Lines[line.Line].Path)
			}
		}
	}

	show("9.8")
	if err := store.Accept("vulnerabilities/close_one"); err != nil {
		fmt.Println(err)
	}
	show("9.8")
	show("5.0")
	// Output:
	// vulnerabilities/close_one is missing
	// +# stillwater snapshot 1  ()
	// +# scenario: vulnerabilities/close_one  ()
	// +  ()
	// +indicators FIN#f1  ()
	// +  max_open_severity_score: 9.8  (max_open_severity_score)
	// +  status: "VULNERABLE"  (status)
	// vulnerabilities/close_one is match
	// vulnerabilities/close_one is changed
	//  indicators FIN#f1  ()
	// -  max_open_severity_score: 9.8  (max_open_severity_score)
	// +  max_open_severity_score: 5.0  (max_open_severity_score)
	//    status: "VULNERABLE"  (status)
}

package mutations

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// maxUpload is how many vulnerabilities one file may hold, and maxSnippet how many
// lines of code around each.
const (
	maxUpload  = 1000
	maxSnippet = 100
)

type bulkUploadArgs struct {
	Finding string            `yaml:"finding"`
	Prefix  string            `yaml:"prefix"`
	Count   int               `yaml:"count"`
	Where   string            `yaml:"where"`
	Status  uploadStatus      `yaml:"status,omitempty"`
	Type    vulnerabilityType `yaml:"type,omitempty"`
	Snippet int               `yaml:"snippet,omitempty"`
	vector
	author
}

type uploadStatus string

// Choices are the states in which a file may bring a vulnerability.
func (uploadStatus) Choices() []string { return texts(model.StateSubmitted, model.StateVulnerable) }

// bulkUpload: BatchWriteItem of 25 puts each, V, VH STATE# and VH TREATMENT# of one
// vulnerability after the other. Ids and places are numbered from 1: with prefix u
// and count 500 they are u001 to u500, and {n} in where is their number. snippet is how many lines of code come with each.
func bulkUpload() harness.Mutation {
	return harness.NewMutation("bulk_upload", "Uploads many vulnerabilities of a finding in one file, numbered from 1.",
		func(ctx context.Context, w harness.Writer, a bulkUploadArgs) error {
			if a.Count < 1 || a.Count > maxUpload {
				return fmt.Errorf("count is %d, must be 1 to %d", a.Count, maxUpload)
			}
			if a.Snippet < 0 || a.Snippet > maxSnippet {
				return fmt.Errorf("snippet is %d lines, must be 0 to %d", a.Snippet, maxSnippet)
			}
			f, err := readFinding(ctx, w, a.Finding)
			if err != nil {
				return err
			}
			score, err := a.score()
			if err != nil {
				return err
			}
			if err := requireFreePrefix(ctx, w, f.ID, a.Prefix); err != nil {
				return err
			}
			var items []model.Item
			for n := 1; n <= a.Count; n++ {
				uploaded, err := a.items(w, f, score, n)
				if err != nil {
					return err
				}
				items = append(items, uploaded...)
			}
			return batchPut(ctx, w, items...)
		})
}

// items returns the nth vulnerability and its history.
func (a bulkUploadArgs) items(w harness.Writer, f *finding, score *model.SeverityScore, n int) ([]model.Item, error) {
	number := fmt.Sprintf("%0*d", len(fmt.Sprint(a.Count)), n)
	treatment := model.Treatment{Status: model.TreatmentUntreated, ModifiedBy: a.by(), ModifiedDate: w.Now}
	v := model.Vulnerability{
		ID: a.Prefix + number, FindingID: f.ID, GroupName: f.GroupName, CreatedBy: a.by(), CreatedDate: w.Now,
		Type: string(or(a.Type, model.TypeLines)),
		State: model.State{
			Status: model.StateStatus(or(string(a.Status), string(model.StateSubmitted))), Where: strings.ReplaceAll(a.Where, "{n}", number),
			Specific: number, Source: defaultSource, ModifiedBy: a.by(), ModifiedDate: w.Now, Snippet: a.snippet(),
		},
		Treatment: &treatment, SeverityScore: score,
		Indicators: model.VulnerabilityIndicators{Source: defaultSource},
	}
	if v.Released() {
		v.Indicators.ReportDate = w.Now
	}
	item, err := v.Item()
	if err != nil {
		return nil, err
	}
	history, err := historyOf(item, v.State, treatment)
	return append([]model.Item{item}, history...), err
}

// snippet is the code around a place, as an analyst's tool cuts it out; nil for none.
func (a bulkUploadArgs) snippet() types.AttributeValue {
	if a.Snippet == 0 {
		return nil
	}
	return &types.AttributeValueMemberS{Value: strings.Repeat("    rows = db.execute(\"SELECT * FROM orders WHERE id = \" + id)\n", a.Snippet)}
}

// requireFreePrefix makes sure that an upload overwrites nothing: no vulnerability
// of the finding has an id that begins like those to come.
func requireFreePrefix(ctx context.Context, w harness.Writer, findingID, prefix string) error {
	pk, err := model.VulnerabilityPK(prefix)
	if err != nil {
		return err
	}
	taken, err := query(ctx, w, byIndex("inverted_index", "sk", "FIN#"+findingID, "pk", pk))
	if err != nil {
		return fmt.Errorf("%s: look for the same ids: %w", findingID, err)
	}
	if len(taken) > 0 {
		return fmt.Errorf("%s: the prefix is taken: there is %s", prefix, keyText(taken[0]))
	}
	return nil
}

package mutations

import (
	"context"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type groupArgs struct {
	Name         string    `yaml:"name,key"`
	Organization string    `yaml:"organization"`
	CreatedDate  time.Time `yaml:"created_date,omitempty"`
	WebhookURL   string    `yaml:"webhook_url,omitempty"`
	author
}

// seedGroup puts an active group.
func seedGroup() harness.Mutation {
	return harness.NewMutation("group", "An active group.",
		func(ctx context.Context, w harness.Writer, a groupArgs) error {
			created := or(a.CreatedDate, w.Now)
			item, err := model.Group{
				Name: a.Name, OrganizationID: a.Organization, CreatedDate: created, WebhookURL: a.WebhookURL,
				State: model.GroupState{Status: model.GroupActive, ModifiedBy: a.by(), ModifiedDate: created},
			}.Item()
			if err != nil {
				return err
			}
			return putNew(ctx, w, item)
		})
}

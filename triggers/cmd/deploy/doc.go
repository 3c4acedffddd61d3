// Command deploy writes what is deployed into a folder: a zip file per trigger and
// architecture, and the AWS SAM template that uses them.
//
//	go run ./triggers/cmd/deploy [-template-only] [-architecture arm64] FOLDER
//
// It is run in the root of the module. Then: sam deploy --template FOLDER/template.json
package main

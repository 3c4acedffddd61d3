package harness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// LoadTables reads the *.json of a folder: each is the input of one CreateTable
// call, as `aws dynamodb create-table --cli-input-json` takes it.
func LoadTables(dir string) ([]*dynamodb.CreateTableInput, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("load tables: %s: %w", dir, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("load tables: %s: no *.json there: put the CreateTable input of each table into a file", dir)
	}
	slices.Sort(files)
	var tables []*dynamodb.CreateTableInput
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("load tables: %w", err)
		}
		table := &dynamodb.CreateTableInput{}
		strict := json.NewDecoder(bytes.NewReader(data))
		strict.DisallowUnknownFields()
		if err := strict.Decode(table); err != nil {
			return nil, fmt.Errorf("load tables: %s: not a CreateTable input: %w", file, err)
		}
		tables = append(tables, table)
	}
	return tables, nil
}

package trace

import (
	"encoding/json"
	"fmt"
	"io"
)

// Images are an item before and after the write that a record tells of, in
// DynamoDB JSON; nil where the record has none (of an INSERT there is none
// before, of a REMOVE none after, and other view types leave them out).
type Images struct {
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// KeepImages remembers the images of a record. They are no part of its event, for
// most readers never look at them; so they are given as a function, which runs
// when somebody does.
func (l *Log) KeepImages(record ID, images func() Images) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.images == nil {
		l.images = map[ID]func() Images{}
	}
	l.images[record] = images
}

// ImagesFrom lets read fill the log with images ([Log.ReadImages]) when one is
// asked for, once. If it fails, no image is known.
func (l *Log) ImagesFrom(read func(*Log) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.imagesLater = read
}

// Images returns those of a record; ok is false where none are known.
func (l *Log) Images(record ID) (i Images, ok bool) {
	l.mu.Lock()
	later := l.imagesLater
	l.imagesLater = nil
	l.mu.Unlock()
	if later != nil {
		_ = later(l) // an image shows more of a record; without one it is still told
	}
	l.mu.Lock()
	images, ok := l.images[record]
	l.mu.Unlock()
	if !ok {
		return Images{}, false
	}
	return images(), true
}

// imagesLine is a line of a file of images.
type imagesLine struct {
	ID ID `json:"id"`
	Images
}

// WriteImages writes the images that the log has, one JSON object a line, in the
// order of their records: {"id":"r4","before":{…},"after":{…}}.
func (l *Log) WriteImages(w io.Writer) error {
	enc := json.NewEncoder(w)
	for _, e := range l.Events() {
		i, ok := l.Images(e.ID)
		if !ok || e.Kind != RecordSeen && e.Kind != RecordOrphan {
			continue
		}
		if err := enc.Encode(imagesLine{e.ID, i}); err != nil {
			return fmt.Errorf("trace: write the images of %s: %w", e.ID, err)
		}
	}
	return nil
}

// ReadImages takes up what [Log.WriteImages] wrote.
func (l *Log) ReadImages(r io.Reader) error {
	dec := json.NewDecoder(r)
	for dec.More() {
		var line imagesLine
		if err := dec.Decode(&line); err != nil {
			return fmt.Errorf("trace: read images: %w", err)
		}
		l.KeepImages(line.ID, func() Images { return line.Images })
	}
	return nil
}

package memory

// StaleReads lets the next times eventually consistent reads, and reads of global
// indexes, see a table as it was before the last request that changed it. 0
// ends it.
func (db *Database) StaleReads(times int) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.state.faults.stale, db.state.faults.recalls = times, true
}

// StaleReadsLeft is how many of them are still to come.
func (db *Database) StaleReadsLeft() int {
	db.mu.RLock()
	defer db.mu.RUnlock()
	return db.state.faults.stale
}

// takeStale tells whether a read that may be stale is.
func (db *Database) takeStale() bool {
	db.mu.RLock()
	armed := db.state.faults.stale > 0
	db.mu.RUnlock()
	if !armed {
		return false
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.state.faults.stale == 0 {
		return false
	}
	db.state.faults.stale--
	return true
}

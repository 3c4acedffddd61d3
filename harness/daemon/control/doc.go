// Package control reaches a daemon that runs: its status, and mappings to pause
// and to resume.
//
// Each daemon listens on a Unix socket in a folder that is the user's alone
// ([Dir]), named after its process. A port of the loopback would be open to every
// user of the computer and to every page in a browser, and would have to be told
// to whoever wants to use it; sockets are found. Windows 10 and later have them, too.
//
// The guarantee: no stale socket stays. One goes with its daemon, and that of a
// daemon that was killed with the next look at the folder. That of a process that
// may be alive is never touched.
//
// Start at [Listen] for the daemon, and at [Find] for everybody else.
package control

#pragma once

// What Glibc's Swift overlay does not show because it stands behind _GNU_SOURCE.

#include <sys/types.h>

/// Reads the credentials of the process at the other end of a connected unix socket (SO_PEERCRED).
/// Returns 0, or errno.
int clinux_peer_credentials(int descriptor, pid_t *process, uid_t *user, gid_t *group);

/// Lets nobody new begin to connect to a listening TCP socket: the kernel drops what asks for a connection, which the
/// client sends again after a second. Handshakes that are under way end, and who waits in the queue can be accepted.
/// Returns 0, or errno.
int clinux_pause_listening(int descriptor);

#pragma once

// What Glibc's Swift overlay does not show because it stands behind _GNU_SOURCE.

#include <sys/types.h>

/// Reads the credentials of the process at the other end of a connected unix socket (SO_PEERCRED).
/// Returns 0, or errno.
int clinux_peer_credentials(int descriptor, pid_t *process, uid_t *user, gid_t *group);

/// Lets no further connection into the queue of a listening TCP socket: the kernel drops what asks for one, which the
/// client tries again. Connections that are in the queue stay, and can be accepted.
/// Returns 0, or errno.
int clinux_pause_listening(int descriptor);

/// How many connections wait in the queue of a listening TCP socket to be accepted (tcpi_unacked of TCP_INFO).
/// Returns the number, or -1.
int clinux_queued_connections(int descriptor);

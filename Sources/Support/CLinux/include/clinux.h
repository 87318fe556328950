#pragma once

// What Glibc's Swift overlay does not show because it stands behind _GNU_SOURCE.

#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/inotify.h>
#include <sys/types.h>

/// Reads the credentials of the process at the other end of a connected unix socket (SO_PEERCRED).
/// Returns 0, or errno.
int clinux_peer_credentials(int descriptor, pid_t *process, uid_t *user, gid_t *group);

/// Lets nobody new begin to connect to a listening TCP socket: the kernel drops what asks for a connection, which the
/// client sends again after a second. Handshakes that are under way end, and who waits in the queue can be accepted.
/// Returns 0, or errno.
int clinux_pause_listening(int descriptor);

/// Finds bytes within others (memmem); null when they are not there.
const void *clinux_find(const void *bytes, size_t count, const void *wanted, size_t wanted_count);

/// Goes on with a CRC-32C (Castagnoli) over more bytes; begin with 0. By the processor's own instruction where it has
/// one, else by tables.
uint32_t clinux_crc32c(uint32_t crc, const void *bytes, size_t count);

/// The same by tables whatever the processor, for tests.
uint32_t clinux_crc32c_by_tables(uint32_t crc, const void *bytes, size_t count);

/// Has a program that is to be started close all descriptors from a number on, of whatever origin, so that it inherits
/// none that another thread opens just now. Returns 0, or an error number.
int clinux_close_from(posix_spawn_file_actions_t *actions, int first);

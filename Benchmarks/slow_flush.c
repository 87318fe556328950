// Makes each fsync and fdatasync take at least SLOW_FLUSH_MICROSECONDS, for both sides of a comparison: what group
// commit gains depends on what a flush costs, and a virtual disk's flush can be a promise of its host only. With -1
// there is no flush at all, for data that is only made to be measured.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static int flush(const char *name, int descriptor) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *text = getenv("SLOW_FLUSH_MICROSECONDS");
    long microseconds = text ? atol(text) : 0;
    if (microseconds < 0) return 0;
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    int result = real(descriptor);
    clock_gettime(CLOCK_MONOTONIC, &now);
    long rest = microseconds * 1000 - ((now.tv_sec - start.tv_sec) * 1000000000 + now.tv_nsec - start.tv_nsec);
    if (rest > 0) {
        struct timespec wait = {rest / 1000000000, rest % 1000000000};
        nanosleep(&wait, NULL);
    }
    return result;
}

int fsync(int descriptor) { return flush("fsync", descriptor); }
int fdatasync(int descriptor) { return flush("fdatasync", descriptor); }

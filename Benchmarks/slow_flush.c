// Makes each fsync and fdatasync take at least SLOW_FLUSH_MICROSECONDS, for both sides of a comparison: what group
// commit gains depends on what a flush costs, and a virtual disk's flush can be a promise of its host only. With -1
// there is no flush at all, for data that is only made to be measured.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// With SLOW_FLUSH_FILE the number is read from that file before each flush, so that a test can change it; no file: none.
static long wanted_microseconds(void) {
    const char *path = getenv("SLOW_FLUSH_FILE");
    if (path) {
        long microseconds = 0;
        FILE *file = fopen(path, "r");
        if (!file) return 0;
        if (fscanf(file, "%ld", &microseconds) != 1) microseconds = 0;
        fclose(file);
        return microseconds;
    }
    const char *text = getenv("SLOW_FLUSH_MICROSECONDS");
    return text ? atol(text) : 0;
}

static int flush(const char *name, int descriptor) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    long microseconds = wanted_microseconds();
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

#include "clinux.h"

#include <pthread.h>
#include <string.h>

// The polynomial of CRC-32C with its bits reversed.
#define POLYNOMIAL 0x82f63b78u

// Row 0 takes one byte; row n a byte that n others follow.
static uint32_t tables[8][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void make_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
        tables[0][byte] = crc;
    }
    for (int row = 1; row < 8; row++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t crc = tables[row - 1][byte];
            tables[row][byte] = crc >> 8 ^ tables[0][crc & 0xff];
        }
    }
}

static uint32_t by_tables(uint32_t crc, const uint8_t *bytes, size_t count) {
    pthread_once(&tables_once, make_tables);
    for (; count >= 8; bytes += 8, count -= 8) {
        uint32_t low = crc ^ (bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
        crc = tables[7][low & 0xff] ^ tables[6][low >> 8 & 0xff] ^ tables[5][low >> 16 & 0xff] ^ tables[4][low >> 24] ^
              tables[3][bytes[4]] ^ tables[2][bytes[5]] ^ tables[1][bytes[6]] ^ tables[0][bytes[7]];
    }
    for (; count > 0; bytes++, count--) crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 0xff];
    return crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, const uint8_t *bytes, size_t count) {
    uint64_t wide = crc;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    crc = (uint32_t)wide;
    for (; count > 0; bytes++, count--) crc = __builtin_ia32_crc32qi(crc, *bytes);
    return crc;
}

uint32_t clinux_crc32c(uint32_t crc, const void *bytes, size_t count) {
    return ~(__builtin_cpu_supports("sse4.2") ? by_instruction : by_tables)(~crc, bytes, count);
}

#else

uint32_t clinux_crc32c(uint32_t crc, const void *bytes, size_t count) { return ~by_tables(~crc, bytes, count); }

#endif

uint32_t clinux_crc32c_by_tables(uint32_t crc, const void *bytes, size_t count) {
    return ~by_tables(~crc, bytes, count);
}

#ifndef PARSERS_INPUT_RAW_STORE_H
#define PARSERS_INPUT_RAW_STORE_H
/*
 * A temporary file that holds what cannot be read twice: the unpacked bytes of compressed files and
 * of stdin, so that a raw line can be shown again. Files are written one after the other. The file
 * has no name and is gone when the program ends, however it ends.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct raw_store;

/* A store; makes the file with the first byte. */
struct raw_store *raw_store_new(void);
/* Closes and removes it; NULL is nothing. */
void raw_store_free(struct raw_store *store);
/* Appends bytes of a file. False when they cannot be kept (disk full): nothing of the file can be
 * read again then. */
bool raw_store_add(struct raw_store *store, uint16_t file, const char *at, size_t len);
/* Reads up to size bytes of a file from offset on; the number read, 0 when they were not kept. */
size_t raw_store_read(const struct raw_store *store, uint16_t file, uint64_t offset, char *out,
                      size_t size);

#endif

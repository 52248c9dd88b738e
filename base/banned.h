#ifndef BASE_BANNED_H
#define BASE_BANNED_H
/*
 * Functions that may not be used in the program: naming one is a compile error. Included by the
 * Makefile ahead of every product file (-include), so the system headers that declare them come
 * first. What to use instead stands beside each. (Under clang glibc makes macros of some of these
 * names, which cannot be poisoned: there the list is left to gcc.)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#ifndef __clang__
/* Unbounded or easily unterminated copies: struct buffer, arena_copy, snprintf. */
#pragma GCC poison strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets
/* Static results and hidden state: slice_next_word, strerrordesc_np, civil_time.h, localtime_r. */
#pragma GCC poison strtok strerror localtime gmtime ctime asctime rand srand random srandom
/* No error, or a meaning that follows the locale: slice_to_u64, slice_to_double. */
#pragma GCC poison atoi atol atoll atof sscanf fscanf scanf
/* A shell, or a name that another process may take first: open with O_EXCL, mkstemp. */
#pragma GCC poison system popen tmpnam tempnam mktemp
#endif

#endif

#ifndef BASE_VERSION_H
#define BASE_VERSION_H
/*
 * The program's version: the one place where it stands. The Makefile and the documents take it from
 * here.
 */
#define MAILWHATIF_VERSION "0.1.0"

#endif

#ifndef PARSERS_INPUT_LOG_LINE_H
#define PARSERS_INPUT_LOG_LINE_H
/*
 * One line of a log after its envelope was read: when, where, who, and the text. All slices borrow
 * from the reader and die with the next line; what must live longer is interned or copied.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/civil_time.h"
#include "base/slice.h"

enum envelope_kind {
    ENVELOPE_NONE,      /* no known envelope: `text` is the whole line */
    ENVELOPE_RFC3164,   /* Nov 22 10:15:01 host prog[pid]: */
    ENVELOPE_RFC3339,   /* 2026-11-22T10:15:01.123456+01:00 host prog[pid]: */
    ENVELOPE_RFC5424,   /* <22>1 2026-...Z host prog pid - - */
    ENVELOPE_JOURNAL,   /* journald export or JSON record */
    ENVELOPE_CONTAINER, /* docker JSON, CRI, compose prefixes */
    ENVELOPE_BDLOG,     /* MM/DD/YYYY hh:mm:ss PROGRAM LEVEL: text (BitDefender's bdlogd) */
};

enum { LINE_SPEAKERS = 256 }; /* numbers of speakers are below */

struct log_line {
    struct slice raw;       /* the line as read, without its line end */
    struct slice text;      /* what the program said, behind "prog[pid]: " */
    struct slice host;      /* empty when the envelope has none */
    struct slice program;   /* "postfix/smtpd", without the pid; empty when there is none */
    uint32_t pid;           /* 0 when there is none */
    int64_t time_us;        /* TIME_NONE when the line has none */
    int16_t offset_minutes; /* of the time stamp, east of UTC */
    uint16_t file;          /* index of the input file, in reading order */
    uint16_t speaker; /* lines of one number have the same host and program; 0: not numbered */
    uint32_t repeats; /* 1, or how often a "repeated N times" marker stands for */
    uint64_t number;  /* line number in its file, from 1 */
    uint64_t offset;  /* byte offset of `raw` in its (uncompressed) file */
    enum envelope_kind envelope;
    bool truncated; /* cut by syslog, or longer than our bound: a missing tail is unknown */
    bool malformed; /* no envelope could be read (class malformed) */
    bool marker;    /* a remark of the logger itself (-- MARK --, journal banners): foreign */
};

#endif

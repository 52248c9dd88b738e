#include "parsers/lines/user_shapes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/xalloc.h"

enum { FILE_MAX = 1 << 20, MAX_PATTERNS = 4000 };

/* One pattern with the program list it stands under. */
struct given {
    struct slice programs;
    const struct compiled_shape *shape;
};

struct user_shape_file {
    struct given *given;
    size_t count, capacity;
    struct user_shapes *sets;
    size_t set_count, set_capacity;
};

/* The `program` line that the next patterns belong to. */
struct section {
    struct slice programs;
    enum event_kind kind;
    const char *sets;
};

struct reader {
    struct arena *arena;
    struct user_shape_file *file;
    struct section section;
    const char *path;
    uint64_t line;
    struct fault *fault;
};

static bool read_file(const char *path, struct buffer *out, struct fault *fault)
{
    char bytes[4096];
    FILE *file = fopen(path, "rb");
    if (!file)
        return fault_set(fault, FAULT_INPUT, path, 0, "cannot be opened: %s",
                         strerrordesc_np(errno));
    for (size_t got; !out->overflow && (got = fread(bytes, 1, sizeof bytes, file)) > 0;)
        buffer_add(out, bytes, got);
    bool bad = ferror(file) != 0;
    fclose(file);
    if (bad)
        return fault_set(fault, FAULT_INPUT, path, 0, "cannot be read");
    if (out->overflow)
        return fault_set(fault, FAULT_INPUT, path, 0, "is longer than 1 MB; is it a shapes file?");
    return true;
}

static enum event_kind kind_find(struct slice name)
{
    for (enum event_kind kind = EVENT_NONE + 1; kind < EVENT_KIND_COUNT; kind++)
        if (slice_is(name, event_kind_name(kind)))
            return kind;
    return EVENT_NONE;
}

/* "program NAMES kind=KIND FIELD=VALUE ..." */
static bool read_program(struct reader *reader, struct slice rest)
{
    struct slice word;
    struct buffer sets;
    if (!slice_next_word(&rest, " \t", &word))
        return fault_set(reader->fault, FAULT_INPUT, reader->path, reader->line,
                         "program needs a name: program NAME[,NAME] kind=KIND");
    reader->section = (struct section){ .programs = arena_copy(reader->arena, word) };
    buffer_init(&sets, 1000);
    while (slice_next_word(&rest, " \t", &word)) {
        if (slice_starts(word, "kind=")) {
            reader->section.kind = kind_find(slice_skip(word, 5));
            continue;
        }
        if (sets.len)
            buffer_add_byte(&sets, ',');
        buffer_add_slice(&sets, word);
    }
    reader->section.sets = arena_copy(reader->arena, buffer_slice(&sets)).at;
    buffer_release(&sets);
    if (reader->section.kind == EVENT_NONE)
        return fault_set(reader->fault, FAULT_INPUT, reader->path, reader->line,
                         "no kind, or one that does not exist: kind=KIND with a kind of "
                         "docs/formats.md, e.g. kind=virus_verdict");
    return true;
}

/* A pattern in quotes. */
static bool read_pattern(struct reader *reader, struct slice text)
{
    if (text.len < 3 || text.at[0] != '"' || text.at[text.len - 1] != '"')
        return fault_set(reader->fault, FAULT_INPUT, reader->path, reader->line,
                         "a pattern stands in double quotes: \"VIRUS: {virus}\"");
    if (reader->section.programs.len == 0)
        return fault_set(reader->fault, FAULT_INPUT, reader->path, reader->line,
                         "a pattern needs a line `program NAME kind=KIND` above it");
    if (reader->file->count >= MAX_PATTERNS)
        return fault_set(reader->fault, FAULT_INPUT, reader->path, reader->line,
                         "more than 4000 patterns");
    struct line_shape *row = ARENA_NEW(reader->arena, struct line_shape);
    row->kind = reader->section.kind;
    row->pattern = arena_copy(reader->arena, slice_make(text.at + 1, text.len - 2)).at;
    row->sets = reader->section.sets;
    row->samples = "";
    row->flags = SHAPE_RAW;
    const char *error;
    const struct compiled_shape *shape = shape_compile(reader->arena, row, &error);
    if (!shape)
        return fault_set(reader->fault, FAULT_INPUT, reader->path, reader->line, "pattern %s: %s",
                         row->pattern, error);
    struct user_shape_file *file = reader->file;
    GROW(file->given, file->count, file->capacity);
    file->given[file->count++] = (struct given){ reader->section.programs, shape };
    return true;
}

static bool read_line(struct reader *reader, struct slice line)
{
    line = slice_trim(line);
    if (line.len == 0 || line.at[0] == '#')
        return true;
    if (slice_starts(line, "program ") || slice_starts(line, "program\t"))
        return read_program(reader, slice_skip(line, 8));
    if (line.at[0] == '"')
        return read_pattern(reader, line);
    return fault_set(reader->fault, FAULT_INPUT, reader->path, reader->line,
                     "neither `program NAME kind=KIND` nor a pattern in double quotes");
}

static bool names_program(struct slice programs, struct slice name)
{
    struct slice word;
    while (slice_next_word(&programs, ",", &word))
        if (slice_equal(word, name))
            return true;
    return false;
}

static void make_set(struct arena *arena, struct user_shape_file *file, struct slice program)
{
    for (size_t i = 0; i < file->set_count; i++)
        if (slice_equal(file->sets[i].program, program))
            return;
    const struct compiled_shape **shapes =
        ARENA_ARRAY(arena, const struct compiled_shape *, file->count);
    size_t count = 0;
    for (size_t i = 0; i < file->count; i++)
        if (names_program(file->given[i].programs, program))
            shapes[count++] = file->given[i].shape;
    GROW(file->sets, file->set_count, file->set_capacity);
    file->sets[file->set_count++] =
        (struct user_shapes){ program, shape_set_new(arena, shapes, count, true) };
}

/* What was grown with GROW moves into the arena, so that the file has one owner. */
static void settle(struct arena *arena, struct user_shape_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        struct slice programs = file->given[i].programs, word;
        while (slice_next_word(&programs, ",", &word))
            make_set(arena, file, word);
    }
    struct user_shapes *sets = ARENA_ARRAY(arena, struct user_shapes, file->set_count + 1);
    if (file->set_count)
        memcpy(sets, file->sets, file->set_count * sizeof *sets);
    free(file->sets);
    free(file->given);
    file->sets = sets;
    file->given = NULL;
}

struct user_shape_file *user_shapes_load(struct arena *arena, const char *path, struct fault *fault)
{
    struct buffer text;
    buffer_init(&text, FILE_MAX);
    bool good = read_file(path, &text, fault);
    struct user_shape_file *file = ARENA_NEW(arena, struct user_shape_file);
    struct reader reader = { .arena = arena, .file = file, .path = path, .fault = fault };
    struct slice rest = buffer_slice(&text);
    while (good && rest.len) {
        size_t end = slice_index(rest, '\n');
        reader.line++;
        good = read_line(&reader, slice_head(rest, end));
        rest = slice_skip(rest, end + 1);
    }
    buffer_release(&text);
    settle(arena, file);
    return good ? file : NULL;
}

const struct user_shapes *user_shapes_of(const struct user_shape_file *file, struct slice program)
{
    for (size_t i = 0; i < file->set_count; i++)
        if (slice_equal(file->sets[i].program, program))
            return &file->sets[i];
    return NULL;
}

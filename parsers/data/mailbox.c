#include "parsers/data/mailbox.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/line_file.h"
#include "base/xalloc.h"

enum {
    FIELD_LIMIT = 1 << 14, /* longer fields are cut */
    HEAD_LIMIT = 1 << 20,  /* bytes of a head; what follows is body */
    QUEUE_ID_MIN = 5,
    QUEUE_ID_MAX = 32,
    ID_TEXT_MAX = 998, /* RFC 5322 2.1.1 */
};

struct mailbox {
    struct arena arena;
    struct mailbox_mail *mails;
    size_t count, capacity;
};

struct mailbox *mailbox_new(void)
{
    struct mailbox *mailbox = xcalloc(1, sizeof *mailbox);
    arena_init(&mailbox->arena);
    return mailbox;
}

void mailbox_free(struct mailbox *mailbox)
{
    if (!mailbox)
        return;
    arena_release(&mailbox->arena);
    free(mailbox->mails);
    free(mailbox);
}

const struct mailbox_mail *mailbox_mails(const struct mailbox *mailbox, size_t *count)
{
    *count = mailbox ? mailbox->count : 0;
    return mailbox ? mailbox->mails : NULL;
}

/* ---- one head ---- */

/* What a head has shown so far. */
struct head {
    struct mailbox_mail mail;
    bool is_deleted, has_fields;
    bool below; /* the first Received: from here on others write */
};

static struct slice angle_text(struct slice text)
{
    text = slice_trim(text);
    if (text.len >= 2 && text.at[0] == '<' && text.at[text.len - 1] == '>')
        return slice_make(text.at + 1, text.len - 2);
    return text;
}

static bool is_id_byte(char byte)
{
    return ascii_is_alnum(byte);
}

/* The queue id of a Received field: "from HELO (NAME [ADDR]) by HOST (Postfix) with ESMTPS id QID". */
static struct slice received_id(struct slice text)
{
    static const struct slice by = SLICE(" by "), id = SLICE(" id ");
    size_t at = slice_starts(text, "by ") ? 0 : slice_find(text, by);
    if (at >= text.len)
        return (struct slice){ NULL, 0 };
    text = slice_skip(text, at);
    text = slice_skip(text, slice_find(text, id) + id.len);
    size_t len = 0;
    while (len < text.len && is_id_byte(text.at[len]))
        len++;
    bool ends = len == text.len || text.at[len] == ' ' || text.at[len] == ';';
    if (!ends || len < QUEUE_ID_MIN || len > QUEUE_ID_MAX)
        return (struct slice){ NULL, 0 };
    return slice_head(text, len);
}

static bool is_field(struct slice field, const char *name, struct slice *value)
{
    size_t len = strlen(name);
    if (field.len <= len || field.at[len] != ':' ||
        !slice_equal_fold(slice_head(field, len), slice_of(name)))
        return false;
    *value = slice_trim(slice_skip(field, len + 1));
    return true;
}

static void take_received(struct mailbox *mailbox, struct head *head, struct slice value)
{
    struct mailbox_mail *mail = &head->mail;
    struct slice id = received_id(value);
    head->below = true;
    if (id.at && mail->id_count < MAILBOX_IDS)
        mail->queue_ids[mail->id_count++] = arena_copy(&mailbox->arena, id);
}

/* The recipient that the own machine wrote on top. */
static void take_recipient(struct mailbox *mailbox, struct head *head, struct slice value)
{
    value = angle_text(value);
    if (!head->below && value.len && value.len <= ID_TEXT_MAX)
        head->mail.recipient = arena_copy(&mailbox->arena, value);
}

/* Takes an unfolded field. */
static void take_field(struct mailbox *mailbox, struct head *head, struct slice field)
{
    struct mailbox_mail *mail = &head->mail;
    struct slice value;
    size_t colon = slice_index(field, ':');
    head->has_fields = head->has_fields || (colon > 0 && colon < field.len);
    if (is_field(field, "Received", &value)) {
        take_received(mailbox, head, value);
    } else if (is_field(field, "Message-ID", &value)) {
        value = angle_text(value);
        if (!mail->message_id.at && value.len && value.len <= ID_TEXT_MAX)
            mail->message_id = arena_copy(&mailbox->arena, value);
    } else if (is_field(field, "X-Original-To", &value) ||
               (!mail->recipient.at && is_field(field, "Delivered-To", &value))) {
        take_recipient(mailbox, head, value);
    } else if (is_field(field, "X-Status", &value)) {
        head->is_deleted = head->is_deleted || slice_index(value, 'D') < value.len;
    }
}

/* Books a head; false when there was none, or it joins to nothing. */
static bool book(struct mailbox *mailbox, const struct head *head)
{
    if (!head->has_fields || head->is_deleted ||
        (head->mail.id_count == 0 && !head->mail.message_id.at))
        return false;
    GROW(mailbox->mails, mailbox->count, mailbox->capacity);
    mailbox->mails[mailbox->count++] = head->mail;
    return true;
}

/* ---- streams ---- */

/* The next line without its end, at most FIELD_LIMIT bytes of it; false at the end. */
static bool next_line(struct line_file *from, struct buffer *line)
{
    struct slice text;
    if (!line_file_next(from, &text))
        return false;
    while (text.len && text.at[text.len - 1] == '\r')
        text.len--;
    buffer_clear(line);
    for (size_t i = 0; i < text.len; i++)
        buffer_add_byte(line, text.at[i] == '\t' ? ' ' : text.at[i]);
    return true;
}

/* Reads a head up to its blank line. False when the stream ends before that. */
static bool read_head(struct mailbox *mailbox, struct line_file *from, struct buffer *line,
                      struct head *head)
{
    struct buffer field;
    size_t used = 0;
    bool more;
    buffer_init(&field, FIELD_LIMIT);
    while ((more = next_line(from, line)) && line->len && used < HEAD_LIMIT) {
        struct slice text = buffer_slice(line);
        used += text.len + 1;
        if (text.at[0] != ' ') {
            take_field(mailbox, head, buffer_slice(&field));
            buffer_clear(&field);
        }
        /* What does not fit is cut: a field of ours is short. */
        buffer_add_slice(&field, slice_head(text, FIELD_LIMIT - field.len));
    }
    take_field(mailbox, head, buffer_slice(&field));
    buffer_release(&field);
    return more;
}

/* Skips a body; true when another mail of the mbox begins: "From " behind a blank line. */
static bool skip_body(struct line_file *from, struct buffer *line)
{
    bool was_blank = true;
    while (next_line(from, line)) {
        if (was_blank && slice_starts(buffer_slice(line), "From "))
            return true;
        was_blank = line->len == 0;
    }
    return false;
}

size_t mailbox_read_stream(struct mailbox *mailbox, FILE *from, bool is_ham)
{
    struct line_file file;
    struct buffer line;
    size_t before = mailbox->count;
    line_file_begin(&file, from, FIELD_LIMIT);
    buffer_init(&line, FIELD_LIMIT);
    bool is_mbox = line_file_begins(&file, "From ");
    if (is_mbox)
        next_line(&file, &line);
    do {
        struct head head = { .mail.is_ham = is_ham };
        bool has_body = read_head(mailbox, &file, &line, &head);
        book(mailbox, &head);
        if (!is_mbox || !has_body)
            break;
    } while (skip_body(&file, &line));
    buffer_release(&line);
    struct fault unread = { .kind = FAULT_NONE }; /* what was read up to there counts */
    line_file_close(&file, &unread);
    return mailbox->count - before;
}

/* ---- files and folders ---- */

struct mailbox_walk {
    struct mailbox *mailbox;
    bool is_ham;
    size_t read, skipped; /* files */
    int error;            /* errno of the first of them that could not be read, 0 none */
};

/* Maildir: what stands behind ":2," are flags. */
static bool has_flag(const char *name, const char *flags)
{
    const char *info = strstr(name, ":2,");
    return info && strpbrk(info + 3, flags);
}

static void read_file(struct mailbox_walk *walk, const char *path)
{
    FILE *from = fopen(path, "re");
    if (!from && errno != ENOENT && !walk->error) /* a mail server may have moved it by now */
        walk->error = errno;
    if (from && mailbox_read_stream(walk->mailbox, from, walk->is_ham) > 0)
        walk->read++;
    else
        walk->skipped++;
    if (from)
        fclose(from);
}

static bool is_kind(const char *path, mode_t kind)
{
    struct stat status;
    return stat(path, &status) == 0 && (status.st_mode & S_IFMT) == kind;
}

static char *join_path(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = xmalloc(size);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* All files of a folder in the order of their names, which the file system does not keep; those whose names begin with a dot (indexes, subfolders) left out. */
static void read_folder(struct mailbox_walk *walk, const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_visible, compare_entries);
    if (count < 0 && !walk->error)
        walk->error = errno;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char *file = join_path(path, name);
        if (is_kind(file, S_IFREG)) {
            if (has_flag(name, "TD"))
                walk->skipped++;
            else
                read_file(walk, file);
        }
        free(file);
        free(entries[i]);
    }
    free(entries);
}

static void read_path(struct mailbox_walk *walk, const char *path)
{
    static const char *const parts[] = { "cur", "new" };
    bool is_maildir = false;
    for (size_t i = 0; i < COUNT(parts); i++) {
        char *part = join_path(path, parts[i]);
        if (is_kind(part, S_IFDIR)) {
            is_maildir = true;
            read_folder(walk, part);
        }
        free(part);
    }
    if (is_kind(path, S_IFREG))
        read_file(walk, path);
    else if (!is_maildir)
        read_folder(walk, path);
}

bool mailbox_read(struct mailbox *mailbox, const char *argument, struct diagnostics *notes,
                  struct fault *fault)
{
    struct slice whole = slice_of(argument);
    size_t equals = slice_last_index(whole, '=');
    struct slice word = slice_skip(whole, equals + 1);
    if (equals == 0 || equals >= whole.len || !(slice_is(word, "ham") || slice_is(word, "spam")))
        return fault_set(fault, FAULT_USAGE, "--mailbox", 0,
                         "'%.200s' says neither ham nor spam; give DIR=ham or DIR=spam", argument);
    struct mailbox_walk walk = { .mailbox = mailbox, .is_ham = slice_is(word, "ham") };
    char *path = xmalloc(equals + 1);
    memcpy(path, argument, equals);
    path[equals] = '\0';
    struct stat status;
    bool good = true;
    if (stat(path, &status) != 0)
        good = fault_set(fault, FAULT_INPUT, path, 0, "cannot read the mailbox: %s",
                         strerrordesc_np(errno));
    else
        read_path(&walk, path);
    if (good && walk.error)
        good = fault_set(fault, FAULT_INPUT, path, 0, "cannot read the mailbox: %s",
                         strerrordesc_np(walk.error));
    if (good && walk.read == 0)
        good = fault_set(fault, FAULT_INPUT, path, 0,
                         "no mail in it; give a maildir, or a folder or file of mail");
    if (walk.skipped)
        diagnostics_add(notes, walk.skipped, "mailbox_skipped",
                        "%s: files without a mail that can be joined, deleted mail, drafts", path);
    free(path);
    return good;
}

/*
 * Prints a page of docs/ from the program's own tables, so that page and program cannot differ.
 * usage: gen_docs restrictions|formats
 */
#include <stdio.h>
#include <string.h>

#include "analyzer/policy/restriction.h"
#include "base/xalloc.h"
#include "parsers/input/envelope.h"
#include "parsers/lines/program_names.h"

/* "reads" as the words of the evidence. */
static void print_reads(unsigned reads)
{
    static const struct {
        unsigned bit;
        const char *word;
    } words[] = {
        { READS_CLIENT, "client" },       { READS_HELO, "HELO" },     { READS_SENDER, "sender" },
        { READS_RECIPIENT, "recipient" }, { READS_FACTS, "session" }, { READS_MAIL, "size" },
        { READS_TIME, "time" },
    };
    const char *comma = "";
    for (size_t i = 0; i < COUNT(words); i++) {
        if (reads & words[i].bit) {
            printf("%s%s", comma, words[i].word);
            comma = ", ";
        }
    }
    if (!*comma)
        fputs("-", stdout);
}

static const char *argument_word(enum argument_kind kind)
{
    switch (kind) {
    case ARGUMENT_MAP:
        return " *type:table*";
    case ARGUMENT_DOMAIN:
        return " *domain*";
    case ARGUMENT_SERVICE:
        return " *service*";
    case ARGUMENT_SECONDS:
        return " *seconds*";
    case ARGUMENT_NONE:
        break;
    }
    return "";
}

static void print_asks(unsigned asks)
{
    static const struct {
        unsigned bit;
        const char *word;
    } words[] = { { ASKS_DNS, "DNS" }, { ASKS_TABLE, "map" }, { ASKS_ANSWER, "recorded answer" } };
    const char *before = "needs ";

    for (size_t i = 0; i < COUNT(words); i++) {
        if (asks & words[i].bit) {
            printf("%s%s", before, words[i].word);
            before = ", ";
        }
    }
    if (!asks)
        fputs("exact", stdout);
}

static void print_version(unsigned version, const char *word)
{
    if (version)
        printf("%s %u.%u", word, version / 100, version % 100);
}

static void print_restrictions(void)
{
    fputs(
        "# Restrictions\n\n"
        "Every smtpd restriction that is simulated, in the order of the registry\n"
        "(`analyzer/policy/restriction_table.c`, from which this page is made by `make docs`). A "
        "name that is\n"
        "not here, or that the server's version lacks, is answered as smtpd does when it comes to "
        "it:\n451 4.3.5. `warn_if_reject`, restriction classes (also the built-in\n"
        "`reject_sender_login_mismatch`) and bare tables (`type:table`) are understood, too.\n\n"
        "*answered*: **exact** takes nothing but the log (instrumented, where it reads the HELO) "
        "and the\n"
        "configuration; **needs DNS** takes a snapshot (`--dns`) where the log does not tell; "
        "**needs "
        "map** the\n"
        "table, as its text file (`--map-root`) or, where there is none, its recorded answers; "
        "**needs\n"
        "recorded answer** what a server said (`--answers`), or a model of it (`--policy`). What "
        "is "
        "missing is\n"
        "*unknown*, and named.\n\n"
        "The parameters of MAIL and the pace of the client leave no trace: whether it announced "
        "the\n"
        "size (`size`), said SMTPUTF8 (`sender`, `recipient`), or had its sender checked in an\n"
        "earlier mail (`earlier_mail`) is *unknown* where it matters. Taken for granted is that a\n"
        "logged sender `user@host` was not written as `host!user` or `user%host`; smtpd's limits\n"
        "(`smtpd_hard_error_limit`, `smtpd_recipient_limit`) are not simulated: a remark counts "
        "the\n"
        "recipients beyond them.\n\n"
        "| restriction | reads | answered | reply | what it does |\n|---|---|---|---|---|\n",
        stdout);
    size_t count;
    const struct restriction *rows = restriction_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct restriction *row = &rows[i];
        printf("| `%s`%s", row->name, argument_word((enum argument_kind)row->argument));
        if (row->alias)
            printf(" (old: `%s`)", row->alias);
        fputs(" | ", stdout);
        print_reads(row->reads);
        fputs(" | ", stdout);
        print_asks(restriction_asks(row));
        fputs(" | ", stdout);
        if (row->code)
            printf("%u %s", row->code, row->dsn ? row->dsn : "");
        if (row->code_parameter)
            printf(" (`%s`)", row->code_parameter);
        printf(" | %s", row->doc);
        print_version(row->since, "; since");
        print_version(row->until, "; until");
        fputs(" |\n", stdout);
    }
}

/* One line of the list of tables: how many shapes, of which kinds. */
static void print_table(const struct shape_table *table)
{
    bool seen[EVENT_KIND_COUNT] = { false };
    const char *comma = "";
    printf("| %s | %zu | ", table->name, table->count);
    for (size_t i = 0; i < table->count; i++) {
        enum event_kind kind = table->rows[i].kind;
        if (seen[kind])
            continue;
        seen[kind] = true;
        printf("%s%s", comma, event_kind_name(kind));
        comma = ", ";
    }
    fputs(" |\n", stdout);
}

static bool is_first_use(const struct program_rule *rules, size_t rule, size_t at)
{
    const struct shape_table *table = rules[rule].tables[at];
    for (size_t r = 0; r <= rule; r++)
        for (size_t t = 0; rules[r].tables[t]; t++) {
            if (rules[r].tables[t] == table)
                return r == rule && t == at;
        }
    return true;
}

/* A cell of a table: '|' would end it, '`' the code it stands in. */
static void print_code(const char *text, size_t len)
{
    fputs("``", stdout);
    if (len && text[0] == '`')
        putchar(' ');
    for (size_t i = 0; i < len; i++)
        printf(text[i] == '|' ? "\\|" : "%c", text[i]);
    if (len && text[len - 1] == '`')
        putchar(' ');
    fputs("``", stdout);
}

static void print_envelopes(void)
{
    size_t count;
    const char *const *names = envelope_format_names(&count);
    fputs("## Envelopes\n\n"
          "The form is found line by line; `--format NAME` tries one form alone. Year-less stamps "
          "get their\n"
          "year from `--year`, the file or the queue ids; the rest of the line does not depend on "
          "it.\n\n"
          "| name | a line |\n|---|---|\n",
          stdout);
    for (size_t i = 0; i < count; i++) {
        const char *sample = envelope_format_sample(names[i]);
        printf("| %s | ", names[i]);
        if (sample && *sample)
            print_code(sample, strlen(sample));
        else
            fputs("records of `journalctl -o export`: `KEY=value` lines, an empty line behind each",
                  stdout);
        fputs(" |\n", stdout);
    }
}

static void print_teaching(void)
{
    fputs(
        "\n## Teaching a program's lines\n\n"
        "`--shapes FILE` adds shapes of your own, without C. A `program` line names one or more "
        "programs,\n"
        "the kind of event, and fields that are always set; the indented lines below it are "
        "patterns. They\n"
        "are compared with the text behind `prog[pid]: `, the first that takes all of it wins, "
        "and they go\n"
        "before the built-in ones. `#` begins a comment.\n\n"
        "    program bdmaild,BDMAILD kind=virus_verdict verdict=virus\n"
        "      \"VIRUS: sender: {sender}, recipients: {recipients:list}, {*}threat: {virus}, "
        "{*}\"\n"
        "    program bdlived,BDLIVED kind=defs_update ok=1\n"
        "      \"INFO: {*}pdate{*}successful{*}\"\n\n"
        "`{field}` takes the shortest text up to the next literal, `{*}` skips it, "
        "`{field:type}` takes a\n"
        "value of that type: `int`, `float`, `word` (up to a blank), `addr` (an address, a "
        "quoted local part\n"
        "included), `ip`, `qid` (a queue id), `list`, `text`. A program that is not known\n"
        "becomes one of ours: lines of it that no shape takes are *unknown*, no longer *foreign*.\n"
        "`--unparsed FILE` shows what is still missing: count, class, program, "
        "the masked\n"
        "shape (numbers as N, addresses as A), where it was first seen, and that line, separated "
        "by tabs.\n\n"
        "## Kinds and fields\n\n"
        "`events` prints every line as one JSON object: file, line, time, host, program, pid, "
        "class\n"
        "(understood, foreign, unknown, malformed), kind, and the fields that the line has. "
        "`null` is a\n"
        "field whose text is `unknown` or missing where its absence says something.\n\nKinds:",
        stdout);
    for (enum event_kind kind = EVENT_NONE + 1; kind < EVENT_KIND_COUNT; kind++)
        printf("%s`%s`", kind == EVENT_NONE + 1 ? " " : ", ", event_kind_name(kind));
    fputs(".\n\nFields:", stdout);
    for (enum event_field field = 0; field < EVENT_FIELD_COUNT; field++)
        printf("%s`%s`", field ? ", " : " ", event_field_name(field));
    fputs(".\n", stdout);
}

static void print_shapes(const struct shape_table *table)
{
    printf("\n### %s\n\n| kind | pattern | sample |\n|---|---|---|\n", table->name);
    for (size_t i = 0; i < table->count; i++) {
        const struct line_shape *row = &table->rows[i];
        printf("| %s | ", event_kind_name(row->kind));
        print_code(row->pattern, strlen(row->pattern));
        fputs(" | ", stdout);
        print_code(row->samples, strcspn(row->samples, "\n"));
        fputs(" |\n", stdout);
    }
}

/* Calls print for every table, in the order of the programs that use it first, then those that any
 * program of Postfix may use. */
static void for_each_table(void (*print)(const struct shape_table *table))
{
    size_t count;
    const struct program_rule *rules = program_rules(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0; rules[i].tables[t]; t++)
            if (is_first_use(rules, i, t))
                print(rules[i].tables[t]);
}

static void print_programs(void)
{
    size_t count;
    const struct program_rule *rules = program_rules(&count);
    fputs("\n## Programs\n\n"
          "A Postfix name is split at its last `/`: `postfix-out/submission/smtpd` is the service "
          "smtpd of\n"
          "the instance postfix-out under the label submission. A line that no shape of its own "
          "program\n"
          "takes is compared with the shapes of all of Postfix.\n\n"
          "| program | tables |\n|---|---|\n",
          stdout);
    for (size_t i = 0; i < count; i++) {
        if (!rules[i].tables[0])
            continue;
        printf("| %s |", rules[i].names);
        for (size_t t = 0; rules[i].tables[t]; t++)
            printf("%s %s", t ? "," : "", rules[i].tables[t]->name);
        fputs(" |\n", stdout);
    }
    for (size_t i = 0; i < count; i++)
        if (rules[i].origin == PROGRAM_FOREIGN)
            printf("\nKnown and foreign, whatever they say: %s.\n", rules[i].names);
}

static void print_formats(void)
{
    fputs("# Line formats\n\n"
          "Every line shape that is understood, with its first sample; made from the tables in\n"
          "`parsers/lines/` by `make docs`. A pattern is literal text with slots: `{field}`, "
          "`{field:type}`,\n"
          "`{*}` for text that is skipped (`parsers/lines/line_shape.h`).\n\n",
          stdout);
    print_envelopes();
    print_teaching();
    print_programs();
    fputs("\n| table | shapes | kinds of events |\n|---|---|---|\n", stdout);
    for_each_table(print_table);
    fputs("\n## Shapes\n", stdout);
    for_each_table(print_shapes);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "restrictions") == 0)
        print_restrictions();
    else if (argc == 2 && strcmp(argv[1], "formats") == 0)
        print_formats();
    else
        return 2;
    return fflush(stdout) != 0;
}

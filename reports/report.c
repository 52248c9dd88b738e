#include "reports/report.h"

#include <string.h>

#include "base/xalloc.h"
#include "reports/summary_csv.h"
#include "reports/summary_json.h"
#include "reports/summary_text.h"

static const struct report_format formats[] = {
    { "text", "the answer in words, then the figures behind it", summary_text_write },
    { "json", "one JSON document (reports/schema/replay.schema.json)", summary_json_write },
    { "csv", "one line per set and restriction", summary_csv_write },
};

const struct report_format *report_formats(size_t *count)
{
    *count = COUNT(formats);
    return formats;
}

const struct report_format *report_format_find(const char *name)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

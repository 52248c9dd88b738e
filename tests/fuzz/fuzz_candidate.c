/* --enable, --disable, -o and a --candidate file of any bytes over a small baseline: laid over it or
 * refused with a reason; the lists that come out can be read again. The first line is the option's
 * text. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyzer/candidate.h"
#include "base/xalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void build(const struct config *baseline, const struct candidate_options *options)
{
    struct fault fault = { .kind = FAULT_NONE };
    struct diagnostics remarks;
    bool adds;
    diagnostics_init(&remarks);
    struct config *config = candidate_build(baseline, options, &adds, &remarks, &fault);
    if (!config && fault.kind == FAULT_NONE)
        abort();
    if (config)
        config_value(config, "smtpd_client_restrictions");
    config_free(config);
    diagnostics_release(&remarks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice all = slice_make((const char *)data, size);
    size_t end = slice_index(all, '\n');
    struct slice file = slice_skip(all, end + 1);
    char *text = xstrndup(all.at, end), path[] = "/tmp/fuzz_candidate.XXXXXX";
    const char *const texts[] = { text };
    struct fault fault = { .kind = FAULT_NONE };
    struct config *baseline = config_new_default();
    config_overlay_line(baseline,
                        slice_of("smtpd_client_restrictions = permit_mynetworks, "
                                 "check_client_access cidr:{{192.0.2.0/24 reject}}, permit"),
                        "fuzz", &fault);
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, file.at, file.len) != (ssize_t)file.len)
        abort();
    close(fd);
    build(baseline, &(struct candidate_options){ .enables = texts, .enable_count = 1 });
    build(NULL, &(struct candidate_options){ .enables = texts, .enable_count = 1 });
    build(baseline, &(struct candidate_options){ .disables = texts, .disable_count = 1 });
    build(baseline, &(struct candidate_options){ .overlays = texts, .overlay_count = 1 });
    build(baseline,
          &(struct candidate_options){ .candidate = path, .enables = texts, .enable_count = 1 });
    unlink(path);
    config_free(baseline);
    free(text);
    return 0;
}

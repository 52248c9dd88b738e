/* main.cf of any bytes: read, and listed in full; Postfix's refusals are faults, nothing else is. */
#include <stdio.h>
#include <stdlib.h>

#include "parsers/config/config.h"
#include "parsers/config/main_cf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool ask(void *context, struct slice name, struct slice raw)
{
    struct config *config = context;
    char text[200];
    (void)raw;
    if (name.len >= sizeof text)
        return true;
    memcpy(text, name.at, name.len);
    text[name.len] = 0;
    config_value(config, text);
    config_value_global(config, text);
    config_bool(config, text);
    config_int(config, text);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings layer;
    struct fault fault = { .kind = FAULT_NONE };
    struct config *config = config_new_default();
    settings_init(&layer);
    if (main_cf_parse(&layer, slice_make((const char *)data, size), "fuzz", NULL, &fault))
        for (uint32_t i = 0; i < layer.count; i++)
            if (layer.items[i].value.at && layer.items[i].name.len < 200) {
                char name[200];
                memcpy(name, layer.items[i].name.at, layer.items[i].name.len);
                name[layer.items[i].name.len] = 0;
                config_overlay_set(config, name, layer.items[i].value, "fuzz");
            }
    config_each_setting(config, ask, config);
    config_check(config, &fault);
    config_free(config);
    settings_release(&layer);
    return 0;
}

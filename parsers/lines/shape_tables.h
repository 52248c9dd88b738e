#ifndef PARSERS_LINES_SHAPE_TABLES_H
#define PARSERS_LINES_SHAPE_TABLES_H
/*
 * The shape tables, one per subject, each in the .c file of its name. Which program uses which is
 * decided in program_table.c alone.
 */
#include "parsers/lines/line_shape.h"

extern const struct shape_table postfix_smtpd_shapes;
extern const struct shape_table postfix_cleanup_shapes;
extern const struct shape_table postfix_qmgr_shapes;
extern const struct shape_table postfix_pickup_shapes;
extern const struct shape_table postfix_postsuper_shapes;
extern const struct shape_table postfix_delivery_shapes;
extern const struct shape_table postfix_bounce_shapes;
extern const struct shape_table postfix_master_shapes;
extern const struct shape_table postfix_postscreen_shapes;
extern const struct shape_table postfix_dnsblog_shapes;
extern const struct shape_table postfix_tlsproxy_shapes;
extern const struct shape_table postfix_statistics_shapes;
extern const struct shape_table postfix_script_shapes;
extern const struct shape_table postfix_tls_shapes;
extern const struct shape_table postfix_tables_shapes;
extern const struct shape_table postfix_service_shapes;
extern const struct shape_table postfix_config_shapes;
extern const struct shape_table postfix_daemon_shapes;
extern const struct shape_table postfix_notes_shapes;
extern const struct shape_table postfix_debug_shapes;

/* A table over the array `shapes` of the same file. */
#define SHAPE_TABLE(table, of_service)                                                             \
    const struct shape_table table = {                                                             \
        .name = #table, .service = (of_service), .rows = shapes, .count = COUNT(shapes)            \
    }

#endif

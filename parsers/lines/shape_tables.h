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
extern const struct shape_table postfix_verbose_shapes;
extern const struct shape_table postfix_debug_shapes;
extern const struct shape_table postfix_severity_shapes;
extern const struct shape_table mailscanner_shapes;
extern const struct shape_table scanner_update_shapes;
extern const struct shape_table bitdefender_shapes;
extern const struct shape_table amavis_shapes;
extern const struct shape_table rspamd_shapes;
extern const struct shape_table spamd_shapes;
extern const struct shape_table spampd_shapes;
extern const struct shape_table spamass_milter_shapes;
extern const struct shape_table clamd_shapes;
extern const struct shape_table freshclam_shapes;
extern const struct shape_table clamav_milter_shapes;
extern const struct shape_table clamsmtp_shapes;
extern const struct shape_table postgrey_shapes;
extern const struct shape_table sqlgrey_shapes;
extern const struct shape_table milter_greylist_shapes;
extern const struct shape_table policyd_spf_shapes;
extern const struct shape_table policyd_weight_shapes;
extern const struct shape_table postfwd_shapes;
extern const struct shape_table cbpolicyd_shapes;
extern const struct shape_table dkim_shapes;
extern const struct shape_table dmarc_shapes;
extern const struct shape_table arc_shapes;
extern const struct shape_table dovecot_shapes;
extern const struct shape_table dovecot_lda_shapes;
extern const struct shape_table mimedefang_shapes;
extern const struct shape_table dspam_shapes;
extern const struct shape_table bogofilter_shapes;
extern const struct shape_table srs_shapes;
extern const struct shape_table fetchmail_shapes;
extern const struct shape_table clamd_texts;
extern const struct shape_table freshclam_texts;
extern const struct shape_table clamav_milter_texts;
extern const struct shape_table mailscanner_texts;
extern const struct shape_table milter_greylist_texts;
extern const struct shape_table policyd_weight_texts;
extern const struct shape_table postfwd_texts;
extern const struct shape_table repeat_shapes;

/* A table over the array `shapes` of the same file. */
#define SHAPE_TABLE(table, of_service)                                                             \
    const struct shape_table table = {                                                             \
        .name = #table, .service = (of_service), .rows = shapes, .count = COUNT(shapes)            \
    }

#endif

#include "parsers/tables/table_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_LIBDB
#include <db.h>
#endif
#ifdef HAVE_LIBCDB
#include <cdb.h>
#endif
#ifdef HAVE_LMDB
#include <lmdb.h>
#endif

/* Some versions of postmap stored the NUL that ends a C string, some did not. */
static struct slice without_nul(const void *at, size_t len)
{
    struct slice text = slice_make(at, len);
    if (len && text.at[len - 1] == 0)
        text.len--;
    return text;
}

#ifdef HAVE_LIBDB
static void be_silent(const DB_ENV *environment, const char *prefix, const char *message)
{
    (void)environment;
    (void)prefix;
    (void)message;
}

/* libdb believes what stands in a page: in a broken file it loops or divides by zero, unless the file
 * was verified before. The verifying handle is of no further use. */
static int verify_db(const char *path)
{
    DB *db = NULL;
    int error = db_create(&db, NULL, 0);
    if (error)
        return error;
    db->set_errcall(db, be_silent);
    return db->verify(db, path, NULL, NULL, 0);
}

static bool each_in_db(struct lookup_table *table, struct slice path, table_entry_fn add,
                       const char **reason)
{
    DB *db = NULL;
    DBC *cursor = NULL;
    DBT key = { 0 }, value = { 0 };
    int error = verify_db(path.at);
    if (error == 0)
        error = db_create(&db, NULL, 0);
    if (error == 0) {
        db->set_errcall(db, be_silent);
        error = db->open(db, NULL, path.at, NULL, DB_UNKNOWN, DB_RDONLY, 0);
    }
    if (error == 0)
        error = db->cursor(db, NULL, &cursor, 0);
    while (error == 0) {
        error = cursor->get(cursor, &key, &value, DB_NEXT);
        if (error == 0)
            add(table, without_nul(key.data, key.size), without_nul(value.data, value.size));
    }
    if (cursor)
        cursor->close(cursor);
    if (db)
        db->close(db, 0);
    *reason = "not a Berkeley DB file that libdb 5.3 reads";
    return error == DB_NOTFOUND;
}
#endif

#ifdef HAVE_LIBCDB
static bool each_in_cdb(struct lookup_table *table, struct slice path, table_entry_fn add,
                        const char **reason)
{
    struct cdb cdb;
    unsigned position;
    int got = -1, fd = open(path.at, O_RDONLY | O_CLOEXEC);
    *reason = "not a cdb file";
    if (fd < 0 || cdb_init(&cdb, fd) != 0) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    cdb_seqinit(&position, &cdb);
    while ((got = cdb_seqnext(&position, &cdb)) > 0) {
        const void *key = cdb_getkey(&cdb), *value = cdb_getdata(&cdb);
        if (!key || !value)
            break;
        add(table, without_nul(key, cdb_keylen(&cdb)), without_nul(value, cdb_datalen(&cdb)));
    }
    cdb_free(&cdb);
    close(fd);
    return got == 0;
}
#endif

#ifdef HAVE_LMDB
static bool each_in_lmdb(struct lookup_table *table, struct slice path, table_entry_fn add,
                         const char **reason)
{
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_dbi dbi;
    MDB_val key, value;
    int error = mdb_env_create(&env);
    *reason = "not an lmdb file";
    /* Without MDB_NOLOCK a reader would leave a lock file beside a production table. */
    if (error == 0)
        error = mdb_env_open(env, path.at, MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK, 0);
    if (error == 0)
        error = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (error == 0)
        error = mdb_dbi_open(txn, NULL, 0, &dbi);
    if (error == 0)
        error = mdb_cursor_open(txn, dbi, &cursor);
    while (error == 0) {
        error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
        if (error == 0)
            add(table, without_nul(key.mv_data, key.mv_size),
                without_nul(value.mv_data, value.mv_size));
    }
    if (cursor)
        mdb_cursor_close(cursor);
    if (txn)
        mdb_txn_abort(txn);
    if (env)
        mdb_env_close(env);
    return error == MDB_NOTFOUND;
}
#endif

bool table_file_each(struct lookup_table *table, struct slice path, table_entry_fn add,
                     const char **reason)
{
    *reason = "this program was built without a reader for it";
#ifdef HAVE_LIBDB
    if (slice_is(table->type, "hash") || slice_is(table->type, "btree"))
        return each_in_db(table, path, add, reason);
#endif
#ifdef HAVE_LIBCDB
    if (slice_is(table->type, "cdb"))
        return each_in_cdb(table, path, add, reason);
#endif
#ifdef HAVE_LMDB
    if (slice_is(table->type, "lmdb"))
        return each_in_lmdb(table, path, add, reason);
#endif
    (void)path;
    (void)add;
    return false;
}

#ifndef BASE_TRI_H
#define BASE_TRI_H
/*
 * No / yes / unknown. "Don't know" is a value, not an error: evidence that a log lacks travels as
 * TRI_UNKNOWN until somebody can show that the answer does not depend on it.
 */
enum tri { TRI_NO = 0, TRI_YES = 1, TRI_UNKNOWN = 2 };

/* Kleene's "and" as a nine-entry table: one "no" settles it. */
static inline enum tri tri_and(enum tri a, enum tri b)
{
    static const unsigned char table[3][3] = {
        { TRI_NO, TRI_NO, TRI_NO },
        { TRI_NO, TRI_YES, TRI_UNKNOWN },
        { TRI_NO, TRI_UNKNOWN, TRI_UNKNOWN },
    };
    return (enum tri)table[a][b];
}

/* Kleene's "or": one "yes" settles it. */
static inline enum tri tri_or(enum tri a, enum tri b)
{
    static const unsigned char table[3][3] = {
        { TRI_NO, TRI_YES, TRI_UNKNOWN },
        { TRI_YES, TRI_YES, TRI_YES },
        { TRI_UNKNOWN, TRI_YES, TRI_UNKNOWN },
    };
    return (enum tri)table[a][b];
}

/* Kleene's "not": what is unknown stays so. */
static inline enum tri tri_not(enum tri a)
{
    return a == TRI_UNKNOWN ? TRI_UNKNOWN : a == TRI_YES ? TRI_NO : TRI_YES;
}

#endif

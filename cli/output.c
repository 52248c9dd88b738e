#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"

enum { PATH_LIMIT = 4096, BLOCK = 256 * 1024 };

static bool cannot_write(const struct output *output, int error, struct fault *fault)
{
    return fault_set(fault, FAULT_INPUT, output->path ? output->path : "standard output", 0,
                     "cannot be written: %s", strerrordesc_np(error));
}

/* A name beside path that nobody else uses; NULL when path is too long. */
static char *temporary_name(const char *path)
{
    struct buffer name;
    buffer_init(&name, PATH_LIMIT);
    buffer_format(&name, "%s.%ld.tmp", path, (long)getpid());
    char *text = name.overflow ? NULL : strdup(buffer_text(&name));
    buffer_release(&name);
    return text;
}

bool output_open(struct output *output, const char *path, struct fault *fault)
{
    *output = (struct output){ .stream = stdout };
    if (!path || strcmp(path, "-") == 0)
        return true;
    output->path = path;
    struct stat status;
    bool exists = stat(path, &status) == 0;
    const char *name = path;
    if (!exists || S_ISREG(status.st_mode)) {
        output->temporary = temporary_name(path);
        if (!output->temporary)
            return cannot_write(output, ENAMETOOLONG, fault);
        name = output->temporary;
    }
    int flags = O_WRONLY | O_CLOEXEC | (output->temporary ? O_CREAT | O_EXCL : O_NOCTTY);
    int descriptor = open(name, flags, exists ? status.st_mode & 0777 : 0666);
    output->stream = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!output->stream) {
        cannot_write(output, errno, fault);
        free(output->temporary);
        return false;
    }
    setvbuf(output->stream, NULL, _IOFBF, BLOCK);
    return true;
}

bool output_commit(struct output *output, struct fault *fault)
{
    bool good = fflush(output->stream) == 0 && !ferror(output->stream);
    int error = good ? 0 : errno;
    if (output->path && fclose(output->stream) != 0 && good) {
        good = false;
        error = errno;
    }
    if (good && output->temporary && rename(output->temporary, output->path) != 0) {
        good = false;
        error = errno;
    }
    if (!good) {
        cannot_write(output, error ? error : EIO, fault);
        if (output->temporary)
            unlink(output->temporary);
    }
    free(output->temporary);
    *output = (struct output){ .stream = NULL };
    return good;
}

void output_discard(struct output *output)
{
    if (output->path && output->stream)
        fclose(output->stream);
    if (output->temporary)
        unlink(output->temporary);
    free(output->temporary);
    *output = (struct output){ .stream = NULL };
}

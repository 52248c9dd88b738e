"""A program in a tmux window: keys in, screens out.

Never sleeps for a result: a step waits until the screen shows what it must, for a bounded time.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("MAILWHATIF", os.path.join(ROOT, "build", "mailwhatif"))
PATIENCE = 20.0  # seconds that a screen may take to appear


class Failure(Exception):
    pass


class Screen:
    """A program in a tmux window of its own."""

    def __init__(self, command, size="100x30", environment=None, locale="C.UTF-8"):
        self.folder = tempfile.mkdtemp(prefix="mwi-screen-")
        settings = os.path.join(self.folder, "tmux.conf")
        with open(settings, "w", encoding="ascii") as out:
            out.write("set -g status off\nset -g default-terminal screen-256color\n"
                      "set -g escape-time 0\n")
        self.columns, self.rows = map(int, size.split("x"))
        words = ["env", "-u", "NO_COLOR", "LC_ALL=" + locale]
        words += [k + "=" + v for k, v in (environment or {}).items()] + command
        line = " ".join("'" + w.replace("'", "'\\''") + "'" for w in words)
        self.tmux("-f", settings, "new-session", "-d", "-x", str(self.columns),
                  "-y", str(self.rows), line + '; echo "exit status $?"; exec sleep 120')

    def tmux(self, *words):
        environment = dict(os.environ, TMUX_TMPDIR=self.folder, LC_ALL="C.UTF-8")
        environment.pop("TMUX", None)
        ran = subprocess.run(["tmux", "-u", "-L", "mwi-test", *words], env=environment,
                             capture_output=True, timeout=30, check=False)
        if ran.returncode:
            raise Failure("tmux %s: %s" % (words, ran.stderr.decode("utf-8", "replace")))
        return ran.stdout

    def close(self):
        try:
            self.tmux("kill-server")
        except (Failure, subprocess.SubprocessError, OSError):
            pass
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def text(self, attributes=False):
        words = ["capture-pane", "-p"] + (["-e"] if attributes else [])
        return self.tmux(*words).decode("utf-8", "strict")

    def keys(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def resize(self, size):
        self.columns, self.rows = map(int, size.split("x"))
        self.tmux("resize-window", "-x", str(self.columns), "-y", str(self.rows))

    def wait(self, what, check):
        """Waits for something that no screen shows."""
        end = time.monotonic() + PATIENCE
        while not check():
            if time.monotonic() > end:
                raise Failure("never came: " + what)
            time.sleep(0.03)

    def until(self, what, check):
        end = time.monotonic() + PATIENCE
        while True:
            text = self.text()
            found = check(text)
            if found:
                return found
            if time.monotonic() > end:
                raise Failure("never saw %s; the screen is\n%s" % (what, text))
            time.sleep(0.03)

    def see(self, pattern):
        """Waits for a line that matches; returns the match."""
        return self.until(repr(pattern), lambda text: re.search(pattern, text, re.MULTILINE))

    def lose(self, pattern):
        """Waits until nothing matches any more."""
        self.until("no " + repr(pattern),
                   lambda text: not re.search(pattern, text, re.MULTILINE))

    def never(self, pattern):
        text = self.text()
        if re.search(pattern, text, re.MULTILINE):
            raise Failure("saw %r; the screen is\n%s" % (pattern, text))


def equal(got, want, what):
    if got != want:
        raise Failure("%s: got %r, want %r" % (what, got, want))


def figures(screen):
    """The two figures of the overview and the numbers of the coverage line."""
    ham = screen.see(r"^ Ham lost +([\d,]+)/([\d,]+) +(\S+%) \[(\S+)\.\.(\S+)\]")
    spam = screen.see(r"^ Spam stopped +([\d,]+)/([\d,]+) +(\S+%) \[(\S+)\.\.(\S+)\]")
    cover = screen.see(r"^ Coverage +(\S+)%: newly (\S+) rejected, (\S+) deferred, (\S+) accepted; "
                       r"(\S+) unknown")
    return ham.groups(), spam.groups(), cover.groups()


def run(names, program):
    """Runs the functions test_*, or those named on the command line; gives the exit status."""
    if not shutil.which("tmux"):
        print("tmux is not installed")
        return 77
    if not os.access(program, os.X_OK):
        print("%s was not built (make check builds it)" % program)
        return 1
    failed = 0
    wanted = sys.argv[1:]
    for name, test in list(names.items()):
        if not name.startswith("test_") or (wanted and name[5:] not in wanted):
            continue
        try:
            test()
            print("ok", name[5:])
        except (Failure, subprocess.SubprocessError, UnicodeError) as trouble:
            failed += 1
            print("FAILED %s: %s" % (name[5:], trouble))
    return 1 if failed else 0

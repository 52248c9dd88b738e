"""What a test script expects: expect() prints what differs, finish() ends the script with 1 when anything did."""
import sys

differing = []

def expect(what, got, want):
    if got != want:
        differing.append(what)
        print("%s: %s, not %s" % (what, got, want))

def finish():
    sys.exit(1 if differing else 0)

"""Every document beside its schema and its own sums (check_schema)."""
import json, sys, jsonschema
def strict(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)
def no_constant(word):
    raise ValueError(word + " is not JSON")
validators = {}
def validator_of(path):
    if path not in validators:
        schema = json.load(open(path))
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[path] = jsonschema.Draft202012Validator(schema)
    return validators[path]
def check(validator, path):
    text = open(path, encoding="utf-8", newline="\n").read()
    count = 0
    for line in filter(None, text.split("\n") if path.endswith(".jsonl") else [text]):
        count += 1
        document = json.loads(line, object_pairs_hook=strict, parse_constant=no_constant)
        for error in validator.iter_errors(document):
            return f"{path}:{count}: {list(error.absolute_path)}: {error.message[:300]}"
    return None if count else f"{path}: nothing to check"
bad = [check(validator_of(schema), path) for schema, path in map(str.split, open(sys.argv[1]))]
print(*filter(None, bad), sep="\n", end="\n" if any(bad) else "")
sys.exit(any(bad))

"""Validates a document against a JSON Schema, both on standard input; prints what is wrong, a line each."""

import json
import sys

from jsonschema import Draft202012Validator, FormatChecker

given = json.load(sys.stdin)
schema = given["schema"]
Draft202012Validator.check_schema(schema)
assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", schema["$schema"]
checker = FormatChecker()
assert "date-time" in checker.checkers, "rfc3339-validator is missing"
for error in Draft202012Validator(schema, format_checker=checker).iter_errors(given["document"]):
    print(error.json_path, error.message[:300])

"""YAML and JSON that people write, held against a schema: every mistake with file, line, column and a way out."""

from simulator.documents.document import Document, parse
from simulator.documents.formats import REFERENCE, fits, story_moment
from simulator.documents.schemas import Schema, payload_schema, schema, schema_names
from simulator.documents.showing import quoted
from simulator.documents.suggesting import did_you_mean, suggestion
from simulator.documents.urls import parse_url

__all__ = [
    "REFERENCE",
    "Document",
    "Schema",
    "did_you_mean",
    "fits",
    "parse",
    "parse_url",
    "payload_schema",
    "quoted",
    "schema",
    "schema_names",
    "story_moment",
    "suggestion",
]

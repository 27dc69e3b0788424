"""The version: read by the build, sent in User-Agent, written into journals and reports."""

__version__ = "0.1.0"

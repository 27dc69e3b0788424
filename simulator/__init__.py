"""partnersim: the export partner on your desk."""

__version__ = "0.1.0"

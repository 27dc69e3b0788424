"""CleverTap's console: webhooks, export status alerts, and exports that run by themselves."""

from simulator.console.clevertap.console import Clevertap

__all__ = ["Clevertap"]

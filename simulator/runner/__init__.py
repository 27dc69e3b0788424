"""Plays timelines: waits, sends, retries, reads probes, writes journals."""

"""Plays timelines: waits, sends, retries, reads probes, writes journals. The only place that waits."""

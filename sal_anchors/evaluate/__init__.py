"""Streaming evaluation: misses, false accepts an hour, and milliseconds."""

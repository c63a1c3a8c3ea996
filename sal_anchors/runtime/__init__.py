"""Running a trained detector on a stream of audio."""

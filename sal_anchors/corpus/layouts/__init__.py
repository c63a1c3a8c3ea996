"""Layouts of corpora on disk, one a module: what marks it, and the utterances in it."""

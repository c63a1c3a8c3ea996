"""The three tasks, each with what it needs to be run on the development sets."""

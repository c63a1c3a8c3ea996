"""Drawing an utterance in cells of a terminal: pure functions from data to a grid of cells."""

"""The multi-modal trigger: an audio keyword together with a motion of the wrist."""

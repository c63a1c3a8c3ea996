"""The closed list of what a check can find; ``docs/check.md`` tells it to people."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem is, the least first."""

    NOTE = "note"
    """Worth knowing."""

    WARNING = "warning"
    """Trains and runs, but maybe not as was meant."""

    ERROR = "error"
    """The manifest is not what it says it is."""

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Severity).index(self)


class Code(StrEnum):
    """What is wrong. Each code has one severity and, as a rule, one fix."""

    severity: Severity
    meaning: str
    fix: str

    def __new__(cls, name: str, severity: Severity, meaning: str, fix: str) -> Code:
        """A code of that name."""
        code = str.__new__(cls, name)
        code._value_ = name
        code.severity, code.meaning, code.fix = severity, meaning, fix
        return code

    PART_DAMAGED = (
        "part_damaged",
        Severity.ERROR,
        "a part is missing, damaged, or has another number of rows than the header says",
        "put back the part that was written with manifest.json, or align again",
    )
    HEADER_DIFFERS = (
        "header_differs",
        Severity.ERROR,
        "`manifest.json` says otherwise of its rows than they do: counts, seconds, classes",
        "write it anew with: sal-anchors render",
    )
    REPORT_DIFFERS = (
        "report_differs",
        Severity.WARNING,
        "`report.json` is missing, or counts otherwise than the rows",
        "write it anew with: sal-anchors render",
    )
    STRAY_PART = (
        "stray_part",
        Severity.WARNING,
        "a part that `manifest.json` does not name: who reads `part-*.parquet` reads it too",
        "delete it, unless another process is writing this manifest",
    )
    INDEX_UNUSABLE = (
        "index_unusable",
        Severity.WARNING,
        "the index is missing, damaged, or of other parts: access to single rows is slow, or fails",
        "delete it if it is there; sal-anchors render writes it anew",
    )
    DUPLICATE_ID = (
        "duplicate_id",
        Severity.ERROR,
        "two rows have one id",
        "remove or rename one in the corpus, then align again",
    )
    IMPOSSIBLE_ROW = (
        "impossible_row",
        Severity.ERROR,
        "a row contradicts itself: status and reason, targets of a failed row, values that are "
        "missing or no numbers, a split that is none",
        "align this utterance again",
    )
    FRAMES_DIFFER = (
        "frames_differ",
        Severity.ERROR,
        "a row has not as many frames, labels or weights as the grid gives its audio",
        "render the targets anew with: sal-anchors render",
    )
    INTERVALS_WRONG = (
        "intervals_wrong",
        Severity.ERROR,
        "words, phones or events that end before they begin, are out of order or outside the audio",
        "align this utterance again",
    )
    EVENT_OUTSIDE = (
        "event_outside",
        Severity.ERROR,
        "an event, and so its anchor, is before the audio's beginning or behind its end",
        "correct the annotation, or align this utterance again",
    )
    ANCHOR_WITHOUT_FRAME = (
        "anchor_without_frame",
        Severity.WARNING,
        "an anchor lies behind the last frame: the grid drops the audio's tail, so it has no label",
        "leave some audio behind the event, or take a grid that covers the tail (causal)",
    )
    ANCHORS_DIFFER = (
        "anchors_differ",
        Severity.ERROR,
        "anchors are not those of the stored events by the stored recipe",
        "render the targets anew with: sal-anchors render",
    )
    LABELS_DIFFER = (
        "labels_differ",
        Severity.ERROR,
        "labels are not those of the stored events by the stored recipe",
        "render the targets anew with: sal-anchors render",
    )
    WEIGHTS_DIFFER = (
        "weights_differ",
        Severity.ERROR,
        "weights are not those of the stored events by the stored recipe",
        "render the targets anew with: sal-anchors render",
    )
    OVERLAPPING_KEYWORDS = (
        "overlapping_keywords",
        Severity.WARNING,
        "two keywords share a stretch of speech, or one is there twice: their labels meet",
        "let only the longest count (longest = true in the recipe), or remove one",
    )
    UNSURE_KEYWORD = (
        "unsure_keyword",
        Severity.WARNING,
        "a keyword's anchor has a confidence below 0.5",
        "listen to it; confidence.drop_below in the recipe leaves such anchors out",
    )
    AUDIO_MISSING = (
        "audio_missing",
        Severity.ERROR,
        "the audio file of a row is not there, or cannot be read",
        "put the file back, or name the audio's folder with --audio-root",
    )
    AUDIO_OUTSIDE = (
        "audio_outside",
        Severity.ERROR,
        "the audio path of a row leaves the folder that the manifest's audio may lie in",
        "see `Where audio may lie` in docs/manifest.md",
    )
    AUDIO_CHANGED = (
        "audio_changed",
        Severity.ERROR,
        "the audio file is another than the one that was aligned: its content has another hash",
        "put the old file back, or align the corpus again",
    )
    DURATION_DIFFERS = (
        "duration_differs",
        Severity.ERROR,
        "the audio file has another sample rate than the row says, or ends before the row does",
        "put the right file back, or align the corpus again",
    )
    STREAM_MISSING = (
        "stream_missing",
        Severity.ERROR,
        "a stream of a row is not there, leaves the audio root, or holds something else than the "
        "row says",
        "put the file back, or align the corpus again",
    )
    STREAM_CHANGED = (
        "stream_changed",
        Severity.ERROR,
        "the readings of a stream are not those that the row was made with",
        "put the old file back, or align the corpus again",
    )
    NO_HASH = (
        "no_hash",
        Severity.NOTE,
        "a usable row has no content hash: a change of its audio would not be seen",
        "none is needed; sal-anchors align writes hashes",
    )
    SHARED_SPEAKER = (
        "shared_speaker",
        Severity.WARNING,
        "a speaker is in two splits: what is measured is too good",
        "give each speaker one split in the corpus, then align again",
    )
    SHARED_RECORDING = (
        "shared_recording",
        Severity.ERROR,
        "an identical recording is in two splits: it is tested on what was trained on",
        "remove one of the two files, or give both one split",
    )
    SHARED_FILE = (
        "shared_file",
        Severity.WARNING,
        "stretches of one file are in two splits",
        "give all of a file one split in the corpus, then align again",
    )
    EMPTY_SPLIT = (
        "empty_split",
        Severity.WARNING,
        "a split has no usable utterance",
        "add recordings, or assign splits in the corpus",
    )
    NO_EXAMPLES = (
        "no_examples",
        Severity.WARNING,
        "a class of the recipe has no anchor in a split",
        "add recordings of it, or take it out of the recipe",
    )
    CLASS_IMBALANCE = (
        "class_imbalance",
        Severity.WARNING,
        "a class has less than a tenth of the anchors of the commonest class in the train split",
        "add recordings of it, or raise its kernel.peak in the recipe",
    )
    RARE_CLASS = (
        "rare_class",
        Severity.NOTE,
        "a class labels fewer than one frame in a thousand of the train split",
        "none is needed for wake words; a longer hold_ms labels more frames",
    )
    FAILED = (
        "failed",
        Severity.NOTE,
        "an utterance has no targets",
        "its message says what to do; failures.jsonl lists all",
    )
    SUSPECT = (
        "suspect",
        Severity.WARNING,
        "the alignment of an utterance is suspect; its targets are used all the same",
        "listen to it: sal-anchors inspect --id",
    )
    LOW_SCORE = (
        "low_score",
        Severity.NOTE,
        "a word is probably not what is said there",
        "check the transcript",
    )
    FAST_SPEECH = (
        "fast_speech",
        Severity.NOTE,
        "an utterance is spoken faster than people speak",
        "check that transcript and recording belong together",
    )
    SLOW_SPEECH = (
        "slow_speech",
        Severity.NOTE,
        "an utterance is spoken slower than people speak",
        "check that transcript and recording belong together",
    )
    SHORT_WORD = (
        "short_word",
        Severity.NOTE,
        "a word is too short for its phones",
        "listen to it",
    )
    LONG_WORD = (
        "long_word",
        Severity.NOTE,
        "a word is too long for its phones",
        "listen to it; something may be said that the transcript does not have",
    )
    WORD_OVER_SILENCE = (
        "word_over_silence",
        Severity.NOTE,
        "a word lies where it is as quiet as in the pauses",
        "listen to it; check the transcript",
    )
    UNCOVERED_SPEECH = (
        "uncovered_speech",
        Severity.NOTE,
        "something as loud as the words stands where silence is said to be",
        "listen to it; add what is said to the transcript",
    )
    EDGE_IN_SILENCE = (
        "edge_in_silence",
        Severity.NOTE,
        "words begin or end far from any speech that a voice detector hears",
        "listen to it",
    )
    SPEECH_WITHOUT_WORD = (
        "speech_without_word",
        Severity.NOTE,
        "a voice detector hears speech where silence is said to be",
        "listen to it; add what is said to the transcript",
    )
    ENGINES_DISAGREE = (
        "engines_disagree",
        Severity.NOTE,
        "two engines place a word differently",
        "listen to it",
    )

"""Rows as they are shown: read when they are asked for, the last ones kept."""

from __future__ import annotations

from collections import OrderedDict

from sal_anchors.errors import SalAnchorsError
from sal_anchors.manifest import Manifest, Row
from sal_anchors.review import ReviewedRow, Session
from sal_anchors.review.findings import Findings

_KEPT = 512
_HEADER = "manifest.json"


class RowSource:
    """The rows of a manifest under review.

    Args:
        session: the review.
        findings: of a check, to filter by and to show.
    """

    def __init__(self, session: Session, findings: Findings | None = None):
        self.session = session
        self.findings = findings or Findings()
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._stamp = self._header_stamp()

    @property
    def manifest(self) -> Manifest:
        """The manifest, as it was opened."""
        return self.session.manifest

    def raw(self, number: int) -> Row:
        """A row as the manifest has it.

        Raises:
            SalAnchorsError: it cannot be read, as where the manifest was written anew.
        """
        row = self._rows.get(number)
        if row is None:
            row = self._rows[number] = self._read(number)
            while len(self._rows) > _KEPT:
                self._rows.popitem(last=False)
        else:
            self._rows.move_to_end(number)
        return row

    def reviewed(self, number: int) -> ReviewedRow:
        """A row as reviewed so far.

        Raises:
            SalAnchorsError: see :meth:`raw`.
        """
        return self.session.review(self.raw(number))

    @property
    def rewritten(self) -> bool:
        """Whether the manifest on the disk is another than the one that was opened."""
        return self._header_stamp() != self._stamp

    def _read(self, number: int) -> Row:
        try:
            return self.manifest.at(number)
        except (IndexError, OSError) as error:
            raise SalAnchorsError(str(error), where=self.manifest.path) from None

    def _header_stamp(self) -> tuple[int, int, int] | None:
        try:
            found = (self.manifest.path / _HEADER).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

"""Checking a manifest: what is wrong in it or doubtful, each with a place and a fix."""

from sal_anchors.check.code import Code, Severity
from sal_anchors.check.manifest import check_manifest
from sal_anchors.check.problem import Problem
from sal_anchors.check.report import Report

__all__ = ["Code", "Problem", "Report", "Severity", "check_manifest"]

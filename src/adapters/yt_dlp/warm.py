"""yt-dlp for a keeper: what it loads before the first download, and how one is run.

keep.py stands before. A start costs several times what most downloads do.
"""

import functools
import importlib
import os
import sys

import yt_dlp
from yt_dlp.networking import common
from yt_dlp.postprocessor.ffmpeg import FFmpegPostProcessor
from yt_dlp.utils import system_identifier, unified_timestamp


def load(extractors):
    for name in extractors:
        try:
            importlib.import_module(f"yt_dlp.extractor.{name}")
        except ImportError:
            pass  # another version keeps it elsewhere; the child loads what it needs
    importlib.import_module("yt_dlp.extractor.extractors")
    # All keep what they find out: the versions of ffmpeg, a pattern for each way to write a date, what system this is.
    FFmpegPostProcessor().available
    unified_timestamp("no date at all")
    system_identifier()
    # The roots are read once; read for each download they cost a fifth of it. Asked for as a child does.
    common.make_ssl_context = functools.cache(common.make_ssl_context)
    common.make_ssl_context(verify=True, legacy_support=False, use_certifi="SSL_CERT_FILE" not in os.environ)


def download(args):
    sys.argv = ["yt-dlp", *args]
    yt_dlp.main(args)


keep(load, download)  # noqa: F821 (keep.py stands before)

"""yt-dlp for a keeper: what it loads before the first download, and how one is run.

keep.py stands before. A start costs several times what most downloads do.
"""

import functools
import importlib
import os
import sys
import sysconfig

import yt_dlp
from yt_dlp.extractor import gen_extractor_classes
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
    # Those of YouTube take a while to find out which links are theirs.
    for ie in gen_extractor_classes():
        if getattr(ie, "_module", ie.__module__).split(".")[2] in extractors:
            ie.suitable("no link at all")
    # All keep what they find out: the versions of ffmpeg, what system this is, and patterns.
    FFmpegPostProcessor().available
    system_identifier()
    sysconfig.get_config_vars()
    unified_timestamp("no date at all")
    # Set up as usual it would look for plug-ins.
    bare = object.__new__(yt_dlp.YoutubeDL)
    bare.params = {}
    bare.build_format_selector("best[protocol~='^http'][filesize<?1]")
    # The roots are read once; read for each download they cost a fifth of it. Asked for as a child does.
    common.make_ssl_context = functools.cache(common.make_ssl_context)
    common.make_ssl_context(verify=True, legacy_support=False, use_certifi="SSL_CERT_FILE" not in os.environ)


def download(args):
    sys.argv = ["yt-dlp", *args]
    yt_dlp.main(args)


keep(load, download)  # noqa: F821 (keep.py stands before)

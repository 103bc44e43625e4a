"""gallery-dl for a keeper: what it loads before the first post.

keep.py, threads.py and post.py stand before. A start costs ten times what a post does. What is changed here is the same
for all posts; what is changed for one post is changed in its child (post.py).
"""

import importlib
import os

import requests
from gallery_dl.extractor import common

# Where a child is told to look for them as well, or the usual ones.
ROOTS = os.environ.get("REQUESTS_CA_BUNDLE") or requests.certs.where()


class Adapter(common.RequestsAdapter):
    """Its context has read the roots once; read for each connection they cost more than all else of a post."""

    def __init__(self, ssl_context=None, source_address=None):
        context = ssl_context or requests.packages.urllib3.connection.create_urllib3_context()
        context.load_verify_locations(ROOTS)
        super().__init__(context, source_address)

    def cert_verify(self, conn, url, verify, cert):
        super().cert_verify(conn, url, verify, cert)
        if conn.ca_certs == ROOTS:
            conn.ca_certs = None


def load(categories):
    """Loads what one post or another needs, so that no child does. For the keeper (keep.py), whom no post comes to."""
    common.RequestsAdapter = Adapter
    classes = [ThreadsPost]  # noqa: F821 (threads.py stands before)
    for name in categories:
        try:
            classes += extractor.add_module(importlib.import_module(f"gallery_dl.extractor.{name}"))  # noqa: F821
        except ImportError:
            pass  # ours, or another version keeps it elsewhere; the child loads what it needs
    for cls in classes:
        # Makes the adapter its children find ready. Without a log, which is of another kind once gallery-dl begins.
        bare = object.__new__(cls)
        bare.config = lambda key, default=None: default
        bare._init_session()
    for name in ("gallery_dl.downloader.http", "sqlite3", "_strptime"):
        importlib.import_module(name)


keep(load, fetch)  # noqa: F821 (keep.py and post.py stand before)

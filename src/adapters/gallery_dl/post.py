"""Runs gallery-dl on one post behind walls its options do not have.

fetch takes the extractors as category:subcategory, joined by commas, then "whole" or "no-lone-video", then gallery-dl's
own arguments; it changes gallery-dl for this one post, so that it is called once in a process. No other extractor is
there, for the link or for what a page leads on to; only http and https are downloaded; files are called part-001 and
on, in the order of the post; of a post of one video nothing is downloaded where a lone video is left to others. What
the platform says about the post goes into printed.json, as yt-dlp's does, and how many parts it has into parts.txt once
all were tried.
"""

import json
import logging
import re
import sys

import gallery_dl
from gallery_dl import downloader, extractor, job

# Longer than any platform's captions.
LETTERS = 8000

# What videos' names end with.
VIDEOS = ("mp4", "m4v", "mov", "webm", "mkv", "m3u8", "mpd")


def emit_once(self, record, emit=logging.StreamHandler.emit, said=set()):
    # Only the end of all that is said is kept; addresses are long, and a stranger's words.
    record.msg, record.args = re.sub(r"https?://\S*|part-\d+", "//", record.getMessage()), None
    if record.msg not in said:
        said.add(record.msg)
        emit(self, record)


def first(*values):
    for value in values:
        if isinstance(value, dict):
            names = ("nick", "nickname", "full_name", "name", "uniqueId", "username")
            value = first(*(value.get(name) for name in names))
        if isinstance(value, str) and value.strip():
            return value[:LETTERS]
    return None


class Post(job.DownloadJob):
    allowed = ()
    leaves_lone_video = False
    told = False
    parts = 0
    first = None

    def handle_directory(self, kwdict):
        if not Post.told:
            Post.told = True
            get = kwdict.get
            said = {
                "filepath": "",
                "title": first(get("title"), get("grid_title")),
                "description": first(get("desc"), get("description"), get("content"), get("selftext")),
                "uploader": first(*map(get, ("fullname", "user", "username", "author", "pinner"))),
                "upload_date": str(get("date"))[:10].replace("-", ""),
                "webpage_url": first(get("post_url")),
            }
            with open("printed.json", "w", encoding="utf-8") as file:
                json.dump(said, file)
        super().handle_directory(kwdict)

    def handle_url(self, url, kwdict):
        Post.parts += 1
        if not url.startswith(("https://", "http://")):
            return  # left to yt-dlp: "ytdl:", "text:" and whatever else a page may make up
        is_video = kwdict.get("extension") in VIDEOS
        # What a site calls its file is of no interest.
        kwdict = {**kwdict, "part": f"{Post.parts:03}", "extension": ""}
        if Post.leaves_lone_video and is_video and Post.parts == 1:
            Post.first = url, kwdict
            return
        if Post.first:
            super().handle_url(*Post.first)
            Post.first = None
        super().handle_url(url, kwdict)

    def handle_queue(self, url, kwdict):
        # A short link leads on to its post; nothing else is followed.
        if not self.parents and not Post.told and kwdict.get("_extractor") in Post.allowed:
            super().handle_queue(url, kwdict)


def fetch(args):
    wanted, leaves, *own = args
    wanted = wanted.split(",")
    extractor.add(ThreadsPost)  # noqa: F821 (threads.py stands before)
    extractor.modules[:] = sorted({name.partition(":")[0] for name in wanted} - {"threads"})
    known = {f"{cls.category}:{cls.subcategory}": cls for cls in extractor._list_classes()}
    Post.allowed = [known[name] for name in wanted]
    Post.leaves_lone_video = leaves == "no-lone-video"
    extractor._list_classes = lambda: Post.allowed
    downloader.modules[:] = ["http"]
    logging.StreamHandler.emit = emit_once
    job.DownloadJob = Post
    sys.argv = ["gallery-dl", *own]
    status = gallery_dl.main()
    if Post.told:
        with open("parts.txt", "w", encoding="utf-8") as file:
            file.write(str(Post.parts))
    return status

"""An extractor of ours for single posts of Threads, which neither gallery-dl nor yt-dlp has one for.

A post's page carries it as JSON in its scripts, in the shape Instagram's posts have. post.py puts its walls around this
one as around all others; loaded before it.
"""

from gallery_dl import text, util
from gallery_dl.extractor.common import Extractor, Message


def post_in(page, code):
    """The post with this code: deep inside a script, in a list of what is shown one below the other."""
    for script in text.extract_iter(page, "data-sjs>", "</script>"):
        if "thread_items" not in script:
            continue
        unseen = [util.json_loads(script)]
        while unseen:
            value = unseen.pop()
            if isinstance(value, dict):
                for item in value.get("thread_items") or ():
                    if item["post"]["code"] == code:
                        return item["post"]
                unseen.extend(value.values())
            elif isinstance(value, list):
                unseen.extend(value)
    return None


class ThreadsPost(Extractor):
    category = "threads"
    subcategory = "post"
    root = "https://www.threads.com"
    pattern = r"https?://(?:www\.)?threads\.(?:com|net)/(?:@[\w.]+/post|t)/([\w-]+)/?(?:[?#].*)?$"
    browser = "chrome"

    def items(self):
        code = self.groups[0]
        # Only who comes as a browser's reader is given the post with the page.
        headers = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"}
        response = self.request(self.url, headers=headers)
        if "/login" in response.url:
            raise self.exc.AuthorizationError("HTTP redirect to login page")
        post = post_in(response.text, code)
        if post is None:
            raise self.exc.AbortExtraction("the page carries no post")
        user = post.get("user") or {}
        said = {
            "description": (post.get("caption") or {}).get("text"),
            "fullname": user.get("full_name") or user.get("username"),
            "date": self.parse_timestamp(post.get("taken_at")),
            "post_url": f"{self.root}/@{user.get('username')}/post/{code}",
        }
        yield Message.Directory, "", said
        for part in post.get("carousel_media") or (post,):
            pictures = (part.get("image_versions2") or {}).get("candidates")
            # Both lists begin with the largest.
            for largest in (part.get("video_versions") or pictures or ())[:1]:
                yield Message.Url, largest["url"], said.copy()



#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use super::*;

/// Every key with links to its video.
const SAME: &[(&str, &[&str])] = &[
    (
        "youtube:dQw4w9WgXcQ",
        &[
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "http://youtube.com/watch?v=dQw4w9WgXcQ",
            "https://m.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://music.youtube.com/watch?v=dQw4w9WgXcQ&list=RDAMVM",
            "https://gaming.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://de.youtube.com/watch?v=dQw4w9WgXcQ",
            "HTTPS://WWW.YOUTUBE.COM/watch?v=dQw4w9WgXcQ",
            "https://www.youtube.com./watch?v=dQw4w9WgXcQ",
            "www.youtube.com/watch?v=dQw4w9WgXcQ",
            "youtube.com/watch?v=dQw4w9WgXcQ",
            "//www.youtube.com/watch?v=dQw4w9WgXcQ",
            "www.youtube.com:443/watch?v=dQw4w9WgXcQ",
            "https://www.youtube.com:443/watch?v=dQw4w9WgXcQ",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=43s",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1h2m3s&ab_channel=Rick",
            "https://www.youtube.com/watch?t=43&v=dQw4w9WgXcQ",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ#t=43",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL1&index=7",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&pp=ygUEc29uZw%3D%3D",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&feature=youtu.be",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&utm_source=x&utm_medium=y&utm_campaign=z",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&si=AbCdEf&fbclid=IwAR",
            "https://www.youtube.com/watch/?v=dQw4w9WgXcQ",
            "https://www.youtube.com/watch/dQw4w9WgXcQ",
            "https://www.youtube.com/?v=dQw4w9WgXcQ",
            "https://www.youtube.com/watch_popup?v=dQw4w9WgXcQ",
            "https://www.youtube.com/v/dQw4w9WgXcQ?version=3",
            "https://www.youtube.com/e/dQw4w9WgXcQ",
            "https://www.youtube.com/vi/dQw4w9WgXcQ/0.jpg",
            "https://www.youtube.com/embed/dQw4w9WgXcQ",
            "https://www.youtube.com/embed/dQw4w9WgXcQ?start=30&autoplay=1",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?rel=0",
            "https://youtube.googleapis.com/v/dQw4w9WgXcQ",
            "https://www.youtube.com/shorts/dQw4w9WgXcQ",
            "https://youtube.com/shorts/dQw4w9WgXcQ?feature=share",
            "https://m.youtube.com/shorts/dQw4w9WgXcQ/",
            "https://www.youtube.com/live/dQw4w9WgXcQ?si=x",
            "https://youtu.be/dQw4w9WgXcQ",
            "http://youtu.be/dQw4w9WgXcQ/",
            "youtu.be/dQw4w9WgXcQ",
            "https://youtu.be/dQw4w9WgXcQ&t=30",
            "https://www.youtube.com/shorts/dQw4w9WgXcQ&feature=share",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ?si=AbCdEf",
            "youtu.be:443/dQw4w9WgXcQ",
            "https://www.youtu.be/dQw4w9WgXcQ",
            "https://youtu.be/dQw4w9WgXcQ?si=AbCdEfGh&t=42",
            "https://youtu.be/dQw4w9WgXcQ?list=PL1",
            "<https://youtu.be/dQw4w9WgXcQ>",
            "(https://youtu.be/dQw4w9WgXcQ)",
            "\"https://youtu.be/dQw4w9WgXcQ\"",
            "„https://youtu.be/dQw4w9WgXcQ“",
            "https://youtu.be/dQw4w9WgXcQ.",
            "https://youtu.be/dQw4w9WgXcQ!",
            "https://youtu.be/dQw4w9WgXcQ?",
            "[a song](https://youtu.be/dQw4w9WgXcQ)",
            "Look at this: https://youtu.be/dQw4w9WgXcQ, it is great",
            "  https://youtu.be/dQw4w9WgXcQ\n",
            "\u{feff}https://youtu.be/dQw4w9WgXcQ\u{200b}",
            "https://www.youtube.com/redirect?event=video_description&q=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ",
            "https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3DdQw4w9WgXcQ%26feature%3Dshare",
            "https://www.youtube.com/oembed?url=https%3A//youtu.be/dQw4w9WgXcQ&format=json",
            "https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DdQw4w9WgXcQ&gl=DE",
            "https://www.google.com/url?sa=t&url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DdQw4w9WgXcQ&usg=x",
            "https://www.google.de/url?q=https://www.youtube.com/watch?v%3DdQw4w9WgXcQ&sa=D",
            "https://google.co.uk/url?q=https://youtu.be/dQw4w9WgXcQ",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ%3Ffbclid%3Dx&h=AT0",
            "https://lm.facebook.com/l.php?u=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ",
            "https://l.instagram.com/?u=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ&e=AT",
            "https://l.threads.net/?u=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ&e=AT",
            "https://out.reddit.com/t3_abc?url=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ&token=x",
            "https://duckduckgo.com/l/?uddg=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ&rut=x",
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ&data=x",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fyoutu.be%252FdQw4w9WgXcQ",
        ],
    ),
    (
        "youtube-clip:Ugkx_abc-1",
        &["https://www.youtube.com/clip/Ugkx_abc-1", "https://youtube.com/clip/Ugkx_abc-1?si=x"],
    ),
    (
        "tiktok:7234567890123456789",
        &[
            "https://www.tiktok.com/@cook/video/7234567890123456789",
            "https://tiktok.com/@cook/video/7234567890123456789",
            "https://www.tiktok.com/%40cook/video/7234567890123456789",
            "http://www.tiktok.com/@cook/video/7234567890123456789/",
            "https://m.tiktok.com/@cook/video/7234567890123456789",
            "www.tiktok.com/@cook/video/7234567890123456789",
            "HTTPS://WWW.TikTok.COM/@cook/video/7234567890123456789",
            "https://www.tiktok.com/@cook.anna_1/video/7234567890123456789",
            "https://www.tiktok.com/@/video/7234567890123456789",
            "https://www.tiktok.com/@cook/video/7234567890123456789?is_from_webapp=1&sender_device=pc",
            "https://www.tiktok.com/@cook/video/7234567890123456789?is_copy_url=1&is_from_webapp=v1",
            "https://www.tiktok.com/@cook/video/7234567890123456789?_r=1&_t=8abcdEFG",
            "https://www.tiktok.com/@cook/video/7234567890123456789?_t=ZN-8x&_r=1&lang=de-DE",
            "https://www.tiktok.com/@cook/video/7234567890123456789?share_id=1&share_link_id=2&share_app_id=3",
            "https://www.tiktok.com/@cook/video/7234567890123456789?q=soup&t=1700000000000",
            "https://www.tiktok.com/@cook/video/7234567890123456789?utm_campaign=client_share&utm_source=copy",
            "https://www.tiktok.com/@cook/video/7234567890123456789#comments",
            "https://www.tiktok.com/@cook/photo/7234567890123456789",
            "https://www.tiktok.com/@cook/photo/7234567890123456789?lang=en",
            "https://www.tiktok.com/de-DE/@cook/video/7234567890123456789",
            "https://www.tiktok.com/en/@cook/video/7234567890123456789",
            "https://www.tiktok.com/embed/7234567890123456789",
            "https://www.tiktok.com/embed/v2/7234567890123456789?lang=en",
            "https://www.tiktok.com/player/v1/7234567890123456789?autoplay=1",
            "https://www.tiktok.com/video/7234567890123456789",
            "https://m.tiktok.com/v/7234567890123456789.html?u_code=x&preview_pb=0",
            "https://www.tiktok.com/share/video/7234567890123456789",
            "https://www.tiktokv.com/share/video/7234567890123456789/",
            "https://www.tiktokv.com/share/item/7234567890123456789",
            "https://www.tiktokv.us/share/video/7234567890123456789",
            "https://www.tiktok.com/login?redirect_url=https%3A%2F%2Fwww.tiktok.com%2F%40cook%2Fvideo%2F7234567890123456789&lang=en",
            "https://www.tiktok.com/link/v2?aid=1988&target=https%3A%2F%2Fwww.tiktok.com%2F%40cook%2Fvideo%2F7234567890123456789",
            "https://www.tiktok.com/@cook/video/7234567890123456789,",
            "Watch it! https://www.tiktok.com/@cook/video/7234567890123456789 #soup",
        ],
    ),
    (
        "instagram:CxYzAbCdEfG",
        &[
            "https://www.instagram.com/reel/CxYzAbCdEfG/",
            "https://www.instagram.com/reel/CxYzAbCdEfG",
            "http://instagram.com/reel/CxYzAbCdEfG/",
            "https://m.instagram.com/reel/CxYzAbCdEfG/",
            "instagram.com/p/CxYzAbCdEfG",
            "https://WWW.INSTAGRAM.COM/p/CxYzAbCdEfG/",
            "https://www.instagram.com/p/CxYzAbCdEfG/?igsh=MWQ1ZGUxMzBkMA==",
            "https://www.instagram.com/p/CxYzAbCdEfG/?igshid=x",
            "https://www.instagram.com/p/CxYzAbCdEfG/?utm_source=ig_web_copy_link&igsh=x",
            "https://www.instagram.com/p/CxYzAbCdEfG/?img_index=3",
            "https://www.instagram.com/p/CxYzAbCdEfG/?hl=de",
            "https://www.instagram.com/p/CxYzAbCdEfG/embed/captioned/",
            "https://www.instagram.com/p/CxYzAbCdEfG/media/?size=l",
            "https://www.instagram.com/tv/CxYzAbCdEfG/",
            "https://www.instagram.com/reels/CxYzAbCdEfG/",
            "https://www.instagram.com/cook.anna/reel/CxYzAbCdEfG/",
            "https://www.instagram.com/cook.anna/p/CxYzAbCdEfG/",
            "https://www.instagram.com/cook.anna/tv/CxYzAbCdEfG/",
            "https://instagr.am/p/CxYzAbCdEfG/",
            "https://www.instagram.com/accounts/login/?next=/reel/CxYzAbCdEfG/",
            "https://www.instagram.com/accounts/login/?next=https%3A%2F%2Fwww.instagram.com%2Freel%2FCxYzAbCdEfG%2F%3F__coig_login%3D1",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.instagram.com%2Freel%2FCxYzAbCdEfG%2F",
            "https://www.instagram.com/p/CxYzAbCdEfG/#advertiser",
            "«https://www.instagram.com/p/CxYzAbCdEfG/»",
        ],
    ),
    (
        "instagram-story:cook/3123456789",
        &[
            "https://www.instagram.com/stories/cook/3123456789/",
            "https://www.instagram.com/stories/Cook/3123456789",
            "instagram.com/stories/cook/3123456789?igsh=x",
        ],
    ),
    (
        "x:1720000000000000001",
        &[
            "https://x.com/cook/status/1720000000000000001",
            "https://twitter.com/cook/status/1720000000000000001",
            "https://www.twitter.com/cook/status/1720000000000000001",
            "https://mobile.twitter.com/cook/status/1720000000000000001",
            "https://m.twitter.com/cook/status/1720000000000000001/",
            "https://mobile.x.com/cook/status/1720000000000000001",
            "http://x.com/cook/status/1720000000000000001",
            "x.com/cook/status/1720000000000000001",
            "https://X.com/cook/status/1720000000000000001",
            "https://x.com/cook/status/1720000000000000001?s=20",
            "https://x.com/cook/status/1720000000000000001?s=46&t=AbCdEfG",
            "https://x.com/cook/status/1720000000000000001?ref_src=twsrc%5Etfw",
            "https://x.com/cook/statuses/1720000000000000001",
            "https://x.com/i/status/1720000000000000001",
            "https://x.com/i/web/status/1720000000000000001",
            "https://twitter.com/statuses/1720000000000000001",
            "https://twitter.com/i/videos/1720000000000000001",
            "https://twitter.com/i/videos/tweet/1720000000000000001",
            "https://twitter.com/i/cards/tfw/v1/1720000000000000001?cardname=player",
            "https://platform.twitter.com/embed/Tweet.html?dnt=false&id=1720000000000000001",
            "https://x.com/cook/status/1720000000000000001/photo/1",
            "https://x.com/cook/status/1720000000000000001/photo/2",
            "https://x.com/cook/status/1720000000000000001/video/1",
            "https://x.com/other_name/status/1720000000000000001",
            "https://x.com/cook/status/1720000000000000001#m",
        ],
    ),
    (
        "x:1720000000000000001:2",
        &[
            "https://x.com/cook/status/1720000000000000001/video/2",
            "https://twitter.com/i/status/1720000000000000001/video/2?s=20",
        ],
    ),
    (
        "x-broadcast:1yNGaQLWpejGj",
        &["https://twitter.com/i/broadcasts/1yNGaQLWpejGj", "https://x.com/i/broadcasts/1yNGaQLWpejGj?s=20"],
    ),
    (
        "facebook:1234567890123456",
        &[
            "https://www.facebook.com/watch/?v=1234567890123456",
            "https://www.facebook.com/watch?v=1234567890123456",
            "https://m.facebook.com/watch/?v=1234567890123456&_rdr",
            "https://web.facebook.com/watch/?v=1234567890123456",
            "https://fr-fr.facebook.com/watch/?v=1234567890123456",
            "https://de-de.facebook.com/cook/videos/1234567890123456/",
            "https://mbasic.facebook.com/cook/videos/1234567890123456/",
            "https://touch.facebook.com/cook/videos/1234567890123456/",
            "https://fb.com/watch/?v=1234567890123456",
            "https://www.facebook.com/watch/live/?v=1234567890123456&ref=watch_permalink",
            "https://www.facebook.com/watch/?ref=saved&v=1234567890123456",
            "https://www.facebook.com/watch/?v=1234567890123456&mibextid=x&rdid=y&share_url=z",
            "https://www.facebook.com/cook/videos/1234567890123456",
            "https://www.facebook.com/cook/videos/one-pot-pasta/1234567890123456/",
            "https://www.facebook.com/cook/videos/vb.100/1234567890123456/?type=2&theater",
            "https://www.facebook.com/reel/1234567890123456",
            "https://www.facebook.com/reel/1234567890123456/?s=single_unit&__cft__[0]=x&__tn__=H-R",
            "https://m.facebook.com/reel/1234567890123456/?fbclid=x",
            "facebook.com/reel/1234567890123456?mibextid=x",
            "https://www.facebook.com/video.php?v=1234567890123456",
            "https://www.facebook.com/photo.php?v=1234567890123456",
            "https://www.facebook.com/video/video.php?v=1234567890123456",
            "https://www.facebook.com/video/embed?video_id=1234567890123456",
            "https://www.facebook.com/plugins/video.php?height=314&href=https%3A%2F%2Fwww.facebook.com%2Fcook%2Fvideos%2F1234567890123456%2F&show_text=false",
            "https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Freel%2F1234567890123456%2F",
            "https://www.facebook.com/login.php?next=https%3A%2F%2Fwww.facebook.com%2Fwatch%2F%3Fv%3D1234567890123456",
            "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fwww.facebook.com%2Freel%2F1234567890123456",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.facebook.com%2Freel%2F1234567890123456",
        ],
    ),
    (
        "facebook-post:cook/pfbid02AbC",
        &[
            "https://www.facebook.com/cook/posts/pfbid02AbC",
            "https://m.facebook.com/Cook/posts/pfbid02AbC/?rdid=x",
        ],
    ),
    (
        "facebook-post:100/77",
        &[
            "https://www.facebook.com/story.php?story_fbid=77&id=100",
            "https://m.facebook.com/story.php?id=100&story_fbid=77&mibextid=x",
            "https://www.facebook.com/permalink.php?story_fbid=77&id=100",
            "https://www.facebook.com/100/posts/77",
        ],
    ),
    (
        "facebook-group-post:100/77",
        &[
            "https://www.facebook.com/groups/100/posts/77/",
            "https://www.facebook.com/groups/100/permalink/77/?share_id=x",
        ],
    ),
    (
        "threads:C_aBcDeFgH1",
        &[
            "https://www.threads.net/@cook/post/C_aBcDeFgH1",
            "https://www.threads.com/@cook/post/C_aBcDeFgH1",
            "https://threads.net/@cook/post/C_aBcDeFgH1/?igshid=x",
            "https://www.threads.net/@cook/post/C_aBcDeFgH1?xmt=AQG&slof=1",
            "https://www.threads.net/t/C_aBcDeFgH1/",
            "threads.com/@cook/post/C_aBcDeFgH1/media",
        ],
    ),
    (
        "reddit:6rrwyj",
        &[
            "https://www.reddit.com/r/videos/comments/6rrwyj/that_small_heart_attack/",
            "https://reddit.com/r/videos/comments/6rrwyj/",
            "https://www.reddit.com/r/videos/comments/6rrwyj",
            "https://old.reddit.com/r/videos/comments/6rrwyj/that_small_heart_attack/",
            "https://new.reddit.com/r/videos/comments/6rrwyj/",
            "https://np.reddit.com/r/videos/comments/6rrwyj/",
            "https://de.reddit.com/r/videos/comments/6rrwyj/",
            "https://m.reddit.com/r/videos/comments/6rrwyj/",
            "https://i.reddit.com/r/videos/comments/6rrwyj/",
            "https://amp.reddit.com/r/videos/comments/6rrwyj/",
            "https://www.reddit.com/comments/6rrwyj",
            "https://www.reddit.com/user/cook/comments/6rrwyj/title/",
            "https://www.reddit.com/u/cook/comments/6rrwyj/title/",
            "https://www.reddit.com/r/videos/comments/6rrwyj/that_small_heart_attack/?utm_source=share&utm_medium=web3x&utm_name=web3xcss",
            "https://www.reddit.com/r/videos/comments/6rrwyj/comment/dl7abcd/?context=3",
            "https://www.reddit.com/r/videos/comments/6rrwyj/_/?share_id=x&rdt=1",
            "https://www.reddit.com/r/videos/comments/6RRWYJ/",
            "https://redd.it/6rrwyj",
            "redd.it/6rrwyj/",
            "https://www.reddit.com/gallery/6rrwyj",
            "https://www.reddit.com/login/?dest=https%3A%2F%2Fwww.reddit.com%2Fr%2Fvideos%2Fcomments%2F6rrwyj%2F",
        ],
    ),
    (
        "vimeo:76979871",
        &[
            "https://vimeo.com/76979871",
            "http://www.vimeo.com/76979871/",
            "vimeo.com/76979871",
            "https://vimeo.com/76979871?share=copy#t=10",
            "https://player.vimeo.com/video/76979871",
            "https://player.vimeo.com/video/76979871?autoplay=1&title=0",
            "https://vimeo.com/channels/staffpicks/76979871",
            "https://vimeo.com/groups/motion/videos/76979871",
            "https://vimeo.com/album/2632481/video/76979871",
            "https://vimeo.com/showcase/2632481/video/76979871",
            "https://vimeo.com/76979871/comments",
            "https://vimeo.com/channels/staffpicks/76979871/likes?share=copy",
            "https://vimeo.com/76979871/settings/8272103f6e",
            "https://vimeo.com/76979871/facade?h=",
        ],
    ),
    (
        "vimeo:76979871:8272103f6e",
        &[
            "https://vimeo.com/76979871/8272103f6e",
            "https://player.vimeo.com/video/76979871?h=8272103f6e",
            "https://vimeo.com/76979871?h=8272103f6e&share=copy",
            "https://vimeo.com/76979871/comments?h=8272103f6e",
            "https://vimeo.com/76979871/8272103f6e?h=",
            "https://vimeo.com/channels/staffpicks/76979871/8272103f6e",
            "https://vimeo.com/groups/motion/videos/76979871/8272103f6e",
            "https://vimeo.com/showcase/2632481/video/76979871/8272103f6e",
        ],
    ),
    (
        "pinterest:664281013778109217",
        &[
            "https://www.pinterest.com/pin/664281013778109217/",
            "https://pinterest.com/pin/664281013778109217",
            "https://de.pinterest.com/pin/664281013778109217/",
            "https://br.pinterest.com/pin/664281013778109217/",
            "https://www.pinterest.co.uk/pin/664281013778109217/",
            "https://www.pinterest.com.au/pin/664281013778109217/",
            "https://pinterest.com.mx/pin/664281013778109217/",
            "https://www.pinterest.fr/pin/664281013778109217/",
            "https://www.pinterest.jp/pin/664281013778109217/",
            "https://in.pinterest.com/pin/664281013778109217/sent/?invite_code=x&sender=1&sfo=1",
            "https://www.pinterest.com/pin/origami-for-beginners--664281013778109217/",
            "https://www.pinterest.ch/pin/664281013778109217/?nic_v3=x",
        ],
    ),
    (
        "dailymotion:x5kesuj",
        &[
            "https://www.dailymotion.com/video/x5kesuj",
            "http://dailymotion.com/video/x5kesuj/",
            "https://www.dailymotion.com/video/x5kesuj_office-christmas-party_news",
            "https://www.dailymotion.com/embed/video/x5kesuj?autoplay=1",
            "https://touch.dailymotion.com/video/x5kesuj",
            "https://geo.dailymotion.com/player.html?video=x5kesuj",
            "https://geo.dailymotion.com/player/x1a2b.html?video=x5kesuj",
            "https://www.dailymotion.com/de/video/x5kesuj",
            "https://www.dailymotion.com/swf/video/x5kesuj",
            "https://www.dailymotion.com/video/x5kesuj?start=10&playlist=x6",
            "https://dai.ly/x5kesuj",
            "dai.ly/x5kesuj/",
        ],
    ),
    (
        "short:vm.tiktok.com/ZMabcdefg",
        &[
            "https://vm.tiktok.com/ZMabcdefg/",
            "vm.tiktok.com/ZMabcdefg",
            "https://vm.tiktok.com/ZMabcdefg/?k=1&_r=1",
        ],
    ),
    ("short:vt.tiktok.com/ZSabc", &["https://vt.tiktok.com/ZSabc/", "Look https://vt.tiktok.com/ZSabc/ now"]),
    (
        "short:www.tiktok.com/t/ZTabc",
        &["https://www.tiktok.com/t/ZTabc/", "https://www.tiktok.com/t/ZTabc/?_t=x"],
    ),
    ("short:fb.watch/aBcDeF-1_x", &["https://fb.watch/aBcDeF-1_x/", "fb.watch/aBcDeF-1_x/?mibextid=x"]),
    (
        "short:www.facebook.com/share/v/1AbC",
        &["https://www.facebook.com/share/v/1AbC/", "https://www.facebook.com/share/v/1AbC/?mibextid=x"],
    ),
    ("short:www.facebook.com/share/r/1AbC", &["https://www.facebook.com/share/r/1AbC/"]),
    ("short:www.facebook.com/share/1AbC", &["https://www.facebook.com/share/1AbC/"]),
    ("short:www.instagram.com/share/reel/BAx", &["https://www.instagram.com/share/reel/BAx"]),
    (
        "short:www.reddit.com/r/videos/s/AbCdEf",
        &[
            "https://www.reddit.com/r/videos/s/AbCdEf",
            "https://www.reddit.com/r/videos/s/AbCdEf/?utm_source=share",
        ],
    ),
    ("short:www.reddit.com/u/cook/s/AbCdEf", &["https://www.reddit.com/u/cook/s/AbCdEf"]),
    (
        "short:v.redd.it/zv89llsvexdz",
        &["https://v.redd.it/zv89llsvexdz", "https://v.redd.it/zv89llsvexdz/DASH_720.mp4?source=fallback"],
    ),
    ("short:www.reddit.com/video/zv89llsvexdz", &["https://www.reddit.com/video/zv89llsvexdz/?share_id=x"]),
    ("short:pin.it/4AbCdEf", &["https://pin.it/4AbCdEf", "pin.it/4AbCdEf/"]),
    ("short:t.co/AbCdEf", &["https://t.co/AbCdEf", "t.co/AbCdEf?amp=1"]),
    (
        "web:example.org/v?id=7",
        &[
            "https://example.org/v/?id=7&fbclid=q",
            "https://www.example.org/v?id=7&utm_source=x#y",
            "https://www.google.com/url?q=https://example.org/v?id%3D7",
        ],
    ),
    ("web:127.0.0.1:8080/clips/a.mp4", &["http://127.0.0.1:8080/clips/a.mp4"]),
];

#[test]
fn links_to_the_same_video_share_one_key_and_different_videos_have_different_ones() {
    let mut links = 0;
    let mut whose: BTreeMap<String, &str> = BTreeMap::new();
    for (key, same) in SAME {
        for link in *same {
            let target = understand(link).unwrap_or_else(|none| panic!("{link}: {none}"));
            assert_eq!(target.key.0, *key, "{link}");
            let other = whose.insert(target.key.0, key);
            assert!(other.is_none_or(|other| other == *key), "{link}");
            links += 1;
        }
    }
    assert_eq!(whose.len(), SAME.len(), "each key stands in the table once");
    assert!(links >= 250, "{links} links");
}

#[test]
fn what_is_cleaned_once_stays_as_it_is() {
    for link in SAME.iter().flat_map(|(_, same)| same.iter()) {
        let target = understand(link).unwrap();
        let again = understand(target.url.as_str()).unwrap();
        assert_eq!(again.url, target.url, "{link}");
        assert_eq!(again.key, target.key, "{link}");
    }
}

#[test]
fn neighbours_that_look_alike_have_different_keys() {
    let pairs = [
        // Ids are as they are written.
        ("https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcq"),
        ("https://www.instagram.com/p/CxYzAbCdEfG/", "https://www.instagram.com/p/cxyzabcdefg/"),
        ("https://www.threads.net/t/CAb/", "https://www.threads.net/t/Cab/"),
        ("https://fb.watch/aBc/", "https://fb.watch/abc/"),
        ("https://vm.tiktok.com/ZMa/", "https://vm.tiktok.com/ZMA/"),
        ("https://vm.tiktok.com/ZMa/", "https://vt.tiktok.com/ZMa/"),
        ("https://www.reddit.com/r/a/s/AbC", "https://www.reddit.com/r/a/s/abc"),
        // The same number on two sites.
        ("https://vimeo.com/76979871", "https://www.tiktok.com/@a/video/76979871"),
        ("https://www.facebook.com/reel/76979871", "https://vimeo.com/76979871"),
        ("https://www.threads.net/@a/post/CxYzAbCdEfG", "https://www.instagram.com/p/CxYzAbCdEfG"),
        // An unlisted video is opened by a word; who has it not is shown nothing.
        ("https://vimeo.com/76979871", "https://vimeo.com/76979871/8272103f6e"),
        ("https://vimeo.com/76979871/8272103f6e", "https://vimeo.com/76979871/aaaaaaaaaa"),
        ("https://vimeo.com/76979871", "https://vimeo.com/channels/a/76979871/8272103f6e"),
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?h=a-word"),
        // Several videos in one post.
        ("https://x.com/a/status/99/video/1", "https://x.com/a/status/99/video/2"),
        ("https://x.com/a/status/99", "https://x.com/a/status/990"),
        // A part of a video, a file of a post, a post of another owner.
        ("https://www.youtube.com/clip/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
        ("https://v.redd.it/6rrwyj", "https://redd.it/6rrwyj"),
        ("https://www.facebook.com/a/posts/77", "https://www.facebook.com/b/posts/77"),
        ("https://www.facebook.com/a/posts/77", "https://www.facebook.com/a/videos/77"),
        ("https://www.instagram.com/stories/a/3123456789/", "https://www.instagram.com/p/3123456789/"),
        // Pages elsewhere.
        ("https://example.org/v?id=7", "https://example.org/v?id=8"),
        ("https://example.org/v?ref=7", "https://example.org/v?ref=8"),
        ("https://example.org/v", "https://m.example.org/v"),
        ("https://example.org/v", "http://example.org/v"),
        ("https://example.org/v", "https://example.org:8443/v"),
        ("https://example.org/V", "https://example.org/v"),
        ("https://www.youtube.com:8443/watch?v=dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
        ("http://www.tiktok.com:22/@a/video/1", "https://www.tiktok.com/@a/video/1"),
        ("https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
        ("https://notyoutube.com/watch?v=dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
        ("https://evil.example/l.php?u=https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
        ("https://google.evil.example/url?q=https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
    ];
    for (one, other) in pairs {
        assert_ne!(understand(one).unwrap().key, understand(other).unwrap().key, "{one} {other}");
    }
}

#[test]
fn a_profile_a_channel_a_search_or_a_sound_is_no_video() {
    for link in [
        "https://www.youtube.com/",
        "https://www.youtube.com/@cook",
        "https://www.youtube.com/@cook/shorts",
        "https://www.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw",
        "https://www.youtube.com/c/cook/videos",
        "https://www.youtube.com/playlist?list=PL1",
        "https://www.youtube.com/results?search_query=soup",
        "https://www.youtube.com/embed/videoseries?list=PL1",
        "https://www.youtube.com/embed/live_stream?channel=UC1",
        "https://www.youtube.com/watch?v=short",
        "https://www.youtube.com/watch",
        "https://youtu.be/",
        "https://www.tiktok.com/@cook",
        "https://www.tiktok.com/@cook/live",
        "https://www.tiktok.com/tag/soup",
        "https://www.tiktok.com/music/original-sound-7234567890123456789",
        "https://www.tiktok.com/discover/video",
        "https://www.tiktok.com/@cook/playlist/soup-7234567890123456789",
        "https://www.tiktok.com/@cook/video/abc",
        "https://www.instagram.com/cook.anna/",
        "https://www.instagram.com/cook.anna/reels/",
        "https://www.instagram.com/reels/audio/123456789/",
        "https://www.instagram.com/explore/tags/soup/",
        "https://www.instagram.com/stories/cook/",
        "https://www.instagram.com/stories/highlights/18090946048123978/",
        "https://x.com/cook",
        "https://x.com/cook/status/",
        "https://x.com/cook/status/abc",
        "https://x.com/search?q=soup",
        "https://x.com/i/lists/99",
        "https://www.facebook.com/cook",
        "https://www.facebook.com/cook/videos/",
        "https://www.facebook.com/watch/",
        "https://www.facebook.com/groups/100/",
        "https://www.facebook.com/share/",
        "https://fb.watch/",
        "https://www.threads.net/@cook",
        "https://www.reddit.com/r/videos/",
        "https://www.reddit.com/user/cook/",
        "https://redd.it/",
        "https://redd.it/r/videos",
        "https://vimeo.com/nkistudio",
        "https://vimeo.com/channels/staffpicks",
        "https://vimeo.com/album/2632481",
        "https://vimeo.com/ondemand/soup/76979871",
        "https://www.pinterest.com/cook/origami/",
        "https://www.pinterest.com/cook/",
        "https://www.dailymotion.com/user/nqtv",
        "https://www.dailymotion.com/playlist/xv4bw",
        "https://pin.it/",
    ] {
        let target = understand(link).unwrap();
        assert!(target.key.0.starts_with(WEB), "{link}: {}", target.key);
    }
}

#[test]
fn all_links_to_one_video_are_fetched_from_one_address() {
    for (key, same) in SAME.iter().filter(|(key, _)| MediaKey((*key).to_owned()).is_a_videos()) {
        let addresses: std::collections::BTreeSet<String> =
            same.iter().map(|link| understand(link).unwrap().url.as_str().to_owned()).collect();
        // A post of TikTok is found below any name; `photo` and `gallery` only say which program is asked first.
        let at_most = match key.split(':').next() {
            Some("tiktok") => 4,
            Some("reddit") => 2,
            _ => 1,
        };
        assert!(addresses.len() <= at_most, "{key}: {addresses:?}");
    }
}

/// What yt-dlp's patterns would find in each of these is another video, or none.
#[test]
fn what_a_link_of_two_videos_is_called_is_what_is_fetched() {
    let watch = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";
    for (link, key, address) in [
        (
            "https://www.facebook.com/watch/?xv=111&v=222",
            "facebook:222",
            "https://www.facebook.com/watch/?v=222",
        ),
        (
            "https://www.facebook.com/watch/?q=v=111&v=222",
            "facebook:222",
            "https://www.facebook.com/watch/?v=222",
        ),
        (
            "https://www.facebook.com/photo.php?fav=111&v=222",
            "facebook:222",
            "https://www.facebook.com/watch/?v=222",
        ),
        (
            "https://www.facebook.com/a/videos/x/111/222",
            "facebook:222",
            "https://www.facebook.com/watch/?v=222",
        ),
        (
            "https://www.facebook.com/a/videos/111/222/333",
            "facebook:333",
            "https://www.facebook.com/watch/?v=333",
        ),
        (
            "https://www.facebook.com/a/posts/111/222",
            "facebook-post:a/222",
            "https://www.facebook.com/a/posts/222",
        ),
        (
            "https://www.facebook.com/story.php?xv=111&id=5&story_fbid=222",
            "facebook-post:5/222",
            "https://www.facebook.com/5/posts/222",
        ),
        (
            "https://www.youtube-nocookie.com/watch?a=b;v=EVILEVILEVI&v=dQw4w9WgXcQ",
            "youtube:dQw4w9WgXcQ",
            watch,
        ),
        (
            "https://www.youtube-nocookie.com/watch?%76=dQw4w9WgXcQ&v=EVILEVILEVI",
            "youtube:dQw4w9WgXcQ",
            watch,
        ),
        ("https://www.youtube.com/watch?%76=dQw4w9WgXcQ&v=EVILEVILEVI", "youtube:dQw4w9WgXcQ", watch),
        ("https://vimeo.com/channels/x/222/111", "vimeo:222", "https://vimeo.com/222"),
        ("https://vimeo.com/groups/g/videos/222/111", "vimeo:222", "https://vimeo.com/222"),
        ("https://vimeo.com/222/comments", "vimeo:222", "https://vimeo.com/222"),
        (
            "https://vimeo.com/album/1/video/222/123456789",
            "vimeo:222:123456789",
            "https://player.vimeo.com/video/222?h=123456789",
        ),
        (
            "https://vimeo.com/222/comments?h=a-word",
            "vimeo:222:a-word",
            "https://player.vimeo.com/video/222?h=a-word",
        ),
        (
            "https://vimeo.com/channels/x/222/abcdefabcd",
            "vimeo:222:abcdefabcd",
            "https://vimeo.com/222/abcdefabcd",
        ),
        (
            "https://www.instagram.com/stories/evil/3123",
            "instagram-story:evil/3123",
            "https://www.instagram.com/stories/evil/3123/",
        ),
        ("https://vm.tiktok.com/ZMa/?to=evil", "short:vm.tiktok.com/ZMa", "https://vm.tiktok.com/ZMa"),
    ] {
        let target = understand(link).unwrap();
        assert_eq!((target.key.0.as_str(), target.url.as_str()), (key, address), "{link}");
    }
}

#[test]
fn a_form_the_downloader_does_not_know_is_fetched_in_one_it_knows() {
    let watch = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";
    for (link, address) in [
        ("https://redd.it/6rrwyj", "https://www.reddit.com/comments/6rrwyj/"),
        ("https://www.reddit.com/gallery/6RRWYJ?x=1", "https://www.reddit.com/gallery/6rrwyj/"),
        ("https://www.reddit.com/u/a/comments/6rrwyj/title", "https://www.reddit.com/comments/6rrwyj/"),
        ("https://m.tiktok.com/v/72345.html", "https://www.tiktok.com/@/video/72345"),
        ("https://www.tiktok.com/embed/v2/72345", "https://www.tiktok.com/@/video/72345"),
        ("https://www.tiktok.com/de-DE/@a/photo/72345", "https://www.tiktok.com/@a/photo/72345"),
        ("https://www.tiktok.com/@a/photo/72345", "https://www.tiktok.com/@a/photo/72345"),
        ("https://m.tiktok.com/@a/photo/72345", "https://www.tiktok.com/@a/photo/72345"),
        ("https://instagr.am/p/CxYz/", "https://www.instagram.com/p/CxYz/"),
        ("https://youtube.googleapis.com/v/dQw4w9WgXcQ", watch),
        ("https://www.youtube.com/embed?v=dQw4w9WgXcQ", watch),
        ("https://www.youtube.com/watch?vi=dQw4w9WgXcQ", watch),
        ("https://l.instagram.com/?u=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ", watch),
        ("https://fb.com/watch/?v=12", "https://www.facebook.com/watch/?v=12"),
        ("https://www.facebook.com/reels/12", "https://www.facebook.com/watch/?v=12"),
        ("https://x.com/a/statuses/222", "https://x.com/i/status/222"),
        ("https://x.com/embed/Tweet.html?id=222", "https://x.com/i/status/222"),
        ("https://x.com/a/status/222/video/1", "https://x.com/i/status/222"),
        ("https://x.com/a/status/222/photo/3", "https://x.com/i/status/222"),
        ("https://x.com/a/status/222/video/3", "https://x.com/i/status/222/video/3"),
        ("https://www.dailymotion.com/de/video/x5kesuj", "https://www.dailymotion.com/video/x5kesuj"),
        ("https://www.threads.net/@a/post/CxYz/media", "https://www.threads.com/t/CxYz"),
        ("https://www.threads.net/@a/post/CxYz/embed", "https://www.threads.com/t/CxYz"),
        ("https://vimeo.com/1?h=abc", "https://player.vimeo.com/video/1?h=abc"),
    ] {
        assert_eq!(understand(link).unwrap().url.as_str(), address, "{link}");
    }
}

#[test]
fn who_shared_a_link_is_forgotten() {
    for link in [
        "https://www.instagram.com/p/CxYz/?igsh=me",
        "https://www.tiktok.com/@cook/video/1?_t=me&_r=1",
        "https://youtu.be/dQw4w9WgXcQ?si=me",
        "https://www.facebook.com/reel/12/?rdid=me&__cft__[0]=me",
    ] {
        assert!(
            !understand(link).unwrap().url.as_str().contains("me&")
                && !understand(link).unwrap().url.as_str().ends_with("me"),
            "{link}"
        );
    }
}

#[test]
fn what_is_no_web_link_is_refused() {
    let long = format!("https://example.org/{}", "a".repeat(2_000));
    for pasted in [
        "",
        "soup",
        "my grandmother's soup",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https://me:pw@example.org/",
        "data:text/html,https.example",
        &long,
        "--exec=x",
    ] {
        assert!(understand(pasted).is_err(), "{pasted}");
    }
}

#[test]
fn a_wrapper_hides_nothing_that_would_be_refused() {
    for inside in ["file:///etc/passwd", "javascript:alert(1)", "https://me:pw@example.org/"] {
        let link = format!("https://www.google.com/url?q={inside}");
        assert_eq!(understand(&link).unwrap().url.host(), "www.google.com", "{inside}");
    }
    let loops = "https://www.youtube.com/redirect?q=/redirect?q=/redirect";
    assert!(understand(loops).unwrap().key.0.starts_with(WEB));
}

#[test]
fn a_log_line_shows_the_host_of_a_link_and_nothing_else() {
    let target = understand("https://example.org/v?token=secret").unwrap();
    assert_eq!(target.url.to_string(), "example.org");
}

#[test]
fn a_redirect_is_seen_from_where_it_stands() {
    let from = understand("https://vm.tiktok.com/ZMa/").unwrap().url;
    assert_eq!(from.join("/@a/video/1").unwrap().as_str(), "https://vm.tiktok.com/@a/video/1");
    assert!(from.join("file:///etc/passwd").is_none());
    assert!(from.join("https://me:pw@x.com/").is_none());
    assert!(from.join("https://www.tiktok.com/").unwrap().is_start_page());
}

#[test]
fn a_key_stays_short_enough_to_be_looked_up() {
    let link = |end: &str| format!("https://example.org/{}{end}", "\u{fc}".repeat(900));
    let key = |end: &str| understand(&link(end)).unwrap().key;
    assert!(key("").0.len() < LONGEST_KEY && key("").0.starts_with("web:example.org#"), "{}", key(""));
    assert_eq!(key("a"), key("a"));
    assert_ne!(key("a"), key("b"));
}

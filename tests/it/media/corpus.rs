//! Clips of our own making with known words on the screen, each for a known time.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A word and when it can be read from end to end, in seconds.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) from: f64,
    pub(super) to: f64,
}

/// One clip before it is made.
pub(super) struct Clip {
    pub(super) name: &'static str,
    /// Length in seconds.
    pub(super) seconds: f64,
    /// Pictures between two key frames, at twelve a second.
    pub(super) keys: &'static str,
    /// The `lavfi` source or graph under the captions.
    pub(super) background: &'static str,
    pub(super) captions: Vec<Caption>,
    /// Whether Tesseract's English reads it.
    pub(super) is_latin: bool,
    /// How much the encoder tries; beyond the least, pictures lie in the file in another order than they are shown.
    pub(super) preset: &'static str,
}

/// Text on the screen.
#[derive(Clone)]
pub(super) struct Caption {
    pub(super) text: &'static str,
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) style: Style,
}

#[derive(Clone, Copy)]
pub(super) struct Style {
    font: &'static str,
    size: u32,
    color: &'static str,
    boxed: &'static str,
    x: &'static str,
    y: &'static str,
    /// Seconds of fading in and out.
    fade: f64,
    /// Pixels a second upwards.
    scroll: f64,
}

const SANS: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
const BOLD: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf";
const HAN: &str = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc";

const WHITE: Style = Style {
    font: BOLD,
    size: 52,
    color: "white",
    boxed: "",
    x: "(w-tw)/2",
    y: "h*0.7",
    fade: 0.0,
    scroll: 0.0,
};

const FLAT: &str = "color=c=0x1d3557:s=720x1280:r=12";
const SMALL: &str = "color=c=0x1d3557:s=360x640:r=6";
const LIGHT: &str = "color=c=0xe9e9e4:s=720x1280:r=12";
const SLOW: &str = "gradients=s=720x1280:r=12:speed=0.02:seed=7:nb_colors=2:c0=0x264653:c1=0x8ab17d";
const ZOOM: &str = "mandelbrot=s=720x1280:r=12:end_scale=0.05";
const BOXES: &str = "gradients=s=720x1280:r=12:speed=0.01:seed=3:nb_colors=2:c0=0x3d405b:c1=0xb5838d,drawbox=x=360+250*sin(t*1.3):y=300+200*cos(t):w=160:h=220:c=0x884422:t=fill,\
    drawbox=x=200+180*cos(t*0.9):y=800+150*sin(t*1.7):w=90:h=130:c=0xccaa66:t=fill";
const TALKER: &str = "color=c=0x6b705c:s=720x1280:r=12,drawbox=x=220+14*sin(t*3):y=380+10*sin(t*5):w=280:h=360:c=0xddb892:t=fill,\
    drawbox=x=290+14*sin(t*3):y=620+10*sin(t*5):w=140:h=20+30*abs(sin(t*9)):c=0x7f2020:t=fill";
const GRAIN: &str = "color=c=0x404850:s=720x1280:r=12,noise=alls=24:allf=t";

/// Texts one after the other, each for so long.
fn each(texts: &[&'static str], seconds: f64, style: Style) -> Vec<Caption> {
    let caption = |(number, text): (u8, &&'static str)| {
        let from = f64::from(number) * seconds;
        Caption { text, from, to: from + seconds, style }
    };
    (0..).zip(texts).map(caption).collect()
}

/// Texts that appear one below the other and stay.
fn list(texts: &[&'static str], every: f64, to: f64, style: Style) -> Vec<Caption> {
    const ROWS: [&str; 6] = ["200", "300", "400", "500", "600", "700"];
    let caption = |((number, text), y): ((u8, &&'static str), &&'static str)| Caption {
        text,
        from: f64::from(number) * every,
        to,
        style: Style { x: "60", y, ..style },
    };
    (0..).zip(texts).zip(&ROWS).map(caption).collect()
}

fn one(text: &'static str, from: f64, to: f64, style: Style) -> Caption {
    Caption { text, from, to, style }
}

/// All clips.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn all() -> Vec<Clip> {
    const SPOKEN: [&str; 12] = [
        "So today we are",
        "going to make a",
        "very simple soup",
        "with six carrots",
        "two red onions",
        "and some butter",
        "cook it gently",
        "for half an hour",
        "then blend it all",
        "and add pepper",
        "a little salt",
        "enjoy your soup",
    ];
    const STEPS: [&str; 4] = ["Boil the water", "Add the pasta", "Stir in basil", "Serve it hot"];
    let small = Style { font: SANS, size: 24, y: "h*0.85", ..WHITE };
    let boxed = Style { boxed: ":box=1:boxcolor=black@0.6:boxborderw=12", ..WHITE };
    let whole = Style { boxed: ":box=1:boxcolor=0x101418:boxborderw=1300", y: "h*0.5", ..WHITE };
    let cards = [("Preheat to 180", 2.6), ("Rest it overnight", 8.4), ("Slice and serve", 14.3)];
    let cards: Vec<Caption> = cards.map(|(text, from)| one(text, from, from + 1.0, whole)).into();
    let minutes: Vec<&'static str> = SPOKEN.iter().copied().cycle().take(132).collect();
    let clip = |name, keys, background, captions, is_latin| Clip {
        name,
        seconds: 30.0,
        keys,
        background,
        captions,
        is_latin,
        preset: "ultrafast",
    };
    vec![
        clip("one title throughout", "24", SLOW, vec![one("Tomato Soup", 0.0, 30.0, WHITE)], true),
        clip(
            "a title over somebody who talks",
            "24",
            TALKER,
            vec![one("My morning routine", 0.0, 30.0, WHITE)],
            true,
        ),
        clip("steps on a flat ground", "24", FLAT, each(&STEPS, 7.5, WHITE), true),
        clip("steps over moving things", "24", BOXES, each(&STEPS, 7.5, WHITE), true),
        clip("steps far from key frames", "250", SLOW, each(&STEPS, 7.5, boxed), true),
        clip("captions that fade", "24", SLOW, each(&STEPS, 7.5, Style { fade: 0.8, ..WHITE }), true),
        clip(
            "a list that grows",
            "24",
            TALKER,
            list(&["2 onions", "3 carrots", "800 g tomatoes", "1 tbsp butter"], 4.0, 30.0, WHITE),
            true,
        ),
        clip(
            "subtitles every two and a half seconds",
            "24",
            TALKER,
            each(&SPOKEN, 2.5, Style { font: SANS, size: 40, ..boxed }),
            true,
        ),
        clip(
            "small print",
            "24",
            BOXES,
            each(&["recipe by the village bakery", "photos taken in october"], 15.0, small),
            true,
        ),
        clip(
            "light on light",
            "24",
            LIGHT,
            each(
                &["Quiet morning", "Warm bread", "Fresh coffee"],
                10.0,
                Style { color: "0xc4c4bc", size: 64, ..WHITE },
            ),
            true,
        ),
        clip("a place for two seconds", "24", SLOW, vec![one("Lisbon 2026", 11.0, 13.2, WHITE)], true),
        clip("over grain", "24", GRAIN, each(&STEPS, 7.5, WHITE), true),
        clip("over a zoom", "24", ZOOM, each(&STEPS, 7.5, boxed), true),
        clip(
            "credits that scroll",
            "24",
            FLAT,
            (0..6)
                .map(|row| {
                    const LINES: [(&str, &str); 6] = [
                        ("Directed by Anna", "1300"),
                        ("Camera by Boris", "1500"),
                        ("Sound by Clara", "1700"),
                        ("Music by Dario", "1900"),
                        ("Cut by Emilia", "2100"),
                        ("Thanks to Farid", "2300"),
                    ];
                    let (text, y) = LINES[row];
                    one(text, 0.0, 30.0, Style { y, scroll: 70.0, ..WHITE })
                })
                .collect(),
            true,
        ),
        clip(
            "Chinese steps",
            "24",
            BOXES,
            each(&["先把水烧开", "放入面条煮", "加一点盐", "趁热吃"], 7.5, Style { font: HAN, ..WHITE }),
            false,
        ),
        clip(
            "Arabic steps",
            "24",
            SLOW,
            each(&["اغلي الماء", "أضف المعكرونة", "قليل من الملح"], 10.0, Style { font: BOLD, ..boxed }),
            false,
        ),
        clip(
            "Japanese subtitles",
            "24",
            TALKER,
            each(
                &["今日はスープを作ります", "玉ねぎを二つ切る", "弱火で三十分煮る"],
                10.0,
                Style { font: HAN, size: 36, ..boxed },
            ),
            false,
        ),
        clip(
            "a headline",
            "24",
            BOXES,
            each(&["SOUP", "BREAD", "BEANS"], 10.0, Style { size: 190, ..WHITE }),
            true,
        ),
        clip(
            "a headline in the middle of things",
            "24",
            TALKER,
            each(&["STEP 1", "STEP 2"], 15.0, Style { size: 130, y: "h*0.1", ..WHITE }),
            true,
        ),
        clip("cards between two key frames", "24", TALKER, cards.clone(), true),
        Clip { preset: "veryfast", ..clip("the same with pictures out of order", "24", BOXES, cards, true) },
        clip("nothing to read", "24", BOXES, vec![], true),
        clip("nothing but black", "24", "color=c=black:s=720x1280:r=12", vec![], true),
        clip(
            "a number that changes",
            "24",
            FLAT,
            each(&["Step 1 of 4", "Step 2 of 4", "Step 3 of 4", "Step 4 of 4"], 7.5, WHITE),
            true,
        ),
        Clip {
            seconds: 330.0,
            ..clip("five minutes and a half of subtitles", "12", SMALL, each(&minutes, 2.5, small), true)
        },
    ]
}

impl Clip {
    /// Makes the file in the folder.
    pub(super) fn make(&self, dir: &Path) -> PathBuf {
        let file = dir.join(format!("{}.mp4", self.name.replace(' ', "-")));
        let mut filters = vec!["null".to_owned()];
        filters.extend(self.captions.iter().map(Caption::filter));
        let seconds = self.seconds.to_string();
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", self.background, "-t", &seconds]);
        ffmpeg.args(["-vf", &filters.join(","), "-pix_fmt", "yuv420p", "-preset", self.preset, "-crf", "24"]);
        ffmpeg.args(["-g", self.keys, "-sc_threshold", "0"]).arg(&file);
        assert!(ffmpeg.status().unwrap().success(), "{}", self.name);
        file
    }

    /// The words and their times.
    pub(super) fn words(&self) -> Vec<Word> {
        self.captions.iter().flat_map(Caption::words).collect()
    }
}

impl Caption {
    fn filter(&self) -> String {
        let Style { font, size, color, boxed, x, y, fade, scroll } = self.style;
        let (from, to) = (self.from, self.to);
        let alpha = if fade > 0.0 {
            format!(":alpha='clip(min((t-{from})/{fade},({to}-t)/{fade}),0,1)'")
        } else {
            String::new()
        };
        format!(
            "drawtext=fontfile={font}:text='{}':fontsize={size}:fontcolor={color}{boxed}:borderw={}:x={x}:y='{y}-{scroll}*t'{alpha}:enable='gte(t,{from})*lt(t,{to})'",
            self.text,
            if boxed.is_empty() && color == "white" { 2 } else { 0 },
        )
    }

    fn words(&self) -> Vec<Word> {
        let Style { fade, scroll, y, size, .. } = self.style;
        let (mut from, mut to) = (self.from + fade, self.to - fade);
        if scroll > 0.0 {
            let start: f64 = y.parse().unwrap();
            from = from.max((start + f64::from(size) - 1280.0) / scroll);
            to = to.min(start / scroll);
        }
        let word = |text: &str| Word { text: text.to_owned(), from, to };
        self.text.split(' ').map(word).filter(|word| word.to > word.from + 0.2).collect()
    }
}

/// The fewest moments at which all words are seen, were they known beforehand.
pub(super) fn fewest(words: &[Word]) -> usize {
    let mut spans: Vec<(f64, f64)> = words.iter().map(|word| (word.from, word.to)).collect();
    spans.sort_by(|one, two| one.1.total_cmp(&two.1));
    let (mut count, mut last) = (0, f64::NEG_INFINITY);
    for (from, to) in spans {
        if from > last {
            (count, last) = (count + 1, to - 0.01);
        }
    }
    count
}

//! The sentences speech engines write where nobody speaks.
//!
//! Takes a segment's text; tells credits, which nobody says aloud, from farewells, which people do say.
//! Collected from public reports about Whisper in each language; a list is never complete.

/// Credits are short; a long segment that names a subtitler was said by somebody.
const CREDIT_CHARS: usize = 120;

/// Names and phrases that stand in credits alone, wherever in them. Compared without marks and capitals.
const NAMED: [&str; 17] = [
    "amara org",
    "dimatorzok",
    "castingwords",
    "opensubtitles",
    "untertitel im auftrag des",
    "untertitelung des zdf",
    "untertitel von stephanie geiges",
    "редактор субтитров",
    "субтитры сделал",
    "субтитры создавал",
    "субтитры подогнал",
    "字幕志愿者",
    "明鏡與點點",
    "明镜与点点",
    "时局新闻",
    "時局新聞",
    "نانسي قنقر",
];

/// How credits begin.
const BEGIN: [&str; 17] = [
    "subtitles by",
    "subtitled by",
    "captions by",
    "closed captioning by",
    "transcribed by",
    "translated by",
    "sous titrage",
    "sous titres par",
    "sous titres réalisés",
    "subtítulos por",
    "subtítulos realizados por",
    "sottotitoli creati",
    "sottotitoli a cura",
    "legendas pela",
    "ondertiteld door",
    "altyazı",
    "napisy stworzone",
];

/// What people say at the end of a video, and engines when nothing is left to hear.
const FAREWELLS: [&str; 46] = [
    "you",
    "bye",
    "bye bye",
    "thank you",
    "thank you so much",
    "thank you very much",
    "thanks for watching",
    "thank you for watching",
    "thank you so much for watching",
    "thanks for watching and ill see you in the next video",
    "ill see you in the next video",
    "see you in the next video",
    "see you next time",
    "please subscribe",
    "please subscribe to my channel",
    "please like and subscribe",
    "dont forget to like and subscribe",
    "like and subscribe",
    "vielen dank",
    "vielen dank fürs zuschauen",
    "vielen dank für die aufmerksamkeit",
    "danke fürs zuschauen",
    "bis zum nächsten mal",
    "tschüss",
    "merci",
    "merci davoir regardé cette vidéo",
    "merci davoir regardé",
    "abonnez vous",
    "gracias",
    "gracias por ver el video",
    "muchas gracias por ver el video",
    "suscríbete al canal",
    "obrigado",
    "obrigado por assistir",
    "grazie",
    "grazie per aver guardato il video",
    "dziękuję za uwagę",
    "спасибо за просмотр",
    "продолжение следует",
    "ご視聴ありがとうございました",
    "ありがとうございました",
    "시청해 주셔서 감사합니다",
    "구독과 좋아요 부탁드립니다",
    "谢谢观看",
    "感谢观看",
    "اشتركوا في القناة",
];

/// A text without capitals, marks and double blanks.
pub(super) fn plain(text: &str) -> String {
    let kept: String = text
        .to_lowercase()
        .chars()
        .filter(|letter| !matches!(letter, '\'' | '’'))
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the text names who made subtitles.
pub(super) fn is_credit(text: &str) -> bool {
    let plain = plain(text);
    plain.chars().count() <= CREDIT_CHARS
        && (NAMED.iter().any(|name| plain.contains(name))
            || BEGIN.iter().any(|words| plain.starts_with(words)))
}

/// Whether the text is nothing but thanks or a farewell.
pub(super) fn is_farewell(text: &str) -> bool {
    FAREWELLS.contains(&plain(text).as_str())
}

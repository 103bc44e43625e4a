//! Words that an engine gives in one piece, without times: judged sentence by sentence all the same.
//!
//! Takes the text over a whole sound and, where the engine tells, how sure it is of each token; gives one segment with
//! the sentences that were said. Times are not made up.

use super::{Heard, PASSAGE, repeats_itself, said};
use crate::domain::media::{At, Segment};

/// What ends a sentence where a blank follows.
const ENDS: [char; 4] = ['.', '!', '?', '…'];

/// What ends a sentence whatever follows: scripts without blanks.
const ALWAYS_ENDS: [char; 3] = ['。', '！', '？'];

/// What may stand between the end of a sentence and the blank.
const CLOSES: [char; 5] = ['"', '\'', '”', '»', ')'];

/// What was said in a sound of so many seconds. `tokens` are the text's, with their log probabilities.
pub fn said_at_once(text: &str, tokens: &[(String, f64)], seconds: f64) -> Vec<Segment> {
    let spelled: String = tokens.iter().map(|(token, _)| token.as_str()).collect();
    let heard = if spelled.trim() == text.trim() {
        sentences(tokens.iter().map(|(token, sure)| (token.as_str(), Some(*sure))), seconds)
    } else {
        // Tokens of another text say how sure the engine is, and not where.
        let sure = mean(&tokens.iter().map(|(_, sure)| *sure).collect::<Vec<_>>());
        sentences(text.split_inclusive(|_| true).map(|letter| (letter, sure)), seconds)
    };
    let all = heard.len();
    let kept: Vec<String> = said(without_long_loops(heard)).into_iter().map(|segment| segment.text).collect();
    let text = if kept.len() == all { text.trim().to_owned() } else { kept.join(" ") };
    let segment = Segment { start: At(0.0), end: At(seconds), text };
    if kept.is_empty() { Vec::new() } else { vec![segment] }
}

/// A loop over several sentences is none in any of them, so that passages are judged as well.
fn without_long_loops(sentences: Vec<Heard>) -> Vec<Heard> {
    let mut kept = Vec::with_capacity(sentences.len());
    let mut passage: Vec<Heard> = Vec::new();
    let mut left = sentences.len();
    for sentence in sentences {
        passage.push(sentence);
        left -= 1;
        let letters: usize = passage.iter().map(|sentence| sentence.text.chars().count()).sum();
        if left == 0 || letters >= PASSAGE {
            let said = passage.iter().map(|sentence| sentence.text.as_str()).collect::<Vec<_>>().join(" ");
            let passage = std::mem::take(&mut passage);
            kept.extend(if repeats_itself(&said) { Vec::new() } else { passage });
        }
    }
    kept
}

fn sentences<'a>(pieces: impl Iterator<Item = (&'a str, Option<f64>)>, seconds: f64) -> Vec<Heard> {
    let mut sentences = vec![(String::new(), Vec::new())];
    for (piece, sure) in pieces {
        if sentences.last().is_some_and(|(text, _)| is_over(text, piece)) {
            sentences.push(Default::default());
        }
        if let Some((text, tokens)) = sentences.last_mut() {
            text.push_str(piece);
            tokens.extend(sure);
        }
    }
    let words = sentences.into_iter().filter(|(text, _)| !text.trim().is_empty());
    let heard = |(text, tokens): (String, Vec<f64>)| Heard {
        end: seconds,
        text: text.trim().to_owned(),
        logprob: mean(&tokens),
        ..Heard::default()
    };
    words.map(heard).collect()
}

/// Whether a sentence is over before what comes next; the point of `3.5` ends none.
fn is_over(text: &str, next: &str) -> bool {
    let words = text.trim_end();
    let blank = words.len() < text.len() || next.starts_with(char::is_whitespace);
    let words = words.trim_end_matches(CLOSES);
    words.ends_with(ALWAYS_ENDS) || blank && words.ends_with(ENDS)
}

fn mean(sure: &[f64]) -> Option<f64> {
    let count = u32::try_from(sure.len()).ok().filter(|count| *count > 0)?;
    Some(sure.iter().sum::<f64>() / f64::from(count)).filter(|mean| mean.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, tokens: &[(&str, f64)]) -> Option<String> {
        let tokens: Vec<(String, f64)> =
            tokens.iter().map(|(token, sure)| ((*token).to_owned(), *sure)).collect();
        said_at_once(text, &tokens, 9.0).pop().map(|segment| segment.text)
    }

    #[test]
    fn one_text_is_judged_by_its_sentences_and_the_doubts_about_each() {
        let water = [("Take", -0.1), (" 3", -0.1), (".", -0.1), ("5", -0.1), (" l.", -0.1)];
        let guess = [(" So", -2.0), (" be", -1.5), (" it.", -1.0)];
        let both = [water.as_slice(), &guess].concat();
        let table = [
            ("sure of all", "Take 3.5 l.", water.as_slice(), Some("Take 3.5 l.")),
            ("a guess at the end", "Take 3.5 l. So be it.", &both, Some("Take 3.5 l.")),
            ("guesses alone", "So be it.", &guess, None),
            ("tokens of another text", "So be that.", &guess, None),
            ("no tokens", "Take 3.5 l. So be it.", &[], Some("Take 3.5 l. So be it.")),
            ("no tokens and a credit", "先煮面。字幕志愿者 李宗盛。再加盐。", &[], Some("先煮面。 再加盐。")),
            ("numbers that are none", "Take it.", &[("Take it.", f64::NAN)], Some("Take it.")),
            ("nothing", " ", &[], None),
        ];
        for (what, said, tokens, kept) in table {
            assert_eq!(text(said, tokens).as_deref(), kept, "{what}");
        }
    }

    /// A talk of so many sentences, out of the words people have.
    fn talk(sentences: usize) -> String {
        let words = "take the pot and fill it with water then boil slowly while onions garlic pepper salt wait \
                     here cut them small stir often add beans rice stock leave for twenty minutes serve hot bread";
        let words: Vec<&str> = words.split_whitespace().collect();
        let next = |at: &usize| Some((at * 131 + 17) % 10_007);
        let order: Vec<usize> = std::iter::successors(Some(7_usize), next).take(sentences * 9).collect();
        let said: Vec<&str> = order.iter().filter_map(|at| words.get(at % words.len()).copied()).collect();
        said.chunks(9).map(|sentence| sentence.join(" ") + ".").collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn twenty_minutes_of_talk_stay_and_of_a_loop_in_them_only_the_loop_goes() {
        let talk = talk(400);
        assert!(talk.len() > 15_000, "{}", talk.len());
        assert_eq!(text(&talk, &[]).as_deref(), Some(talk.as_str()));
        let unbroken = talk.replace('.', "");
        assert_eq!(
            text(&unbroken, &[]).as_deref(),
            Some(unbroken.as_str()),
            "nobody wrote where sentences end"
        );
        let looped = format!("{talk} {}", "I see you. You see me. We see it. ".repeat(100));
        let kept = text(&looped, &[]).unwrap_or_default();
        let told: String = talk.chars().take(15_000).collect();
        assert!(
            kept.starts_with(&told) && kept.len() < talk.len() + 600,
            "{} of {}",
            kept.len(),
            looped.len()
        );
    }
}

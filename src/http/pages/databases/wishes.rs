//! What the form of one database sends: fields by name, of which one may come several times.
//!
//! Takes the pairs of the form; gives the wishes. What the form does not have is refused.

use crate::domain::keepsake::Keep;
use crate::domain::refusal::Refusal;

/// What an owner wants of a database.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    pub(super) tag: Option<String>,
    pub(super) instructions: Option<String>,
    pub(super) language: Option<String>,
    pub(super) keep: Option<Keep>,
    /// The lists that may grow; `None` where the form could not show them.
    pub(super) open: Option<Vec<String>>,
}

impl Wishes {
    /// A box that is not ticked sends nothing: `lists` says that there were boxes.
    pub(super) fn read(fields: Vec<(String, String)>) -> Result<Self, Refusal> {
        let mut wishes = Self::default();
        let mut ticked = Vec::new();
        let mut were_shown = false;
        for (name, value) in fields {
            match name.as_str() {
                "tag" => wishes.tag = Some(value),
                "instructions" => wishes.instructions = Some(value),
                "language" => wishes.language = Some(value),
                "keep" => wishes.keep = Some(keep(&value)?),
                "lists" => were_shown = true,
                "open" => ticked.push(value),
                _ => return Err(odd("Fill in the form of the page and send it once more.")),
            }
        }
        wishes.open = were_shown.then_some(ticked);
        Ok(wishes)
    }
}

fn keep(name: &str) -> Result<Keep, Refusal> {
    let known = Keep::ALL.into_iter().find(|keep| keep.name() == name);
    known.ok_or_else(|| Refusal::Invalid { field: "keep", hint: "Choose one of the list.".to_owned() })
}

fn odd(hint: &str) -> Refusal {
    Refusal::Invalid { field: "form", hint: hint.to_owned() }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test may panic")]
    use super::*;

    fn read(fields: &[(&str, &str)]) -> Result<Wishes, Refusal> {
        Wishes::read(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn boxes_that_were_shown_and_not_ticked_close_all_lists_and_boxes_that_were_not_change_none() {
        for (fields, open) in [
            (
                &[("lists", "shown"), ("open", "a"), ("open", "b")][..],
                Some(vec!["a".to_owned(), "b".to_owned()]),
            ),
            (&[("lists", "shown")], Some(Vec::new())),
            (&[("language", "de")], None),
        ] {
            assert_eq!(read(fields).expect("the form is read").open, open, "{fields:?}");
        }
    }

    #[test]
    fn a_field_or_a_choice_that_the_form_does_not_have_is_refused() {
        assert!(read(&[("keep", "everything")]).is_err());
        assert!(read(&[("langauge", "de")]).is_err());
        assert_eq!(read(&[("keep", "audio")]).expect("the form is read").keep, Some(Keep::Audio));
    }
}

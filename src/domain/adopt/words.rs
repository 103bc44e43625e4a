//! Names and descriptions of the columns we make, in the languages we have them in.
//!
//! The descriptions are read by people and by the summarizer: each says what is wanted in its column.

use super::{NewColumn, NewKind};
use crate::domain::mapping::Part;

/// A column's name and what is wanted in it.
type Text = (&'static str, &'static str);

/// The words of one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Words {
    /// The database's title.
    pub title: &'static str,
    /// The name of the sample row.
    pub sample: &'static str,
    name: Text,
    link: Text,
    status: Text,
    tag: Text,
    summary: Text,
    topics: Text,
    author: Text,
    published: Text,
    reason: Text,
}

impl Words {
    /// The words for the first of these languages (BCP 47, or the value of an `Accept-Language` header) that
    /// we have; English where we have none.
    pub fn of(languages: Option<&str>) -> &'static Self {
        let mut wanted: Vec<(u16, &str)> =
            languages.unwrap_or_default().split(',').map(weighed).filter(|(weight, _)| *weight > 0).collect();
        // The sort keeps the order of equals.
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        let found = wanted.iter().find_map(|(_, language)| {
            let base = language.split(['-', '_']).next().unwrap_or_default().trim().to_lowercase();
            LANGUAGES.iter().find(|(code, _)| *code == base).map(|(_, words)| *words)
        });
        found.unwrap_or(&ENGLISH)
    }

    /// All languages we have words in, by their codes.
    pub fn all() -> [(&'static str, &'static Self); 4] {
        LANGUAGES
    }

    /// The column for a part; the title is made with the database.
    pub(super) fn column(&self, part: Part) -> Option<NewColumn> {
        Some(match part {
            Part::Link => column(self.link, NewKind::Url),
            Part::Status => column(self.status, NewKind::Statuses),
            Part::Reason => column(self.reason, NewKind::RichText),
            Part::Tag => column(self.tag, NewKind::Select),
            Part::Title => return None,
        })
    }

    /// The columns of the database made in one click.
    pub(super) fn columns(&self) -> Vec<NewColumn> {
        [
            (self.name, NewKind::Title),
            (self.link, NewKind::Url),
            (self.status, NewKind::Statuses),
            (self.tag, NewKind::Select),
            (self.summary, NewKind::RichText),
            (self.topics, NewKind::MultiSelect),
            (self.author, NewKind::RichText),
            (self.published, NewKind::Date),
            (self.reason, NewKind::RichText),
        ]
        .map(|(text, kind)| column(text, kind))
        .into()
    }
}

fn column((name, description): Text, kind: NewKind) -> NewColumn {
    NewColumn { name: name.to_owned(), description: description.to_owned(), kind }
}

/// `de;q=0.8` as a weight in thousandths and a language (RFC 9110); what cannot be read weighs nothing.
fn weighed(range: &str) -> (u16, &str) {
    let (language, parameters) = range.split_once(';').unwrap_or((range, "q=1"));
    let weight = parameters.trim().strip_prefix("q=").unwrap_or("0");
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let thousandths: String = format!("{part}000").chars().take(3).collect();
    let weight = match whole {
        "1" => 1_000,
        "0" => thousandths.parse().unwrap_or_default(),
        _ => 0,
    };
    (weight, language.trim())
}

const LANGUAGES: [(&str, &Words); 4] = [("en", &ENGLISH), ("de", &GERMAN), ("es", &SPANISH), ("fr", &FRENCH)];

const ENGLISH: Words = Words {
    title: "Saved videos",
    sample: "A sample: your first video",
    name: ("Name", "What the video is about, in a few words."),
    link: (
        "Link",
        "The link of a video on TikTok, Instagram, YouTube or another site. Paste it here, Linkscribe does the rest.",
    ),
    status: (
        "Status",
        "Where Linkscribe is with this video. Set it back to pending to have it read once more.",
    ),
    tag: (
        "Tag",
        "The tag of the content database this result goes to. Leave it empty to keep the result here.",
    ),
    summary: ("Summary", "What is said and shown in the video, in two or three sentences."),
    topics: ("Topics", "One to three words for what the video is about."),
    author: ("Author", "Who made the video."),
    published: ("Published", "The day the video was published."),
    reason: ("Reason", "Why a video could not be read, and what to do about it. Linkscribe fills this."),
};

const GERMAN: Words = Words {
    title: "Gespeicherte Videos",
    sample: "Ein Beispiel: dein erstes Video",
    name: ("Name", "Worum es im Video geht, in wenigen Worten."),
    link: (
        "Link",
        "Der Link eines Videos auf TikTok, Instagram, YouTube oder einer anderen Seite. Hier einfügen, den Rest macht Linkscribe.",
    ),
    status: (
        "Status",
        "Wie weit Linkscribe mit diesem Video ist. Auf pending zurücksetzen, um es noch einmal lesen zu lassen.",
    ),
    tag: (
        "Schlagwort",
        "Das Schlagwort der Inhalts-Datenbank, in die das Ergebnis kommt. Leer lassen, damit es hier bleibt.",
    ),
    summary: ("Zusammenfassung", "Was im Video gesagt und gezeigt wird, in zwei bis drei Sätzen."),
    topics: ("Themen", "Ein bis drei Wörter dafür, worum es im Video geht."),
    author: ("Autor", "Wer das Video gemacht hat."),
    published: ("Veröffentlicht", "Der Tag, an dem das Video veröffentlicht wurde."),
    reason: (
        "Grund",
        "Warum ein Video nicht gelesen werden konnte und was zu tun ist. Das füllt Linkscribe aus.",
    ),
};

const SPANISH: Words = Words {
    title: "Vídeos guardados",
    sample: "Un ejemplo: tu primer vídeo",
    name: ("Nombre", "De qué trata el vídeo, en pocas palabras."),
    link: (
        "Enlace",
        "El enlace de un vídeo de TikTok, Instagram, YouTube u otro sitio. Pégalo aquí y Linkscribe hace el resto.",
    ),
    status: (
        "Estado",
        "Por dónde va Linkscribe con este vídeo. Vuelve a ponerlo en pending para que lo lea otra vez.",
    ),
    tag: (
        "Etiqueta",
        "La etiqueta de la base de datos a la que va el resultado. Déjala vacía para que se quede aquí.",
    ),
    summary: ("Resumen", "Lo que se dice y se ve en el vídeo, en dos o tres frases."),
    topics: ("Temas", "De una a tres palabras sobre el tema del vídeo."),
    author: ("Autor", "Quién hizo el vídeo."),
    published: ("Publicado", "El día en que se publicó el vídeo."),
    reason: ("Motivo", "Por qué no se pudo leer un vídeo y qué hacer. Lo rellena Linkscribe."),
};

const FRENCH: Words = Words {
    title: "Vidéos enregistrées",
    sample: "Un exemple : votre première vidéo",
    name: ("Nom", "Le sujet de la vidéo, en quelques mots."),
    link: (
        "Lien",
        "Le lien d’une vidéo sur TikTok, Instagram, YouTube ou un autre site. Collez-le ici, Linkscribe fait le reste.",
    ),
    status: ("Statut", "Où en est Linkscribe avec cette vidéo. Remettez pending pour la faire relire."),
    tag: (
        "Étiquette",
        "L’étiquette de la base de données où va le résultat. Laissez vide pour le garder ici.",
    ),
    summary: ("Résumé", "Ce qui est dit et montré dans la vidéo, en deux ou trois phrases."),
    topics: ("Thèmes", "Un à trois mots pour le sujet de la vidéo."),
    author: ("Auteur", "Qui a fait la vidéo."),
    published: ("Publiée", "Le jour où la vidéo a été publiée."),
    reason: ("Raison", "Pourquoi une vidéo n’a pas pu être lue, et que faire. Linkscribe le remplit."),
};

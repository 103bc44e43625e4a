//! Which columns for files show the picture of the video.
//!
//! Takes a note and the columns; adds the picture to it. A column takes it unless its owner's words ask for other
//! files: its name counts before its description, and a word for pictures before a word for anything else, so
//! that `Video thumbnail` takes it and `Video` does not. Cannot fail.

use super::mapping::fold;
use super::note::{Evidence, Filled, Note, Value};
use super::schema::{Column, ColumnKind, Schema};

/// What the picture is called where people see it; our own is known again by it.
pub const FILE_NAME: &str = "thumbnail.jpg";

/// Folded words for what a picture of a video is.
#[rustfmt::skip]
const PICTURE: &[&str] = &[
    "thumbnail", "thumbnails", "thumb", "cover", "covers", "picture", "pictures", "image", "images", "photo", "photos", "preview",
    "poster", "screenshot", "screenshots", "pic", "pics", "jpg", "png",
    "bild", "bilder", "foto", "fotos", "titelbild", "vorschau", "vorschaubild", "imagen", "imagenes", "portada", "miniatura",
    "capa", "imagem", "imagens", "vignette", "couverture", "apercu", "immagine", "immagini", "copertina", "anteprima",
    "картинка", "изображение", "обложка", "фото", "превью", "图片", "圖片", "封面", "照片", "缩略图", "縮圖", "画像", "写真", "サムネイル", "カバー",
    "이미지", "사진", "썸네일", "표지", "صورة", "תמונה", "चित्र",
];

/// Folded words for files that are something else.
#[rustfmt::skip]
const SOMETHING_ELSE: &[&str] = &[
    "audio", "sound", "sounds", "music", "song", "songs", "voice", "podcast", "recording", "recordings", "mp3", "m4a", "wav",
    "video", "videos", "movie", "movies", "clip", "clips", "film", "films", "mp4", "mov", "footage",
    "document", "documents", "doc", "docs", "docx", "pdf", "pdfs", "paper", "papers", "contract", "contracts", "invoice", "invoices",
    "receipt", "receipts", "bill", "bills", "slides", "slide", "presentation", "sheet", "sheets", "spreadsheet", "csv", "xlsx", "zip",
    "transcript", "transcripts", "subtitles", "captions", "text", "book", "books", "ebook", "epub", "ticket", "tickets", "signature",
    "ton", "musik", "lied", "aufnahme", "aufnahmen", "dokument", "dokumente", "vertrag", "rechnung", "rechnungen", "beleg", "belege",
    "sonido", "musica", "cancion", "grabacion", "documento", "documentos", "contrato", "factura", "facturas", "recibo", "recibos",
    "musique", "chanson", "enregistrement", "contrat", "facture", "factures", "recu", "brano", "documenti", "fattura", "ricevuta",
    "fatura", "gravacao", "аудио", "звук", "музыка", "видео", "документ", "документы", "договор", "счет", "чек",
    "音频", "音頻", "音乐", "音樂", "视频", "影片", "文档", "发票", "合同", "音声", "音楽", "動画", "書類", "領収書",
    "오디오", "음악", "동영상", "비디오", "문서", "영수증", "صوت", "فيديو", "مستند", "מסמך", "סרטון", "ऑडियो", "वीडियो", "दस्तावेज़",
];

/// Adds the picture to every part of a note, for each column that takes it.
pub fn add(note: &mut Note, schema: &Schema) {
    for column in schema.columns.iter().filter(|column| takes_it(column)) {
        let filled = Filled {
            column: column.id.clone(),
            name: column.name.clone(),
            value: Value::Thumbnail,
            evidence: Evidence::Platform,
            unset: None,
        };
        let items = note.items.iter_mut().map(|item| &mut item.values);
        for values in items.chain([&mut note.values]) {
            values.push(filled.clone());
        }
    }
}

/// Whether a column shows the picture of the video.
pub fn takes_it(column: &Column) -> bool {
    let said = || wish(&column.name).or_else(|| wish(&column.description)).unwrap_or(true);
    column.kind == ColumnKind::Files && said()
}

/// Whether words ask for a picture or for something else; `None` where they say nothing of it.
fn wish(words: &str) -> Option<bool> {
    let words = fold(words);
    let has = |wanted: &&str| {
        // Scripts such as Chinese write words without gaps.
        words.split(' ').any(|word| word == *wanted) || (!wanted.is_ascii() && words.contains(*wanted))
    };
    if PICTURE.iter().any(&has) {
        return Some(true);
    }
    SOMETHING_ELSE.iter().any(has).then_some(false)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test may panic")]
    use super::*;
    use crate::domain::note::Item;

    fn column(kind: ColumnKind, name: &str, description: &str) -> Column {
        Column { id: name.to_owned(), name: name.to_owned(), description: description.to_owned(), kind }
    }

    #[test]
    fn a_column_for_files_takes_the_picture_unless_its_words_ask_for_other_files() {
        for (name, description, expected) in [
            ("Files", "", true),
            ("Files & media", "", true),
            ("Anhang", "", true),
            ("Attachments", "Whatever belongs to it", true),
            ("Thumbnail", "", true),
            ("Video thumbnail", "", true),
            ("Cover of the video", "", true),
            ("Vorschaubild", "", true),
            ("封面", "", true),
            ("视频封面", "", true),
            ("Preview", "The audio goes elsewhere", true),
            ("Media", "A picture of the video", true),
            ("Audio", "", false),
            ("Áudio", "", false),
            ("Video", "", false),
            ("Video file", "", false),
            ("Invoice", "a scan or photo of it", false),
            ("Rechnungen", "", false),
            ("PDF", "", false),
            ("Media", "The video itself, as a file", false),
            ("Attachment", "signed contract", false),
            ("音频文件", "", false),
            ("文件", "", true),
            ("Документы", "", false),
            // Whole words: no clip in Clipboard.
            ("Clipboard", "", true),
        ] {
            assert_eq!(
                takes_it(&column(ColumnKind::Files, name, description)),
                expected,
                "{name}: {description}"
            );
        }
        assert!(!takes_it(&column(ColumnKind::RichText, "Thumbnail", "")));
    }

    #[test]
    fn every_part_of_a_note_gets_it_once_for_each_such_column() {
        let schema = Schema {
            columns: vec![column(ColumnKind::Files, "Cover", ""), column(ColumnKind::Files, "Audio", "")],
            ..Schema::default()
        };
        let item = Item { key: "x".to_owned(), title: "X".to_owned(), values: Vec::new() };
        let mut note = Note { items: vec![item], ..Note::default() };
        add(&mut note, &schema);
        for values in [&note.values, &note.items[0].values] {
            let told: Vec<(&str, &Value)> =
                values.iter().map(|filled| (filled.column.as_str(), &filled.value)).collect();
            assert_eq!(told, [("Cover", &Value::Thumbnail)]);
        }
    }
}
